import type { ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { commit } from '../../../db/commit.ts'
import { reindexRuns, STUCK_MS } from '../../executions/index.ts'
import { findOverdueRuns } from '../repo/runs.ts'
import type { ReindexRuns, StuckRuns } from '../schema.ts'

const MAX_LISTED = 100

export async function listStuckRuns(ctx: ServiceContext): Promise<StuckRuns> {
  const rows = await findOverdueRuns(ctx.env.DB, ctx.now() - STUCK_MS, MAX_LISTED)
  return {
    items: rows.map((row) => ({
      ...row,
      wakeBy: toIso(row.wakeBy),
      stuckSince: toIsoOrNull(row.stuckSince),
    })),
  }
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
