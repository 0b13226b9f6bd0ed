// Shows what a deployment would do: the same as its first steps, without changing anything.
import type { ServiceContext } from '../../../context.ts'
import { DAY_MS } from '../../../core/clock.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { platformOf } from '../platforms/index.ts'
import { countSince, findPublished } from '../repo/deployments.ts'
import { findFiles } from '../repo/files.ts'
import { type DeploymentPlan, MAX_PLANNED, type PlanDeployment } from '../schema.ts'
import { manifestFor, refusalsOf } from '../steps/prepare.ts'
import { siteOf } from '../steps/step.ts'
import { requireMayRead, requireMayUse, targetOf } from './start.ts'

export async function planDeployment(ctx: ServiceContext, input: PlanDeployment): Promise<DeploymentPlan> {
  requireMayUse(ctx.actor)
  requireMayRead(ctx.actor)
  const { teamId } = ctx.actor
  const target = await targetOf(ctx, teamId, input)
  const platform = platformOf(target.platform)
  const scope = { request: ctx, teamId }
  const draft = { ...target, basedOn: null, source: JSON.stringify(input.source) }
  const { files, warnings } = await manifestFor(scope, draft, platform)
  const planned = { ...target, id: 'plan', message: '', platformId: null, state: '{}', createdAt: ctx.now() }
  const site = await siteOf(scope, planned, () => undefined)
  const today = await countSince(
    ctx.env.DB,
    { teamId, integrationId: target.integrationId },
    ctx.now() - DAY_MS,
    '',
  )
  const published = await firstOf(ctx.env.DB, findPublished(teamId, target.target))
  const before = published === null ? null : await findFiles(ctx.env.DB, published.id)
  const { send, removed } = await platform.compare(site, files, before, true)
  const known = new Map((before ?? []).map((one) => [one.path, one]))
  const sent = files.filter(({ n }) => send.has(n))
  const refusals = refusalsOf(platform, site, files, { ...today, uploads: today.uploads + sent.length })
  return {
    platform: target.platform,
    project: target.project,
    environment: target.environment,
    files: {
      total: files.length,
      bytes: files.reduce((sum, one) => sum + one.sizeBytes, 0),
      upload: sent.length,
      uploadBytes: sent.reduce((sum, one) => sum + one.sizeBytes, 0),
      unchanged: files.length - sent.length,
      remove: removed.length,
    },
    changes: [
      ...sent.map(({ path, sizeBytes }) => ({
        ...{ change: known.has(path) ? ('update' as const) : ('add' as const), path, sizeBytes },
      })),
      ...removed.map((path) => ({
        change: 'remove' as const,
        path,
        sizeBytes: known.get(path)?.sizeBytes ?? 0,
      })),
    ]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .slice(0, MAX_PLANNED),
    warnings,
    refusals,
  }
}
