// Deployments that people request: a new one, or one based on an earlier one.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import type { DeploymentAction } from '../../../db/schema/index.ts'
import { runActor } from '../../../objects/run-spec.ts'
import { builtInRunnable, requireRunRoom } from '../../runs/index.ts'
import { platformOf } from '../platforms/index.ts'
import { type DeploymentRow, insertDeployment } from '../repo/deployments.ts'
import { findFilePage } from '../repo/files.ts'
import { DEFINITIONS } from '../run.ts'
import type { CreateDeployment, Deployment, FollowDeployment, Settings } from '../schema.ts'
import { isRestored } from '../steps/prepare.ts'
import { recordEnd } from './end.ts'
import { getDeployment, requireDeployment } from './read.ts'
import { requireMayRead, requireMayUse, runIdFor, startRunOf, type Target, targetOf } from './start.ts'

export async function createDeployment(ctx: ServiceContext, input: CreateDeployment): Promise<Deployment> {
  requireMayRead(ctx.actor)
  const target = await targetOf(ctx, ctx.actor.teamId, input)
  return begin(ctx, target, {
    action: 'deploy',
    basedOn: null,
    source: JSON.stringify(input.source),
    message: input.message ?? '',
    whenBusy: input.whenBusy ?? 'queue',
  })
}

/** Uses the same content, or the same source if its content was never read. */
export async function redeploy(ctx: ServiceContext, id: string, more: FollowDeployment): Promise<Deployment> {
  const earlier = await requireDeployment(ctx, id)
  const hasFiles = (await findFilePage(ctx.env.DB, id, '', 1)).length > 0
  if (!hasFiles) requireMayRead(ctx.actor)
  return follow(ctx, earlier, more, { action: 'redeploy', basedOn: hasFiles ? id : null })
}

/** Publishes a preview. */
export async function promote(ctx: ServiceContext, id: string, more: FollowDeployment): Promise<Deployment> {
  const earlier = await requireDeployment(ctx, id)
  if (earlier.environment === 'production')
    throw conflict('The deployment is already public. To return to it, use rollback.')
  requireReady(earlier)
  return follow(ctx, earlier, more, { action: 'promote', basedOn: id, production: true })
}

export async function rollback(ctx: ServiceContext, id: string, more: FollowDeployment): Promise<Deployment> {
  const earlier = await requireDeployment(ctx, id)
  if (earlier.environment !== 'production') throw conflict('The deployment is a preview. Promote it instead.')
  requireReady(earlier)
  const platform = platformOf(earlier.platform)
  if (isRestored({ action: 'rollback' }, platform) && earlier.platformId === null)
    throw new AppError('deployment.source_gone', {
      detail: 'The deployment no longer exists at the platform.',
    })
  return follow(ctx, earlier, more, { action: 'rollback', basedOn: id, production: true })
}

function requireReady({ readyAt, status }: DeploymentRow): void {
  if (readyAt === null) throw conflict(`The deployment has never been ready. Its status is ${status}.`)
}

const conflict = (detail: string): AppError => new AppError('resource.conflict', { detail })

async function follow(
  ctx: ServiceContext,
  earlier: DeploymentRow,
  { message, whenBusy }: FollowDeployment,
  how: { action: DeploymentAction; basedOn: string | null; production?: boolean },
): Promise<Deployment> {
  const { platform, project, integrationId, source } = earlier
  const production = how.production ?? earlier.environment === 'production'
  const settings = JSON.parse(earlier.settings) as Settings
  const target = await targetOf(ctx, ctx.actor.teamId, {
    platform,
    project,
    integrationId,
    settings,
    production,
  })
  return begin(ctx, target, {
    action: how.action,
    basedOn: how.basedOn,
    source,
    message: message ?? earlier.message,
    whenBusy: whenBusy ?? 'queue',
  })
}

async function begin(
  ctx: ServiceContext,
  target: Target,
  more: Pick<DeploymentRow, 'action' | 'basedOn' | 'source' | 'message' | 'whenBusy'>,
): Promise<Deployment> {
  requireMayUse(ctx.actor)
  const { teamId, userId } = ctx.actor
  const now = ctx.now()
  const id = newId('dep', now)
  const definition = DEFINITIONS[more.whenBusy]
  const room = await builtInRunnable(ctx, teamId, { kind: 'deployment', name: 'Deployment', definition })
  await requireRunRoom(ctx, room, 'manual', null)
  const row = { ...target, ...more, id, teamId, runId: await runIdFor(ctx, teamId, id), createdBy: userId }
  await commit(ctx, {
    guard: insertDeployment(row, now),
    audit: {
      ...{ action: 'deployment.created', targetType: 'deployment', targetId: id },
      after: {
        name: row.project,
        ...{ platform: row.platform, environment: row.environment, action: row.action, basedOn: row.basedOn },
      },
    },
    messages: [{ type: 'deployment.start', teamId, deploymentId: id }],
  })
  const created = await requireDeployment(ctx, id)
  try {
    await startRunOf(ctx, created, { by: runActor(ctx) })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await recordEnd(ctx, created, { status: 'failed', error: { code: error.code, message: error.message } })
  }
  return getDeployment(ctx, id)
}
