// What all steps of a deployment's run share. Invariants:
// 1. A step reads the progress of the deployment, does one piece of work, and stores the progress. A step that is
//    repeated after a crash finds what the lost one has stored, and asks the platform for the rest.
// 2. A deployment that has ended is not changed.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { runBatch, type Statement } from '../../../db/statement.ts'
import { connect } from '../platforms/call.ts'
import { platformOf } from '../platforms/index.ts'
import type { Platform, PlatformState, Site, Standing } from '../platforms/platform.ts'
import { type Changes, type DeploymentRow, findDeployment, updateDeployment } from '../repo/deployments.ts'
import { insertLines, type LogLevel, type LogRow, type NewLine } from '../repo/logs.ts'
import type { Settings } from '../schema.ts'
import { publishProgress } from './progress.ts'

export type StepScope = {
  request: RequestContext
  teamId: string
  deploymentId: string
  signal?: AbortSignal
  /** Called for each call that is signed with the integration. */
  count?: (integrationId: string) => void
}

/** `again`: continue at the other port. `until`: not before this time. */
export type StepResult = { again: boolean; until?: number; output: Json }

export type Step = {
  request: RequestContext
  row: DeploymentRow
  platform: Platform
  site: Site
  log: (level: LogLevel, message: string, about?: { file: string; bytes: number }) => void
  /** Writes changes, rows and new log lines, and notifies followers. */
  save: (changes: Changes, statements?: readonly Statement[]) => Promise<void>
}

const OPEN: ReadonlySet<string> = new Set(['queued', 'preparing', 'uploading', 'processing'])

export async function openStep(scope: StepScope): Promise<Step> {
  const { request, teamId, deploymentId } = scope
  const row = await firstOf(request.env.DB, findDeployment(teamId, deploymentId))
  if (row === null) throw new AppError('resource.not_found', { detail: 'The deployment was deleted.' })
  if (!OPEN.has(row.status)) throw ended(row)
  const platform = platformOf(row.platform)
  const lines: NewLine[] = []
  const log: Step['log'] = (level, message, about) =>
    void lines.push({ level, message: message.slice(0, 2_000), ...about })
  const current = { ...row }
  return {
    request,
    row,
    platform,
    site: await siteOf(scope, row, log),
    log,
    save: async (changes, statements = []) => {
      const now = request.now()
      const added = lines.splice(0)
      const [updated, ...rest] = await runBatch<LogRow>(request.env.DB, [
        updateDeployment(teamId, deploymentId, changes, now),
        ...statements,
        ...(added.length === 0 ? [] : [insertLines(teamId, deploymentId, added, now)]),
      ])
      if (updated?.meta.changes !== 1) throw ended(current)
      Object.assign(current, changes)
      await publishProgress(request, current, added.length === 0 ? [] : (rest.at(-1)?.results ?? []))
    },
  }
}

const ended = ({ id, status }: DeploymentRow): AppError =>
  new AppError('deployment.cancelled', { detail: `The deployment ${id} has ended (${status}).` })

export async function siteOf(
  scope: Omit<StepScope, 'deploymentId'>,
  row: Pick<
    DeploymentRow,
    | 'id'
    | 'integrationId'
    | 'project'
    | 'environment'
    | 'settings'
    | 'message'
    | 'platformId'
    | 'state'
    | 'createdAt'
  >,
  log: Site['log'],
): Promise<Site> {
  const { request, teamId, signal, count } = scope
  const { call, credential } = await connect({ ...request, teamId }, row.integrationId, {
    ...(signal === undefined ? {} : { signal }),
    ...(count === undefined ? {} : { count }),
  })
  return {
    call,
    config: credential.config,
    baseUrl: credential.type.baseUrl?.(credential.config, credential.secrets) ?? '',
    project: row.project,
    environment: row.environment,
    settings: JSON.parse(row.settings) as Settings,
    deployment: {
      id: row.id,
      message: row.message,
      platformId: row.platformId,
      state: JSON.parse(row.state) as PlatformState,
      createdAt: row.createdAt,
    },
    now: request.now,
    log,
  }
}

/** The platform's own ids and URLs, as columns. */
export const changesOf = ({ platformId, url, aliases, state }: Standing): Changes => ({
  ...(platformId === undefined ? {} : { platformId }),
  ...(url === undefined ? {} : { url }),
  ...(aliases === undefined ? {} : { aliases: JSON.stringify(aliases) }),
  ...(state === undefined ? {} : { state: JSON.stringify(state) }),
})
