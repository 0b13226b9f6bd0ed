// The slots of a team, as SQL for other statements. `teamId` is SQL too, such as a parameter or a column.
import { MAX_CONCURRENT_RUNS } from '../../../core/plans.ts'
import { limitByPlan } from '../../../db/platform-settings.ts'

/**
 * The team's used slots according to the index. A run uses a slot while it is active, but not while it is queued, waiting or paused.
 * A sub-workflow uses the slot of the run that waits for it. Counting stops above the highest limit that a plan can have.
 */
export const countSlots = (teamId: string): string =>
  `(SELECT count(*) FROM (SELECT DISTINCT r.slot FROM runs r WHERE r.team_id = ${teamId} AND r.slot IS NOT NULL
    LIMIT ${MAX_CONCURRENT_RUNS + 1}))`

/** The team's slots that no run uses. Negative after a change to a smaller plan. */
export const freeSlotsSql = (teamId: string): string =>
  `(SELECT ${limitByPlan('tm.plan', 'concurrentRuns')} FROM teams tm WHERE tm.id = ${teamId}) - ${countSlots(teamId)}`

/** The free slots that are in no lease. A host may give leased slots to a run that it starts. */
export const unleasedSlotsSql = (teamId: string): string =>
  `${freeSlotsSql(teamId)} - coalesce((SELECT sum(l.slots) FROM run_leases l WHERE l.team_id = ${teamId}), 0)`
