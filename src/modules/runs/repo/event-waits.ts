// Open waits of runs for events, as the runs report them. A row may outlive its wait by a moment: only the run's object knows
// whether it still waits. The run itself writes the rows. They are removed when the run is deleted.
import { type Statement, statement } from '../../../db/statement.ts'
import { eventKey, keysOfEvent, matchesEvent } from '../../../engine/model/event-name.ts'

/** More than anybody reads one by one, and few enough to count for each event. */
const MAX_COUNTED = 1_000

/** The wait keys that match an event name: a handful, each found by the index. */
const found = (keys: string, teamId: string): string =>
  `FROM json_each(${keys}) k CROSS JOIN event_waits w WHERE w.team_id = ${teamId} AND w.key = k.value`

/** Returns a row if a run of the team may wait for this name. */
export const hasWaits = (teamId: string, name: string): Statement =>
  // It is part of a larger statement, so it cannot number its parameters.
  statement(`SELECT 1 ${found('?', '?')}`, JSON.stringify(keysOfEvent(name)), teamId)

export async function countWaiting(d1: D1Database, teamId: string, name: string): Promise<number> {
  const { results } = await d1
    .prepare(
      `SELECT name, count(DISTINCT run_id) AS runs FROM (SELECT w.name, w.run_id ${found('?2', '?1')} LIMIT ${MAX_COUNTED}) GROUP BY name`,
    )
    .bind(teamId, JSON.stringify(keysOfEvent(name)))
    .all<{ name: string; runs: number }>()
  return results.reduce((sum, one) => sum + (matchesEvent(one.name, name) ? one.runs : 0), 0)
}

/** Those of the keys that runs wait for, in order. */
export async function findWaitedKeys(d1: D1Database, teamId: string, name: string): Promise<string[]> {
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

/** Runs that have waited for a key since before the event: the next page in order of their ids. */
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

/** Deletes the waits of a deleted run. Later waits belong to another run that was started with the same id. */
export async function deleteWaitsUntil(d1: D1Database, runId: string, until: number): Promise<void> {
  await d1.prepare('DELETE FROM event_waits WHERE run_id = ? AND since <= ?').bind(runId, until).run()
}

export type OpenWait = { path: string; attempt: number; name: string; since: number }
export type OverWait = { path: string; attempt: number }

/** Deleted teams get no new waits. */
const LIST = `INSERT INTO event_waits (run_id, path, team_id, name, key, attempt, since)
  SELECT ?1, value ->> 'path', ?2, value ->> 'name', value ->> 'key', value ->> 'attempt', value ->> 'since' FROM json_each(?3)
  WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?2)
  ON CONFLICT (run_id, path) DO UPDATE SET name = excluded.name, key = excluded.key, attempt = excluded.attempt, since = excluded.since
  WHERE excluded.attempt >= event_waits.attempt`

const UNLIST = `DELETE FROM event_waits WHERE rowid IN (SELECT w.rowid FROM json_each(?2) o CROSS JOIN event_waits w
  WHERE w.run_id = ?1 AND w.path = o.value ->> 'path' AND w.attempt <= o.value ->> 'attempt')`

export async function updateWaits(
  d1: D1Database,
  { runId, teamId }: { runId: string; teamId: string },
  { open, over }: { open: OpenWait[]; over: OverWait[] },
): Promise<void> {
  const rows = open.map((wait) => ({ ...wait, key: eventKey(wait.name) }))
  await d1.batch([
    ...(over.length === 0 ? [] : [d1.prepare(UNLIST).bind(runId, JSON.stringify(over))]),
    ...(open.length === 0 ? [] : [d1.prepare(LIST).bind(runId, teamId, JSON.stringify(rows))]),
  ])
}

/** All rows of the run except those with these paths and those younger than this. */
export async function deleteWaits(
  d1: D1Database,
  runId: string,
  { except, before }: { except: string[]; before: number },
): Promise<void> {
  await d1
    .prepare(
      'DELETE FROM event_waits WHERE run_id = ?1 AND since < ?3 AND path NOT IN (SELECT value FROM json_each(?2))',
    )
    .bind(runId, JSON.stringify(except), before)
    .run()
}

export async function deleteAllWaits(d1: D1Database, runId: string): Promise<void> {
  await d1.prepare('DELETE FROM event_waits WHERE run_id = ?').bind(runId).run()
}
