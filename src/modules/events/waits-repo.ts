// Open waits of runs for events, as their runs have written them down. A row may be there a moment longer than its wait:
// whether a run still waits is its object's to say.
import { type Statement, statement } from '../../db/commit.ts'
import { keysOfEvent, matchesEvent } from '../../engine/event-name.ts'

/** Far more than anybody reads one by one, and few enough to count at each event. */
const MOST_COUNTED = 1_000

/** The waits that an event of this name may find: a handful of keys, each looked up by the index. */
const found = (keys: string, teamId: string): string =>
  `FROM json_each(${keys}) k CROSS JOIN event_waits w WHERE w.team_id = ${teamId} AND w.key = k.value`

/** Has a row when a run of the team may wait for this name. */
export const anyWaits = (teamId: string, name: string): Statement =>
  // As part of a larger statement it cannot number its parameters.
  statement(`SELECT 1 ${found('?', '?')}`, JSON.stringify(keysOfEvent(name)), teamId)

export async function countWaiting(d1: D1Database, teamId: string, name: string): Promise<number> {
  const { results } = await d1
    .prepare(
      `SELECT name, count(DISTINCT run_id) AS runs FROM (SELECT w.name, w.run_id ${found('?2', '?1')} LIMIT ${MOST_COUNTED}) GROUP BY name`,
    )
    .bind(teamId, JSON.stringify(keysOfEvent(name)))
    .all<{ name: string; runs: number }>()
  return results.reduce((sum, one) => sum + (matchesEvent(one.name, name) ? one.runs : 0), 0)
}

/** Those keys under which anybody waits, in order. */
export async function waitedKeys(d1: D1Database, teamId: string, name: string): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT k.value AS key FROM json_each(?2) k
       WHERE EXISTS (SELECT 1 FROM event_waits w WHERE w.team_id = ?1 AND w.key = k.value) ORDER BY k.value`,
    )
    .bind(teamId, JSON.stringify(keysOfEvent(name)))
    .all<{ key: string }>()
  return results.map(({ key }) => key)
}

export type WaitingRun = { runId: string; names: string[] }

/** Runs that wait under a key since before the event, the next ones in order of their ids. */
export async function findWaiting(
  d1: D1Database,
  where: { teamId: string; key: string; afterRunId: string; until: number },
  limit: number,
): Promise<WaitingRun[]> {
  const { results } = await d1
    .prepare(
      `SELECT run_id AS runId, json_group_array(DISTINCT name) AS names FROM event_waits
       WHERE team_id = ?1 AND key = ?2 AND run_id > ?3 AND since <= ?4 GROUP BY run_id ORDER BY run_id LIMIT ?5`,
    )
    .bind(where.teamId, where.key, where.afterRunId, where.until, limit)
    .all<{ runId: string; names: string }>()
  return results.map(({ runId, names }) => ({ runId, names: JSON.parse(names) as string[] }))
}

/** Of a run that is gone. Waits that began later are those of another that was started under its id. */
export async function forgetWaits(d1: D1Database, runId: string, until: number): Promise<void> {
  await d1.prepare('DELETE FROM event_waits WHERE run_id = ? AND since <= ?').bind(runId, until).run()
}
