// Actions on an existing deployment: cancel it, ask the platform again, delete it.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { runActor } from '../../../objects/run-spec.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { forgetFileUses } from '../../files/index.ts'
import { platformOf } from '../platforms/index.ts'
import {
  type DeploymentRow,
  deleteDeployment as deleteRow,
  findPublished,
  insertDeleted,
  updateDeployment,
} from '../repo/deployments.ts'
import { deleteFiles, findFiles } from '../repo/files.ts'
import { deleteLines } from '../repo/logs.ts'
import type { Deployment } from '../schema.ts'
import { changesOf, siteOf } from '../steps/step.ts'
import { recordEnd } from './end.ts'
import { getDeployment, requireDeployment } from './read.ts'
import { requireMayUse } from './start.ts'

export async function cancelDeployment(ctx: ServiceContext, id: string): Promise<Deployment> {
  const row = await requireDeployment(ctx, id)
  if (row.finishedAt !== null)
    throw new AppError('resource.conflict', {
      detail: `The deployment has already ended with the status ${row.status}.`,
    })
  await workflowRun(ctx.env.RUNS, row.runId).control('cancel', ctx.actor.userId, runActor(ctx))
  const ended = await recordEnd(ctx, row, { status: 'cancelled', error: null }, ctx)
  if (ended) ctx.defer(cancelThere(ctx, await requireDeployment(ctx, id)))
  return getDeployment(ctx, id)
}

/** Stops what the platform has started. Errors are ignored. */
async function cancelThere(ctx: ServiceContext, row: DeploymentRow): Promise<void> {
  const { cancel } = platformOf(row.platform)
  if (cancel === undefined || row.platformId === null) return
  await cancel(await siteFor(ctx, row)).catch((error: unknown) =>
    ctx.log.warn('a platform did not cancel a deployment', { deploymentId: row.id, error }),
  )
}

const siteFor = (ctx: ServiceContext, row: DeploymentRow) =>
  siteOf({ request: ctx, teamId: ctx.actor.teamId }, row, () => undefined)

/** Asks the platform once more, also after the end: a slow deployment may be ready by now. */
export async function refreshDeployment(ctx: ServiceContext, id: string): Promise<Deployment> {
  const row = await requireDeployment(ctx, id)
  if (row.publishedAt === null)
    throw new AppError('resource.conflict', {
      detail: `The deployment is ${row.status}. The platform does not have it yet.`,
    })
  requireMayUse(ctx.actor)
  const checked = await platformOf(row.platform).check(await siteFor(ctx, row))
  const now = ctx.now()
  const isLate = checked.status === 'ready' && row.status === 'failed'
  const changes = {
    ...changesOf(checked),
    // A later deployment may have replaced it since, so it counts from when it was published.
    ...(isLate ? { status: 'ready' as const, error: null, readyAt: row.publishedAt, finishedAt: now } : {}),
  }
  await commit(ctx, {
    guard: updateDeployment(row.teamId, id, changes, now, 'any'),
    audit: {
      ...{ action: 'deployment.refreshed', targetType: 'deployment', targetId: id },
      before: { status: row.status },
      after: { status: checked.status, name: row.project },
    },
  })
  return getDeployment(ctx, id)
}

export async function deleteDeployment(ctx: ServiceContext, id: string, keepRemote: boolean): Promise<void> {
  const row = await requireDeployment(ctx, id)
  if (row.finishedAt === null)
    throw new AppError('resource.conflict', { detail: `The deployment is ${row.status}. Cancel it first.` })
  if (!keepRemote && row.publishedAt !== null) requireMayUse(ctx.actor)
  if (!keepRemote && row.publishedAt !== null) await removeThere(ctx, row)
  const outcome = await commit(ctx, {
    guard: deleteRow(row.teamId, id),
    statements: [insertDeleted(row), deleteFiles(id), deleteLines(id)],
    audit: {
      ...{ action: 'deployment.deleted', targetType: 'deployment', targetId: id },
      before: { name: row.project, platform: row.platform, url: row.url, keepRemote },
    },
  })
  if (outcome === 'guard_missed') throw new AppError('resource.stale')
  await forgetFileUses(ctx, { kind: 'deployment', id })
}

async function removeThere(ctx: ServiceContext, row: DeploymentRow): Promise<void> {
  const published = await firstOf(ctx.env.DB, findPublished(row.teamId, row.target))
  const files = await findFiles(ctx.env.DB, row.id)
  const paths = files.filter(({ state }) => state !== 'removed').map(({ path }) => path)
  await platformOf(row.platform).remove(await siteFor(ctx, row), {
    isPublished: published === null || published.id === row.id || row.environment === 'preview',
    paths,
  })
}
