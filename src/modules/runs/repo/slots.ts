// The slots of a team: `concurrentRuns` of its plan. The index of runs records who uses them. The rest are in the leases of the
// team's hosts (`leases.ts`) or free. Invariants:
// 1. A run's report adds its slot to the index and takes it from the lease of its host in one batch.
// 2. The report that frees a slot gives it, in the same batch, to the run that has been in line longest.
import { MINUTE_MS } from '../../../core/clock.ts'
import { unleasedSlotsSql } from '../../usage/index.ts'

/** The time after which the sweep checks whether a run that got a slot has begun. */
const BEGIN_WITHIN_MS = MINUTE_MS
/** How many runs one report can give slots to. More are waiting only after a plan change; the sweep handles the rest. */
const MAX_LET_IN = 50

/** Those of these runs that exist according to the index. */
export async function findBegun(d1: D1Database, runIds: readonly string[]): Promise<Set<string>> {
  const { results } = await d1
    .prepare('SELECT r.id FROM json_each(?) i CROSS JOIN runs r WHERE r.id = i.value AND r.seq > 0')
    .bind(JSON.stringify(runIds))
    .all<{ id: string }>()
  return new Set(results.map(({ id }) => id))
}

const LET_IN = `UPDATE runs SET slot = id, line_since = NULL, wake_by = ?2
  WHERE id IN (SELECT id FROM runs WHERE team_id = ?1 AND line_since IS NOT NULL ORDER BY line_since, id
    LIMIT CASE WHEN EXISTS (SELECT 1 FROM runs WHERE team_id = ?1 AND line_since IS NOT NULL)
      THEN min(${MAX_LET_IN}, max(0, coalesce(${unleasedSlotsSql('?1')}, 0))) ELSE 0 END)
  RETURNING id`

/** Returns the runs that got a slot now and must be notified. */
export const admitWaiting = (d1: D1Database, teamId: string, now: number): D1PreparedStatement =>
  d1.prepare(LET_IN).bind(teamId, now + BEGIN_WITHIN_MS)

const MAX_TEAMS = 100

/** Gives free slots to queued runs that no report has reached: after a plan change, or when a run was removed by force. */
export async function admitWaitingEverywhere(d1: D1Database, now: number): Promise<string[]> {
  const { results: teams } = await d1
    // In random order, so that no team is left out forever.
    .prepare(
      'SELECT team_id AS teamId FROM runs WHERE line_since IS NOT NULL GROUP BY team_id ORDER BY random() LIMIT ?',
    )
    .bind(MAX_TEAMS)
    .all<{ teamId: string }>()
  if (teams.length === 0) return []
  const answers = await d1.batch<{ id: string }>(teams.map(({ teamId }) => admitWaiting(d1, teamId, now)))
  return answers.flatMap(({ results }) => results.map(({ id }) => id))
}
