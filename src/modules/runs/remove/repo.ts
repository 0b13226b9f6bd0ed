// Deletes runs from the index. A deleted run leaves a tombstone, so that a late report does not restore it.
import { type Statement, statement } from '../../../db/statement.ts'

/** A tombstone keeps only the ids, the times and the status. */
const EMPTIED =
  'wake_by = NULL, stuck_since = NULL, slot = NULL, line_since = NULL, title = NULL, tags = NULL, metadata = NULL'

/** A page of the team's runs in the order of their ids. `onlyLive` leaves out those that have a tombstone. */
export async function findRunIdsOfTeam(
  d1: D1Database,
  teamId: string,
  { afterId, limit, onlyLive }: { afterId: string; limit: number; onlyLive: boolean },
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT id FROM runs WHERE team_id = ?1 AND id > ?2${onlyLive ? ' AND deleted_at IS NULL' : ''} ORDER BY id LIMIT ?3`,
    )
    .bind(teamId, afterId, limit)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

/** Turns runs into tombstones. The caller deletes their objects. */
export const markRunsDeleted = (runIds: readonly string[], now: number): Statement =>
  statement(
    `UPDATE runs SET deleted_at = COALESCE(deleted_at, ?2), workflow_name = '', waiting_for = NULL, error = NULL, ${EMPTIED}
     WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(runIds),
    now,
  )

export const markDeleted = (runId: string, teamId: string, now: number): Statement[] => [
  statement(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, deleted_at)
     VALUES (?1, ?2, 0, '', 'cancelled', 'manual', 0, ?3, ?3) ON CONFLICT (id) DO UPDATE SET deleted_at = ?3, ${EMPTIED}`,
    runId,
    teamId,
    now,
  ),
  statement('DELETE FROM run_labels WHERE run_id = ?', runId),
  statement('DELETE FROM event_waits WHERE run_id = ?', runId),
]

/** A run's place in the order in which runs are removed. */
export type Place = { at: number; id: string }

export type RetiredRun = Place & { deletedAt: number | null }

/** By the time of their end, after this place. */
export async function findEndedBefore(
  d1: D1Database,
  cutoff: number,
  after: Place,
  limit: number,
): Promise<RetiredRun[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, finished_at AS at, deleted_at AS deletedAt FROM runs
       WHERE finished_at < ?1 AND (finished_at, id) > (?2, ?3) ORDER BY finished_at, id LIMIT ?4`,
    )
    .bind(cutoff, after.at, after.id, limit)
    .all<RetiredRun>()
  return results
}

/** By the time of their start, after this place. */
export async function findEndedOfTeam(
  d1: D1Database,
  teamId: string,
  before: number,
  after: Place,
  limit: number,
): Promise<RetiredRun[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, created_at AS at, deleted_at AS deletedAt FROM runs WHERE team_id = ?1 AND created_at < ?2 AND finished_at < ?2
       AND (created_at, id) > (?3, ?4) ORDER BY created_at, id LIMIT ?5`,
    )
    .bind(teamId, before, after.at, after.id, limit)
    .all<RetiredRun>()
  return results
}

/** Deletes the rows of runs whose objects are gone, and the waits that those runs did not remove themselves. */
export const deleteRunRows = (runIds: readonly string[]): Statement[] =>
  [
    'DELETE FROM event_waits WHERE run_id IN (SELECT value FROM json_each(?))',
    'DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))',
  ].map((sql) => statement(sql, JSON.stringify(runIds)))
