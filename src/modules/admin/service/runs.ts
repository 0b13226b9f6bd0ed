import type { ServiceContext } from '../../../context.ts'
import { MINUTE_MS, toIso } from '../../../core/clock.ts'
import { commit } from '../../../db/commit.ts'
import { reindexRuns } from '../../executions/index.ts'
import { findOverdueRuns } from '../repo/runs.ts'
import type { ReindexRuns, StuckRuns } from '../schema.ts'

/** The sweep looks at a run when its time has come; one that is still overdue after that needs a person. */
const STUCK_MS = 5 * MINUTE_MS
const MOST_SHOWN = 100

export async function listStuckRuns(ctx: ServiceContext): Promise<StuckRuns> {
  const rows = await findOverdueRuns(ctx.env.DB, ctx.now() - STUCK_MS, MOST_SHOWN)
  return { items: rows.map((row) => ({ ...row, wakeBy: toIso(row.wakeBy) })) }
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
