// A task and its run. Every statement requires the status that it starts from, so of two concurrent callers one wins.
import { type Statement, statement } from '../../../db/statement.ts'
import { isOutsideSql, LIMITED } from '../desk/repo/queue.ts'
import type { TaskStatus } from '../pure/status.ts'
import { RETURNED } from '../repo/columns.ts'

/** Columns for a new run. `run_seq` 0 means that the run has not reported yet. */
const BEGIN = `status = 'running', run_seq = 0, attempt = attempt + 1, started_at = NULL, finished_at = NULL, duration_ms = NULL,
  error = NULL, result = NULL, reason = NULL`

export type Claim = { taskId: string; teamId: string; attempt: number; runId: string; now: number }

/** For a queued task and a run with this id. Returns the row as it is then. */
export const claimQueued = ({ taskId, teamId, attempt, runId, now }: Claim): Statement =>
  statement(
    `UPDATE tasks AS t SET ${BEGIN}, run_id = ?4, retry_of = NULL, progress = 0, status_since = ?5, updated_at = ?5
     WHERE t.id = ?1 AND t.team_id = ?2 AND t.attempt = ?3 AND t.status = 'queued' AND t.run_id IS NULL AND t.children = 0
       AND NOT EXISTS (${LIMITED}) RETURNING ${RETURNED}`,
    taskId,
    teamId,
    attempt,
    runId,
    now,
  )

/** Starts immediately, without the queue: only while the queue is empty. */
export const claimNow = (
  { taskId, teamId, attempt, runId, now }: Claim,
  by: string,
  statuses: readonly TaskStatus[],
): Statement =>
  statement(
    `UPDATE tasks SET ${BEGIN}, run_id = ?4, retry_of = NULL, progress = 0, status_since = ?5, updated_at = ?5, started_by = ?6, queued_at = ?5
     WHERE id = ?1 AND team_id = ?2 AND attempt = ?3 AND status IN (SELECT value FROM json_each(?7)) AND held = 0 AND children = 0
       AND NOT EXISTS (SELECT 1 FROM task_limits l WHERE l.team_id = ?2)
       AND NOT EXISTS (SELECT 1 FROM tasks q WHERE q.team_id = ?2 AND q.status = 'queued' AND q.run_id IS NULL AND NOT ${isOutsideSql('q')})`,
    taskId,
    teamId,
    attempt,
    runId,
    now,
    by,
    JSON.stringify(statuses),
  )

/** For an ended task and a run that continues the last one. */
export const claimRetry = (
  { taskId, teamId, attempt, runId, now }: Claim,
  by: string,
  retryOf: string,
  statuses: readonly TaskStatus[],
): Statement =>
  statement(
    `UPDATE tasks SET ${BEGIN}, run_id = ?4, retry_of = ?7, status_since = ?5, updated_at = ?5, started_by = ?6, version = version + 1
     WHERE id = ?1 AND team_id = ?2 AND attempt = ?3 AND status IN (SELECT value FROM json_each(?8)) AND run_id = ?7 AND children = 0`,
    taskId,
    teamId,
    attempt,
    runId,
    now,
    by,
    retryOf,
    JSON.stringify(statuses),
  )

/** The run could not start now: back to the queue. Changes nothing once the run has reported. */
export const requeueTask = (
  taskId: string,
  runId: string,
  reason: { code: string; message: string },
  now: number,
): Statement =>
  statement(
    `UPDATE tasks SET status = 'queued', run_id = NULL, attempt = attempt - 1, reason = ?3, status_since = ?4, updated_at = ?4
     WHERE id = ?1 AND run_id = ?2 AND run_seq = 0 AND status = 'running'`,
    taskId,
    runId,
    JSON.stringify(reason),
    now,
  )

/** The run cannot start at all. `backTo` is the run that a retry would have continued. */
export const failStart = (
  taskId: string,
  runId: string,
  error: { code: string; message: string },
  now: number,
  backTo: string | null = null,
): Statement =>
  statement(
    `UPDATE tasks SET status = 'failed', run_id = ?5, error = ?3, finished_at = ?4, status_since = ?4, updated_at = ?4
     WHERE id = ?1 AND run_id = ?2 AND run_seq = 0 AND status = 'running'`,
    taskId,
    runId,
    JSON.stringify(error),
    now,
    backTo,
  )

/** The run has another id than planned. */
export const setRunId = (taskId: string, before: string, after: string): Statement =>
  statement(
    'UPDATE tasks SET run_id = ?3 WHERE id = ?1 AND run_id = ?2 AND run_seq = 0',
    taskId,
    before,
    after,
  )

/** Copies what the index knows of the task's run, in case the run reported before the task had its id. */
export const copyRunState = (taskId: string): Statement =>
  statement(
    `UPDATE tasks SET status = r.status, run_seq = r.seq, progress = max(tasks.progress, r.progress),
       error = CASE WHEN r.status = 'failed' THEN r.error END, started_at = r.started_at, finished_at = r.finished_at,
       duration_ms = r.duration_ms
     FROM runs r WHERE tasks.id = ?1 AND r.id = tasks.run_id AND r.kind = 'task' AND r.seq > tasks.run_seq`,
    taskId,
  )

/** Claimed for a run before this time, and the run has not reported. */
export async function findLostStarts(
  d1: D1Database,
  before: number,
  limit: number,
): Promise<{ id: string; teamId: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, team_id AS teamId FROM tasks WHERE run_id IS NOT NULL AND run_seq = 0 AND status_since < ?1 AND status = 'running'
       ORDER BY status_since LIMIT ?2`,
    )
    .bind(before, limit)
    .all<{ id: string; teamId: string }>()
  return results
}

/** Of these tasks, those that have succeeded and whose result only their run has. */
export async function findWithoutResult(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
): Promise<{ id: string; runId: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT t.id, t.run_id AS runId FROM json_each(?1) i CROSS JOIN tasks t ON t.id = i.value AND t.team_id = ?2
       WHERE t.status = 'succeeded' AND t.run_id IS NOT NULL AND t.result IS NULL`,
    )
    .bind(JSON.stringify(ids), teamId)
    .all<{ id: string; runId: string }>()
  return results
}

/** Stores the result of a run. */
export const setResult = (taskId: string, runId: string, result: string): Statement =>
  statement(
    'UPDATE tasks SET result = ?3 WHERE id = ?1 AND run_id = ?2 AND result IS NULL',
    taskId,
    runId,
    result,
  )
