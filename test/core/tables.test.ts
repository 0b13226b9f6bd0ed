// Where SQL is allowed, and who may use which table of D1. See docs/ARCHITECTURE.md, *Tables and their owners*.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import { readSources } from './sources/read.ts'
import { SQL_SIGNS, TABLE_NAMES, tablesBySchemaFile, tablesIn, withoutComments } from './sources/tables.ts'

const sources = readSources('src', 'durable-objects').map(({ path }) => ({
  path,
  text: withoutComments(readFileSync(inRoot(path), 'utf8')),
}))

/** `repo.ts`, `export-repo.ts` and files in a folder `repo`. */
const IS_REPO = /\/(?:[a-z-]+-)?repo(?:\.ts$|\/)/
/** The tables of a Durable Object's own SQLite. */
const IS_OBJECT_STORE = /^durable-objects\/(?:[a-z-]+\/store\.ts$|metrics-hub\/index\.ts$|[a-z-]+\/rows\/)/

/** Other files with a sign of SQL, with the reason. */
const MAY_HOLD_SQL: Record<string, string> = {
  'src/http/problem.ts': "tells drizzle's errors from others",
}

const mayHoldSql = (path: string): boolean =>
  /^src\/(?:db|queue)\//.test(path) ||
  IS_REPO.test(path) ||
  IS_OBJECT_STORE.test(path) ||
  path in MAY_HOLD_SQL

test('SQL is only in db, queue, repos and the stores of objects', () => {
  expect(sources.filter(({ path, text }) => SQL_SIGNS.test(text) && !mayHoldSql(path))).toEqual([])
  const idle = Object.keys(MAY_HOLD_SQL).filter((path) => !sources.some((one) => one.path === path))
  expect(idle).toEqual([])
})

/**
 * The only module that writes a table: the one with the name of its schema file, or else the one given here. `db` is
 * the part of the platform that every module shares.
 */
const OWNERS: Record<string, string> = {
  ...tablesBySchemaFile(),
  sessions: 'auth',
  refresh_tokens: 'auth',
  one_time_tokens: 'auth',
  totp_factors: 'auth',
  backup_codes: 'auth',
  oauth_identities: 'auth',
  oauth_states: 'auth',
  oauth_tickets: 'auth',
  api_keys: 'api-keys',
  usage_counters: 'usage',
  audit_log: 'db',
  idempotency_keys: 'db',
  outbox: 'db',
  mailbox: 'mail',
  cron_state: 'system',
  sweep_positions: 'db',
  platform_settings: 'db',
  platform_stats: 'db',
  platform_route_stats: 'db',
  workflow_triggers: 'triggers',
  workflow_templates: 'templates',
  team_variables: 'variables',
  hook_refusals: 'hooks',
  run_labels: 'runs',
  run_followers: 'runs',
  run_leases: 'runs',
  event_waits: 'runs',
  approvals: 'approvals',
  approval_links: 'approvals',
  store_entries: 'kv',
  store_operations: 'kv',
  inbound_events: 'events',
  realtime_follows: 'db',
  realtime_tickets: 'auth',
  announcements: 'realtime',
  announcement_dismissals: 'realtime',
}

/** Other modules that write a table, with the reason. */
const ALSO_WRITES: Record<string, Record<string, string>> = {
  users: {
    auth: 'credentials: password, second factor, verified address, last sign-in',
    admin: 'role, status and address, by an administrator',
  },
  audit_log: { audit: 'seals entries' },
}

/** Users, their teams and plans: every permission and every limit needs them. */
const READ_BY_ALL = new Set(['users', 'teams', 'team_members'])

/** Other modules that read a table, with the reason. */
const ALSO_READS: Record<string, Record<string, string>> = {
  runs: {
    tasks: 'what the index knows of the run that executes one',
    admin: 'statistics and stuck runs of the platform',
    audit: 'names of targets',
    realtime: 'the open runs of a snapshot',
    files: 'a deleted run stores no files any more',
    system: 'metrics',
    usage: 'slots in use, and whether a run was counted',
    workflows: 'metrics of a workflow',
  },
  sessions: {
    admin: 'statistics',
    realtime: 'whether a connection still has its rights',
    runs: 'whether a follower still has its rights',
    users: 'statistics',
  },
  one_time_tokens: { users: 'the new address that is to be confirmed' },
  api_keys: {
    audit: 'names of targets',
    auth: 'the permission question, and what else opens an account',
    realtime: 'whether a connection still has its rights',
    runs: 'whether a follower still has its rights',
    usage: 'counted against the plan',
    users: 'statistics',
  },
  usage_counters: {
    admin: 'what all teams store',
    files: 'what a team stores, asked with its plan',
    runs: 'the month of a team, asked with its plan',
    workflows: 'the same, with what is started',
  },
  team_invitations: { audit: 'names of targets', usage: 'shown with the usage' },
  audit_log: { admin: 'statistics', users: 'the last action of a person' },
  outbox: {
    admin: 'work that was given up',
    events: 'events that are still on their way',
    finops: 'imports and exports that were given up',
    mail: 'mails that are posted already',
    system: 'metrics',
  },
  mailbox: { system: 'shows it in development' },
  event_waits: { events: 'names that somebody waits for', system: 'metrics' },
  inbound_events: { audit: 'names of targets' },
  approvals: { audit: 'names of targets', runs: 'whether sub-runs have asked', system: 'metrics' },
  team_variables: { audit: 'names of targets', workflows: 'go into every run' },
  workflow_templates: { audit: 'names of targets' },
  workflow_triggers: {
    audit: 'names of targets',
    events: 'names that somebody listens for',
    hooks: 'the trigger behind a URL, with what it starts, in one question',
    workflows: 'shown with a workflow, and what a trigger starts',
  },
  task_counts: { teams: 'counted against the plan', usage: 'counted against the plan' },
  tasks: { integrations: 'what uses an integration', realtime: 'whether a task is one of the team' },
  cost_days: { usage: 'the costs of the month' },
  team_budgets: { finops: 'whether there is a limit, and whether it is still the one that was reached' },
  deployments: { realtime: 'whether the team has it, and how far it is' },
  integrations: { teams: 'counted against the plan', usage: 'counted against the plan' },
  notification_settings: {
    realtime: 'who wants to be notified of announcements',
    runs: 'whether somebody wants to be notified of a run that has succeeded',
  },
  webhook_deliveries: { admin: 'what is late', system: 'metrics' },
  platform_stats: { admin: 'shows them' },
  platform_route_stats: { admin: 'shows them' },
  realtime_connections: { admin: 'statistics', system: 'metrics' },
  run_leases: { usage: 'slots that hosts may give away are not free' },
  run_followers: { admin: 'statistics', system: 'metrics' },
  agents: {
    integrations: 'what uses an integration',
    teams: 'counted against the plan',
    usage: 'counted against the plan',
  },
  webhook_endpoints: {
    db: 'whether a change is for webhooks, too',
    runs: 'whether a report is for webhooks, too',
    teams: 'counted against the plan',
    usage: 'counted against the plan',
  },
  cost_export_schedules: { integrations: 'what uses an integration' },
  task_templates: { integrations: 'what uses an integration' },
  workflow_versions: {
    hooks: 'what a delivery starts',
    integrations: 'which workflows use one',
    triggers: 'where runs are kept',
  },
  workflows: {
    approvals: 'names',
    audit: 'names of targets',
    hooks: 'what a delivery starts',
    integrations: 'which workflows use one',
    realtime: 'names, and whether a workflow is one of the team',
    triggers: 'where runs are kept',
  },
}

/** Files that work on every table with a common property, through the schema. */
const BY_SCHEMA = new Set(['src/modules/team-purge/repo.ts', 'src/db/purge.ts'])

const ownerOf = (path: string): string =>
  /^src\/modules\/([^/]+)\//.exec(path)?.[1] ?? (/^src\/(?:db|queue)\//.test(path) ? 'db' : path)

const uses = sources
  .filter(
    ({ path }) => !IS_OBJECT_STORE.test(path) && !path.startsWith('src/db/schema/') && !BY_SCHEMA.has(path),
  )
  .flatMap(({ path, text }) => {
    const { writes, reads } = tablesIn(text)
    const module = ownerOf(path)
    return [
      ...writes.map((table) => ({ path, module, table, does: 'writes' as const })),
      ...reads.map((table) => ({ path, module, table, does: 'reads' as const })),
    ]
  })

const isOwner = ({ module, table }: { module: string; table: string }) => OWNERS[table] === module
const show = ({ path, does, table }: (typeof uses)[number]) => `${path} ${does} ${table}`

test('every table has one owner', () => {
  expect(Object.keys(OWNERS).sort()).toEqual([...TABLE_NAMES].sort())
})

test('only its owner writes a table', () => {
  const wrong = uses.filter(
    (one) => one.does === 'writes' && !isOwner(one) && ALSO_WRITES[one.table]?.[one.module] === undefined,
  )
  expect(wrong.map(show)).toEqual([])
})

test('a table is read by its owner, and by modules with a reason', () => {
  const wrong = uses.filter(
    (one) =>
      one.does === 'reads' &&
      !isOwner(one) &&
      !READ_BY_ALL.has(one.table) &&
      ALSO_READS[one.table]?.[one.module] === undefined &&
      ALSO_WRITES[one.table]?.[one.module] === undefined,
  )
  expect(wrong.map(show)).toEqual([])
})

test('every exception is used', () => {
  const idle = (list: typeof ALSO_READS, does: 'reads' | 'writes') =>
    Object.entries(list).flatMap(([table, modules]) =>
      Object.keys(modules)
        .filter(
          (module) => !uses.some((one) => one.table === table && one.module === module && one.does === does),
        )
        .map((module) => `${module} ${does} ${table}`),
    )
  expect([...idle(ALSO_READS, 'reads'), ...idle(ALSO_WRITES, 'writes')]).toEqual([])
})

test.each([
  ['`DELETE FROM runs WHERE id = ?`', { writes: ['runs'], reads: [] }],
  ['`INSERT OR IGNORE INTO users (id) SELECT id FROM teams`', { writes: ['users'], reads: ['teams'] }],
  ['`UPDATE teams SET version = version WHERE id = ?`', { writes: [], reads: ['teams'] }],
  ['`ON CONFLICT DO UPDATE SET value = 1`', { writes: [], reads: [] }],
  ['db.insert(apiKeys).values(row)', { writes: ['api_keys'], reads: [] }],
  [
    "import { teamInvitations as inv } from 'x'\ndb.select().from(inv)",
    { writes: [], reads: ['team_invitations'] },
  ],
  ['`SELECT 1 FROM runs r JOIN users u`', { writes: [], reads: ['runs', 'users'] }],
  ['list.delete(key)', { writes: [], reads: [] }],
])('the tables in %s', (text, expected) => {
  expect(tablesIn(text)).toEqual(expected)
})

test.each([
  ['`SELECT id FROM runs`', true],
  ["d1.prepare('x')", true],
  ["import { eq } from 'drizzle-orm'", true],
  ['select the first of them', false],
  ['// SELECT id FROM runs', false],
])('%s is SQL: %s', (text, expected) => {
  expect(SQL_SIGNS.test(withoutComments(text))).toBe(expected)
})
