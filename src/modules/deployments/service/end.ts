// Ends a deployment. Invariant: it ends once. A second attempt changes nothing.
import type { RequestContext } from '../../../context.ts'
import { type CommitScope, commit } from '../../../db/commit.ts'
import { firstOf } from '../../../db/hot-read.ts'
import type { DeploymentEnded } from '../../../queue/messages/deployments.ts'
import { notify } from '../../../queue/notify.ts'
import { platformOf } from '../platforms/index.ts'
import { type Changes, type DeploymentRow, findDeployment, updateDeployment } from '../repo/deployments.ts'
import { insertLines } from '../repo/logs.ts'
import { publishProgress } from '../steps/progress.ts'

export type End = { status: 'failed' | 'cancelled'; error: { code: string; message: string } | null }

export async function recordReady(
  request: RequestContext,
  row: DeploymentRow,
  changes: Changes,
): Promise<void> {
  const now = request.now()
  const ready = { ...changes, status: 'ready', readyAt: now, finishedAt: now, error: null } as const
  const outcome = await commit(
    { ...request, system: true },
    {
      guard: updateDeployment(row.teamId, row.id, ready, now),
      statements: [insertLines(row.teamId, row.id, [{ level: 'info', message: 'Ready' }], now)],
      audit: {
        ...{ action: 'deployment.ready', targetType: 'deployment', targetId: row.id, teamId: row.teamId },
        after: { url: changes.url ?? row.url, name: row.project },
      },
      messages: [
        notify({
          ...noticeTo(row),
          kind: 'deployment.ready',
          level: 'success',
          title: `${row.project} is published`,
          message: changes.url ?? row.url ?? '',
        }),
      ],
    },
  )
  if (outcome === 'done') await publishProgress(request, { ...row, ...ready }, [])
}

/** False if it had already ended. `as` is who ends it, by default the system. */
export async function recordEnd(
  request: RequestContext,
  row: DeploymentRow,
  { status, error }: End,
  as: CommitScope = { ...request, system: true },
): Promise<boolean> {
  const now = request.now()
  const changes = { status, finishedAt: now, error: error === null ? null : JSON.stringify(error) }
  const message = error === null ? 'Cancelled' : `${error.code}: ${error.message}`
  const level = status === 'failed' ? ('error' as const) : ('warn' as const)
  const outcome = await commit(as, {
    guard: updateDeployment(row.teamId, row.id, changes, now),
    statements: [insertLines(row.teamId, row.id, [{ level, message }], now)],
    audit: {
      ...{ action: `deployment.${status}`, targetType: 'deployment', targetId: row.id, teamId: row.teamId },
      after: { error: error?.code ?? null, name: row.project },
    },
    messages:
      status === 'failed'
        ? [
            notify({
              ...noticeTo(row),
              kind: 'deployment.failed',
              level: 'error',
              title: `${row.project} was not published`,
              message,
            }),
          ]
        : [],
  })
  if (outcome === 'done') await publishProgress(request, { ...row, ...changes }, [])
  return outcome === 'done'
}

const noticeTo = ({ id, teamId, createdBy, project, platform }: DeploymentRow) => ({
  to: createdBy === null ? { role: 'owner' as const } : { userIds: [createdBy] },
  teamId,
  subject: { type: 'deployment', id },
  dedupeKey: `${platform} ${project}`,
})

/** Called by the message of the run. */
export async function takeEnd(request: RequestContext, ended: DeploymentEnded): Promise<void> {
  const row = await firstOf(request.env.DB, findDeployment(ended.teamId, ended.deploymentId))
  if (row === null || row.finishedAt !== null || row.runId !== ended.runId) return
  await recordEnd(request, row, endOf(ended, platformOf(row.platform).name))
}

export function endOf(
  { status, error, cancelledBy }: Pick<DeploymentEnded, 'status' | 'error' | 'cancelledBy'>,
  platform: string,
): End {
  if (status === 'cancelled')
    return cancelledBy === 'gate'
      ? {
          status,
          error: {
            code: 'deployment.replaced',
            message: 'A later deployment of the project has replaced this one.',
          },
        }
      : { status, error: null }
  return {
    status: 'failed',
    error: error ?? {
      code: 'deployment.platform_failed',
      message: `The run ended before ${platform} was done.`,
    },
  }
}
