import type { ServiceContext } from '../../../context.ts'
import { MINUTE_MS, toIso, toIsoOrNull } from '../../../core/clock.ts'
import { commit } from '../../../db/commit.ts'
import { reindexRuns, removeRun, teamOfUnreadable } from '../../executions/index.ts'
import { findOverdueRuns } from '../repo/runs.ts'
import type { ReindexRuns, StuckRuns } from '../schema.ts'

/** The sweep looks at a run when its time has come, and soon again; what is silent or overdue after that needs a person. */
const STUCK_MS = 5 * MINUTE_MS
const MOST_SHOWN = 100

export async function listStuckRuns(ctx: ServiceContext): Promise<StuckRuns> {
  const rows = await findOverdueRuns(ctx.env.DB, ctx.now() - STUCK_MS, MOST_SHOWN)
  return {
    items: rows.map((row) => ({
      ...row,
      wakeBy: toIso(row.wakeBy),
      stuckSince: toIsoOrNull(row.stuckSince),
    })),
  }
}

/** Only what nobody can read: all else is its team's to delete. */
export async function removeStuckRun(ctx: ServiceContext, runId: string): Promise<void> {
  const teamId = await teamOfUnreadable(ctx, runId)
  await removeRun(ctx, runId, teamId)
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
