// Starts, continues and ends tasks. Every statement requires the status that it starts from, so of two concurrent
// callers one wins.

import { runBatch, type Statement, statement } from '../../../db/statement.ts'
import { QUEUE_ORDER } from '../desk/repo/queue.ts'
import type { Room } from '../pure/room.ts'
import { ENDED_STATUSES, type TaskStatus } from '../pure/status.ts'
import { RETURNED } from './tasks.ts'

const list = (statuses: readonly string[]): string => statuses.map((one) => `'${one}'`).join(', ')
const ENDED = list(ENDED_STATUSES)

/** A dependency of `t` that is not met yet. */
const OPEN_DEPENDENCY = `SELECT 1 FROM task_dependencies d JOIN tasks o ON o.id = d.depends_on
  WHERE d.task_id = t.id AND d.waived_by IS NULL
    AND NOT (o.status IN (${ENDED}) AND (d.needs = 'end' OR o.status = 'succeeded' OR t.on_dependency_failure = 'run'))`
const FAILED_DEPENDENCY = `SELECT 1 FROM task_dependencies d JOIN tasks o ON o.id = d.depends_on
  WHERE d.task_id = t.id AND d.waived_by IS NULL AND d.needs = 'success' AND o.status IN (${ENDED}) AND o.status <> 'succeeded'`

/** Done by an external worker: a custom task without anything that can execute it. */
export const isOutside = (
  t: string,
): string => `(${t}.type = 'custom' AND json_extract(${t}.input, '$.workflowId') IS NULL AND json_extract(${t}.input, '$.steps') IS NULL
  AND json_extract(${t}.input, '$.agentId') IS NULL AND json_extract(${t}.input, '$.capability') IS NULL)`

/** The limits of the team `?1`, each with how many more tasks it allows. Counted once for all tasks that are looked at. */
const ROOMS = `SELECT l.kind, l.subject, l.most - CASE l.kind
    WHEN 'assignee' THEN (SELECT count(*) FROM tasks b WHERE b.team_id = ?1 AND b.status = 'running' AND b.assignee = l.subject AND b.children = 0)
    WHEN 'agent' THEN (SELECT count(*) FROM tasks b WHERE b.team_id = ?1 AND b.status = 'running' AND b.agent_id = l.subject AND b.children = 0)
    ELSE (SELECT count(*) FROM tasks b WHERE b.team_id = ?1 AND b.status = l.subject AND b.children = 0) END AS room
  FROM task_limits l WHERE l.team_id = ?1`
const WITH_FULL = `WITH full AS MATERIALIZED (SELECT kind, subject FROM (${ROOMS}) WHERE room <= 0)`
/** A full limit that counts `t`. */
const IN_FULL = `SELECT 1 FROM full f WHERE f.kind = 'status' OR (f.kind = 'assignee' AND f.subject = t.assignee)
  OR (f.kind = 'agent' AND f.subject = t.agent_id)`

/** A limit of the team without room for `t`. For statements about one task. */
export const LIMITED = `SELECT 1 FROM task_limits l WHERE l.team_id = t.team_id AND (
    (l.kind = 'assignee' AND l.subject = t.assignee AND (SELECT count(*) FROM tasks b WHERE b.team_id = t.team_id AND b.status = 'running'
       AND b.assignee = t.assignee AND b.children = 0) >= l.most)
    OR (l.kind = 'agent' AND l.subject = t.agent_id AND (SELECT count(*) FROM tasks b WHERE b.team_id = t.team_id AND b.status = 'running'
       AND b.agent_id = t.agent_id AND b.children = 0) >= l.most)
    OR (l.kind = 'status' AND (SELECT count(*) FROM tasks b WHERE b.team_id = t.team_id AND b.status = l.subject
       AND b.children = 0) >= l.most))`

/** Releases tasks that nothing holds any more, and queues those that were blocked. Returns the released tasks. */
export const releaseTasks = (ids: readonly string[], now: number): Statement =>
  statement(
    `UPDATE tasks AS t SET held = 0, reason = NULL, updated_at = ?2,
       status = CASE WHEN status = 'blocked' THEN 'queued' ELSE status END,
       status_since = CASE WHEN status = 'blocked' THEN ?2 ELSE status_since END,
       queued_at = CASE WHEN status = 'blocked' THEN ?2 ELSE queued_at END
     WHERE t.id IN (SELECT value FROM json_each(?1)) AND t.held = 1
       AND NOT EXISTS (${OPEN_DEPENDENCY})
       AND NOT EXISTS (SELECT 1 FROM tasks p WHERE p.id = t.parent_id AND p.held = 1)
     RETURNING id`,
    JSON.stringify(ids),
    now,
  )

/** Skips tasks that must not run because a requirement has failed. */
export const skipTasks = (ids: readonly string[], now: number): Statement =>
  statement(
    `UPDATE tasks AS t SET status = 'skipped', held = 0, finished_at = ?2, status_since = ?2, updated_at = ?2,
       reason = '{"code":"dependency_failed","message":"A task that it depends on has not succeeded."}'
     WHERE t.id IN (SELECT value FROM json_each(?1)) AND t.status IN ('draft', 'blocked', 'scheduled', 'queued') AND t.children = 0
       AND t.on_dependency_failure = 'skip' AND EXISTS (${FAILED_DEPENDENCY})`,
    JSON.stringify(ids),
    now,
  )

/** Stores why they are still held. */
export const explainHeld = (ids: readonly string[]): Statement =>
  statement(
    `UPDATE tasks AS t SET reason = CASE
       WHEN EXISTS (${FAILED_DEPENDENCY}) THEN json_object('code', 'dependency_failed', 'message', 'A task that it depends on has not succeeded. Retry that one, or waive it.')
       WHEN EXISTS (${OPEN_DEPENDENCY}) THEN json_object('code', 'dependencies', 'message', 'It waits for other tasks to end.')
       ELSE json_object('code', 'parent', 'message', 'The task that it is a part of waits for other tasks to end.') END
     WHERE t.id IN (SELECT value FROM json_each(?1)) AND t.held = 1 AND t.status IN ('draft', 'blocked', 'scheduled')`,
    JSON.stringify(ids),
  )

/** Descendants of a held task wait with it. */
export const holdChildren = (ids: readonly string[], now: number): Statement =>
  statement(
    `UPDATE tasks SET held = 1, status = CASE WHEN status = 'queued' THEN 'blocked' ELSE status END,
       status_since = CASE WHEN status = 'queued' THEN ?2 ELSE status_since END, updated_at = ?2
     WHERE held = 0 AND status IN ('draft', 'scheduled', 'queued')
       AND parent_id IN (SELECT p.id FROM json_each(?1) i CROSS JOIN tasks p ON p.id = i.value AND p.held = 1)`,
    JSON.stringify(ids),
    now,
  )

export async function findDependants(
  d1: D1Database,
  ids: readonly string[],
  limit: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT d.task_id AS id FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.depends_on = i.value
       JOIN tasks t ON t.id = d.task_id AND t.held = 1 LIMIT ?2`,
    )
    .bind(JSON.stringify(ids), limit)
    .all<{ id: string }>()
  return results.map((row) => row.id)
}

export async function findHeldChildren(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.id FROM json_each(?1) i CROSS JOIN tasks c ON c.team_id = ?2 AND c.parent_id = i.value WHERE c.held = 1`,
    )
    .bind(JSON.stringify(ids), teamId)
    .all<{ id: string }>()
  return results.map((row) => row.id)
}

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
export const claimAtOnce = (
  { taskId, teamId, attempt, runId, now }: Claim,
  by: string,
  statuses: readonly TaskStatus[],
): Statement =>
  statement(
    `UPDATE tasks SET ${BEGIN}, run_id = ?4, retry_of = NULL, progress = 0, status_since = ?5, updated_at = ?5, started_by = ?6, queued_at = ?5
     WHERE id = ?1 AND team_id = ?2 AND attempt = ?3 AND status IN (SELECT value FROM json_each(?7)) AND held = 0 AND children = 0
       AND NOT EXISTS (SELECT 1 FROM task_limits l WHERE l.team_id = ?2)
       AND NOT EXISTS (SELECT 1 FROM tasks q WHERE q.team_id = ?2 AND q.status = 'queued' AND q.run_id IS NULL AND NOT ${isOutside('q')})`,
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
export const putBack = (
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
export const renameRun = (taskId: string, before: string, after: string): Statement =>
  statement(
    'UPDATE tasks SET run_id = ?3 WHERE id = ?1 AND run_id = ?2 AND run_seq = 0',
    taskId,
    before,
    after,
  )

/** Copies what the index knows of the task's run, in case the run reported before the task had its id. */
export const catchUp = (taskId: string): Statement =>
  statement(
    `UPDATE tasks SET status = r.status, run_seq = r.seq, progress = max(tasks.progress, r.progress),
       error = CASE WHEN r.status = 'failed' THEN r.error END, started_at = r.started_at, finished_at = r.finished_at,
       duration_ms = r.duration_ms
     FROM runs r WHERE tasks.id = ?1 AND r.id = tasks.run_id AND r.kind = 'task' AND r.seq > tasks.run_seq`,
    taskId,
  )

export type QueuedRow = { id: string; attempt: number; assignee: string; agentId: string }

/**
 * The next tasks, without those for external workers and those that a full limit counts, and the room of all limits.
 * `isEmpty`: no task waits at all.
 */
export async function findNext(
  d1: D1Database,
  teamId: string,
  limit: number,
  now: number,
): Promise<{ next: QueuedRow[]; rooms: Room[]; isEmpty: boolean }> {
  const [next, rooms, waiting] = await runBatch(d1, [
    statement(
      `${WITH_FULL} SELECT t.id, t.attempt, t.assignee, t.agent_id AS agentId FROM tasks t
       WHERE t.team_id = ?1 AND t.status = 'queued' AND t.run_id IS NULL AND t.children = 0
         AND NOT EXISTS (${IN_FULL}) AND NOT ${isOutside('t')}
       ORDER BY ${QUEUE_ORDER('?2')} LIMIT ?3`,
      teamId,
      now,
      limit,
    ),
    statement(ROOMS, teamId),
    statement(
      "SELECT 1 FROM tasks WHERE team_id = ?1 AND status = 'queued' AND run_id IS NULL LIMIT 1",
      teamId,
    ),
  ])
  return {
    next: (next?.results ?? []) as QueuedRow[],
    rooms: (rooms?.results ?? []) as Room[],
    isEmpty: waiting?.results.length === 0,
  }
}

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
export const keepResult = (taskId: string, runId: string, result: string): Statement =>
  statement(
    'UPDATE tasks SET result = ?3 WHERE id = ?1 AND run_id = ?2 AND result IS NULL',
    taskId,
    runId,
    result,
  )

/** Teams with queued tasks. */
export async function findTeamsWithQueue(d1: D1Database, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      "SELECT DISTINCT team_id AS teamId FROM tasks INDEXED BY tasks_queue WHERE status = 'queued' LIMIT ?",
    )
    .bind(limit)
    .all<{ teamId: string }>()
  return results.map(({ teamId }) => teamId)
}

const WHY = `CASE
       WHEN ${isOutside('t')} THEN '{"code":"worker","message":"It waits for a worker outside."}'
       WHEN EXISTS (${IN_FULL}) THEN '{"code":"limit","message":"A limit of the team has no room for it."}'
       ELSE '{"code":"slot","message":"It waits for one of the slots of the plan."}' END`

/** Stores why queued tasks wait. A reason of another kind, such as the plan, stays until the task starts. */
export const explainQueue = (teamId: string): Statement =>
  statement(
    `${WITH_FULL} UPDATE tasks AS t SET reason = ${WHY}
     WHERE t.team_id = ?1 AND t.status = 'queued' AND t.run_id IS NULL
       AND coalesce(json_extract(t.reason, '$.code'), '') IN ('', 'worker', 'limit', 'slot') AND t.reason IS NOT ${WHY}`,
    teamId,
  )
