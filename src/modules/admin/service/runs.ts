import type { ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { endRun, type Rebuilt, rebuildIndex, reindexRuns, STUCK_MS, wakeRun } from '../../runs/index.ts'
import { countOverdueRuns, findOverdueRuns } from '../repo/runs.ts'
import type { ListStuckRuns, RebuildRuns, ReindexRuns, RepairedRun, StuckRun } from '../schema.ts'
import { PLATFORM_LOG } from './users.ts'

export async function listStuckRuns(ctx: ServiceContext, query: ListStuckRuns): Promise<Page<StuckRun>> {
  const before = ctx.now() - STUCK_MS
  const rows = await findOverdueRuns(ctx.env.DB, before, query)
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.wakeBy, id: row.id }),
    (row) => ({ ...row, wakeBy: toIso(row.wakeBy), stuckSince: toIsoOrNull(row.stuckSince) }),
  )
  return query.count ? { ...page, total: await countOverdueRuns(ctx.env.DB, before) } : page
}

export async function reindexDay(
  ctx: ServiceContext,
  { day, page }: ReindexRuns,
): ReturnType<typeof reindexRuns> {
  const answer = await reindexRuns(ctx, day, page)
  const { reported, missing } = answer
  await commit(ctx, {
    audit: { action: 'runs.reindexed', targetType: 'day', targetId: day, after: { page, reported, missing } },
  })
  return answer
}

/** Rebuilds a part of the index, for all teams or one. Only the first call is audited. */
export async function rebuildRuns(ctx: ServiceContext, { teamId, cursor }: RebuildRuns): Promise<Rebuilt> {
  const answer = await rebuildIndex(ctx, { teamId, cursor })
  if (cursor === null)
    await commit(ctx, {
      audit: { action: 'runs.rebuilt', targetType: 'runs', targetId: teamId ?? 'all', teamId: PLATFORM_LOG },
    })
  return answer
}

export const wakeStuckRun = (ctx: ServiceContext, id: string): Promise<RepairedRun> =>
  repair(ctx, id, 'run.woken', wakeRun)

/** The audit log of the run's team also records the cancellation. */
export const endStuckRun = (ctx: ServiceContext, id: string): Promise<RepairedRun> =>
  repair(ctx, id, 'run.ended_by_admin', endRun)

async function repair(
  ctx: ServiceContext,
  id: string,
  action: string,
  work: typeof wakeRun,
): Promise<RepairedRun> {
  const { teamId, status } = await work(ctx, id)
  await commit(ctx, {
    audit: { action, targetType: 'run', targetId: id, teamId: PLATFORM_LOG, after: { teamId, status } },
  })
  return { id, teamId, status }
}
