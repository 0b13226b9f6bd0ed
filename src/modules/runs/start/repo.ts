// What a start needs to know: the room of the team's plan, and whether the run was started before.
import type { Plan } from '../../../core/plans.ts'
import { countSlots } from '../../usage/index.ts'

export type Room = { plan: Plan; runsThisMonth: number | null; runningRuns: number }

/** The columns that the list of a workflow's runs needs. */
export const findRoom = (d1: D1Database, teamId: string): Promise<Room | null> =>
  d1
    .prepare(
      `SELECT plan, (${RUNS_THIS_MONTH}) AS runsThisMonth, ${countSlots('tm.id')} AS runningRuns FROM teams tm WHERE tm.id = ?`,
    )
    .bind(teamId)
    .first<Room>()

const RUNS_THIS_MONTH = `SELECT uc.value FROM usage_counters uc
  WHERE uc.team_id = tm.id AND uc.period = strftime('%Y-%m', 'now') AND uc.metric = 'runs'`

/** The run that was started with this key, even if it has been deleted. */
export async function findStarted(d1: D1Database, teamId: string, startKey: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT id FROM runs WHERE team_id = ? AND start_key = ?')
    .bind(teamId, startKey)
    .first<{ id: string }>()
  return row?.id ?? null
}
