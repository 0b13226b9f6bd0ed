// The list of modules, and everything derived from it. The order matters in three places. The API description lists routes in this
// order, and for an operation with two paths the first is the documented one. The tick runs the urgent tasks of all modules in this
// order, then the others. An account export lists its data in this order. Routing does not depend on it: no two routes match one path.
import type { MessageType } from '../queue/messages/index.ts'
import { accountExportModule } from './account-export/index.ts'
import { adminModule } from './admin/index.ts'
import { agentCallsModule } from './agent-calls/index.ts'
import { agentThreadsModule } from './agent-threads/index.ts'
import { agentsModule } from './agents/index.ts'
import { apiKeysModule } from './api-keys/index.ts'
import { approvalsModule } from './approvals/index.ts'
import { auditModule } from './audit/index.ts'
import { authModule } from './auth/index.ts'
import { consoleModule } from './console/index.ts'
import type { CronTask, Job, Module } from './define-module.ts'
import { deploymentsModule } from './deployments/index.ts'
import { docsModule } from './docs/index.ts'
import { eventsModule } from './events/index.ts'
import { filesModule } from './files/index.ts'
import { finopsModule } from './finops/index.ts'
import { hooksModule } from './hooks/index.ts'
import { integrationsModule } from './integrations/index.ts'
import { kvModule } from './kv/index.ts'
import { mailModule } from './mail/index.ts'
import { modelsModule } from './models/index.ts'
import { notificationsModule } from './notifications/index.ts'
import { pricesModule } from './prices/index.ts'
import { realtimeModule } from './realtime/index.ts'
import { runsModule } from './runs/index.ts'
import { schedulesModule } from './schedules/index.ts'
import { searchModule } from './search/index.ts'
import { storageModule } from './storage/index.ts'
import { systemModule } from './system/index.ts'
import { tasksModule } from './tasks/index.ts'
import { teamPurgeModule } from './team-purge/index.ts'
import { teamsModule } from './teams/index.ts'
import { templatesModule } from './templates/index.ts'
import { triggersModule } from './triggers/index.ts'
import { usageModule } from './usage/index.ts'
import { usersModule } from './users/index.ts'
import { variablesModule } from './variables/index.ts'
import { webhooksModule } from './webhooks/index.ts'
import { workflowsModule } from './workflows/index.ts'

/** Each module has its line. */
const PRODUCT = [
  systemModule,
  docsModule,
  consoleModule,
  authModule,
  apiKeysModule,
  usersModule,
  teamsModule,
  usageModule,
  auditModule,
  integrationsModule,
  workflowsModule,
  templatesModule,
  variablesModule,
  triggersModule,
  schedulesModule,
  runsModule,
  searchModule,
  hooksModule,
  eventsModule,
  webhooksModule,
  notificationsModule,
  approvalsModule,
  tasksModule,
  agentsModule,
  agentThreadsModule,
  agentCallsModule,
  filesModule,
  deploymentsModule,
  pricesModule,
  finopsModule,
  modelsModule,
  kvModule,
  mailModule,
  storageModule,
  teamPurgeModule,
  realtimeModule,
  adminModule,
] as const

type Jobs = { [Type in MessageType]: Job<Type> }
type AnyModule = Omit<Module, 'jobs'> & { jobs?: Partial<Jobs> }

const modules: readonly AnyModule[] = PRODUCT

export const EXPORT_LISTS = modules.flatMap(({ exportLists = [] }) => exportLists)

export const MODULES: readonly AnyModule[] = [...modules, accountExportModule(EXPORT_LISTS)]

export const PUBLIC_ROUTES: ReadonlySet<string> = new Set(
  MODULES.flatMap(({ publicRoutes = [] }) => publicRoutes),
)

const tasks: readonly CronTask[] = MODULES.flatMap(({ cron = [] }) => cron)

export const CRON_TASKS: readonly CronTask[] = [
  ...tasks.filter(({ urgent }) => urgent === true),
  ...tasks.filter(({ urgent }) => urgent !== true),
]

type TypesOf<One> = One extends Module<infer Types> ? Types : never

/** The message types that the modules of a list handle, or those that two of them handle. */
type Handled<List extends readonly unknown[], Seen = never> = List extends readonly [
  infer First,
  ...infer Rest,
]
  ? [Seen & TypesOf<First>] extends [never]
    ? Handled<Rest, Seen | TypesOf<First>>
    : { handledTwice: Seen & TypesOf<First> }
  : Seen

/** Fails to compile if a message type has no handler or two. */
const eachHandledOnce = <_Handled extends MessageType, _Missing extends never>(): Jobs =>
  Object.assign({}, ...modules.map(({ jobs }) => jobs)) as Jobs

export const JOBS: Jobs = eachHandledOnce<
  Handled<typeof PRODUCT>,
  Exclude<MessageType, Handled<typeof PRODUCT>>
>()
