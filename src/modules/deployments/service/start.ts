// Starts a deployment: its row, and its run. Invariants:
// 1. The id of the run is derived from that of the deployment and stored in its row, so a repeated start finds the
//    run.
//    If the host of that id is full, the run gets another one, which is stored before the run is created.
// 2. If the start is lost after the row was written, a message of the same commit repeats it.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { prepare } from '../../../db/statement.ts'
import { requireScope } from '../../../http/scopes.ts'
import type { RunActor, RunSpec } from '../../../objects/run-spec.ts'
import type { RunTrigger } from '../../../objects/workflow-run.ts'
import type { DeploymentStart } from '../../../queue/messages/deployments.ts'
import { findCredentials } from '../../integrations/index.ts'
import { builtInRunnable, type OwnFamily, runIdOf, startRunnable } from '../../runs/index.ts'
import { platformOf } from '../platforms/index.ts'
import type { Platform } from '../platforms/platform.ts'
import { type DeploymentRow, findDeployment, setDeploymentRun } from '../repo/deployments.ts'
import { DEFINITIONS, type DeploymentInput } from '../run.ts'
import type { PlanDeployment, Settings } from '../schema.ts'
import { recordEnd } from './end.ts'

const NAME = 'Deployment'
const KIND = 'deployment'

export type Target = Pick<
  DeploymentRow,
  'platform' | 'project' | 'integrationId' | 'environment' | 'target' | 'settings'
>

/** Using an integration needs the right to use integrations. */
export function requireMayUse(actor: Actor): void {
  const why = 'A deployment uses an integration. This needs the right integrations:use.'
  requireScope(actor, 'integrations:use', why)
}

/** Publishing files of the team needs the right to read them. */
export const requireMayRead = (actor: Actor): void =>
  requireScope(actor, 'files:read', 'A deployment publishes files. This also needs the right files:read.')

/** The request, checked as far as possible without calling the platform. */
export async function targetOf(
  { env }: RequestContext,
  teamId: string,
  input: Omit<PlanDeployment, 'source'>,
): Promise<Target> {
  const platform = platformOf(input.platform)
  const fault = platform.judgeProject(input.project)
  if (fault !== null)
    throw invalid({ path: '/project', message: `${platform.name} needs ${fault}.`, code: 'custom' })
  const settings = input.settings ?? {}
  requireSettings(platform, settings)
  const environment = input.production === true ? 'production' : 'preview'
  if (environment === 'preview' && !platform.previews)
    throw new AppError('deployment.unsupported', {
      detail: `${platform.name} does not support previews. Send "production": true.`,
    })
  const found = (await findCredentials(env.DB, teamId, [input.integrationId])).get(input.integrationId)
  if (found === undefined)
    throw new AppError('credential.not_found', {
      detail: `The team has no integration ${JSON.stringify(input.integrationId)}.`,
    })
  if (!platform.integrationTypes.includes(found.type))
    throw new AppError('credential.unusable', {
      detail: `The integration "${found.name}" is of the type ${found.type}; ${platform.name} needs ${platform.integrationTypes.join(' or ')}.`,
    })
  return {
    platform: platform.id,
    project: input.project,
    integrationId: found.id,
    environment,
    target: [platform.id, found.id, input.project.toLowerCase(), environment].join(' '),
    settings: JSON.stringify(settings),
  }
}

function requireSettings({ name, settings }: Platform, given: Settings): void {
  const [other] = Object.keys(given).filter((key) => !settings.includes(key as keyof Settings))
  if (other === undefined) return
  throw invalid({
    path: `/settings/${other}`,
    message: `${name} does not have this setting. Its settings are ${settings.join(', ')}.`,
    code: 'unrecognized_keys',
  })
}

const invalid = (error: FieldError): AppError =>
  new AppError('request.invalid', { detail: error.message, errors: [error] })

const onceOf = (id: string): string => `deployment ${id}`

export const runIdFor = ({ settings }: RequestContext, teamId: string, id: string): Promise<string> =>
  runIdOf(settings, { teamId, id: KIND, isOwn: false }, onceOf(id))

export type RunStart = {
  by?: RunActor
  trigger?: RunTrigger
  /** For a start from a run. */
  more?: Partial<RunSpec>
  family?: OwnFamily | undefined
}

export async function startRunOf(
  request: RequestContext,
  row: DeploymentRow,
  { by, trigger = { type: 'manual' }, more = {}, family }: RunStart = {},
) {
  const { id: deploymentId, teamId, platform, project, target } = row
  const definition = DEFINITIONS[row.whenBusy]
  const runnable = await builtInRunnable(request, teamId, { kind: KIND, name: NAME, definition })
  const input: DeploymentInput = { deploymentId, platform, project, target }
  const { execution } = await startRunnable(request, runnable, {
    ...{ input, trigger, startedBy: row.createdBy, options: {}, family },
    more: { workflowId: null, ...more },
    ...{ once: onceOf(deploymentId), runId: row.runId, kind: KIND, subjectId: deploymentId },
    named: async (runId) => {
      if (runId !== row.runId)
        await prepare(request.env.DB, setDeploymentRun(teamId, deploymentId, runId)).run()
    },
    ...(by === undefined ? {} : { by }),
  })
  return execution
}

/** Repeats a start that the request may have done already. */
export async function startDeployment(
  request: RequestContext,
  { teamId, deploymentId }: DeploymentStart,
): Promise<void> {
  const row = await firstOf(request.env.DB, findDeployment(teamId, deploymentId))
  if (row === null || row.status !== 'queued') return
  try {
    await startRunOf(request, row)
  } catch (error) {
    if (!(error instanceof AppError) || error.retryAfterSeconds !== undefined) throw error
    await recordEnd(request, row, { status: 'failed', error: { code: error.code, message: error.message } })
  }
}
