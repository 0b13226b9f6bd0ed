// Tasks of external workers.
import { type Statement, statement } from '../../../db/statement.ts'
import { isOutsideSql, LIMITED, QUEUE_ORDER } from '../desk/repo/queue.ts'

export type Claimable = { id: string; status: string; attempt: number; leaseHash: string | null }

/** The next task: a waiting one, or one whose worker has not reported in time. */
export async function findClaimable(
  d1: D1Database,
  teamId: string,
  { types, tags }: { types?: readonly string[] | undefined; tags?: readonly string[] | undefined },
  now: number,
): Promise<Claimable | null> {
  return d1
    .prepare(
      `SELECT t.id, t.status, t.attempt, t.lease_hash AS leaseHash FROM tasks t
       WHERE t.team_id = ?1 AND t.children = 0 AND t.run_id IS NULL AND ${isOutsideSql('t')}
         AND ((t.status = 'queued' AND coalesce(t.queued_at, 0) <= ?2 AND NOT EXISTS (${LIMITED}))
           OR (t.status = 'running' AND t.lease_until <= ?2))
         AND (?3 IS NULL OR t.type IN (SELECT value FROM json_each(?3)))
         AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(t.tags) g JOIN json_each(?4) w ON w.value = g.value))
       ORDER BY ${QUEUE_ORDER('?2')} LIMIT 1`,
    )
    .bind(
      teamId,
      now,
      types === undefined ? null : JSON.stringify(types),
      tags === undefined ? null : JSON.stringify(tags),
    )
    .first<Claimable>()
}

/** Concurrent claims never exceed a limit. */
export const claimLease = (
  teamId: string,
  { id, status, attempt, leaseHash }: Claimable,
  lease: { hash: string; until: number; by: string },
  now: number,
): Statement =>
  statement(
    `UPDATE tasks AS t SET status = 'running', attempt = attempt + 1, lease_hash = ?6, lease_until = ?7, lease_by = ?8, reason = NULL, error = NULL,
       started_at = coalesce(started_at, ?9), status_since = ?9, updated_at = ?9
     WHERE id = ?1 AND team_id = ?2 AND status = ?3 AND attempt = ?4 AND lease_hash IS ?5 AND children = 0 AND run_id IS NULL
       AND (status = 'queued' AND NOT EXISTS (${LIMITED}) OR lease_until <= ?9)`,
    id,
    teamId,
    status,
    attempt,
    leaseHash,
    lease.hash,
    lease.until,
    lease.by,
    now,
  )

/** An expired lease gives no rights, even if no other worker has the task. */
const holdsAt = (now: string): string =>
  `WHERE id = ?1 AND team_id = ?2 AND lease_hash = ?3 AND status = 'running' AND lease_until > ${now}`
const LET_GO = 'lease_hash = NULL, lease_until = NULL, lease_by = NULL'

export const renewLease = (
  teamId: string,
  id: string,
  hash: string,
  {
    progress,
    reason,
    until,
    now,
  }: { progress: number | null; reason: string | null; until: number; now: number },
): Statement =>
  statement(
    `UPDATE tasks SET progress = max(progress, coalesce(?4, 0)), reason = coalesce(?5, reason), lease_until = ?6, updated_at = ?7 ${holdsAt('?7')} RETURNING id`,
    id,
    teamId,
    hash,
    progress,
    reason,
    until,
    now,
  )

export const completeLeased = (
  teamId: string,
  id: string,
  hash: string,
  { result, files, now }: { result: string | null; files: string; now: number },
): Statement =>
  statement(
    `UPDATE tasks SET status = 'succeeded', progress = 100, result = ?4, files = ?5, error = NULL, reason = NULL, finished_at = ?6,
       duration_ms = ?6 - started_at, status_since = ?6, updated_at = ?6, ${LET_GO} ${holdsAt('?6')}`,
    id,
    teamId,
    hash,
    result,
    files,
    now,
  )

/** With `againAt` null, the task ends. */
export const failLeased = (
  teamId: string,
  id: string,
  hash: string,
  { error, againAt, now }: { error: string; againAt: number | null; now: number },
): Statement =>
  statement(
    `UPDATE tasks SET status = CASE WHEN ?5 IS NULL THEN 'failed' ELSE 'queued' END, error = ?4, reason = NULL,
       finished_at = CASE WHEN ?5 IS NULL THEN ?6 END, duration_ms = CASE WHEN ?5 IS NULL THEN ?6 - started_at END,
       queued_at = coalesce(?5, queued_at), status_since = ?6, updated_at = ?6, ${LET_GO} ${holdsAt('?6')}`,
    id,
    teamId,
    hash,
    error,
    againAt,
    now,
  )

export const LEASE_EXPIRED = 'lease_expired'

/** Tasks whose worker has not reported in time go back to the queue. */
export const endLeases = (now: number): Statement =>
  statement(
    `UPDATE tasks SET status = 'queued', status_since = ?1, updated_at = ?1, ${LET_GO},
       reason = '{"code":"${LEASE_EXPIRED}","message":"Its worker did not report in time. It waits for the next one."}'
     WHERE id IN (SELECT id FROM tasks WHERE lease_until <= ?1 AND status = 'running' LIMIT 500)`,
    now,
  )
