// The queue of a team: tasks that wait to be executed, the most urgent first. Waiting raises a task by one level every ten
// minutes, so every task is executed eventually.
import { runBatch, type Statement, statement } from '../../../../db/statement.ts'
import type { Room } from '../../pure/room.ts'

/** A bound time is not an integer in SQLite, so the division must be truncated explicitly. */
const AGED = (now: string): string =>
  `(t.priority + max(0, CAST((${now} - coalesce(t.queued_at, t.status_since)) / 600000 AS INTEGER)))`

/** The order: higher levels first, then older tasks. `now` is SQL, and so is the prefix of the row. */
export const QUEUE_ORDER = (now: string): string =>
  `${AGED(now)} DESC, coalesce(t.queued_at, t.status_since), t.id`

/** 1 is next. No row if the task does not wait. */
export const findQueuePlace = (teamId: string, taskId: string, now: number): Statement =>
  statement(
    `SELECT place FROM (SELECT t.id, row_number() OVER (ORDER BY ${QUEUE_ORDER('?3')}) AS place
       FROM tasks t WHERE t.team_id = ?1 AND t.status = 'queued' AND t.run_id IS NULL) WHERE id = ?2`,
    teamId,
    taskId,
    now,
  )

/** Done by an external worker: a custom task without anything that can execute it. */
export const isOutsideSql = (
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
         AND NOT EXISTS (${IN_FULL}) AND NOT ${isOutsideSql('t')}
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

/** Teams with queued tasks, in random order, so that none is left out forever. */
export async function findTeamsWithQueue(d1: D1Database, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      "SELECT team_id AS teamId FROM tasks INDEXED BY tasks_queue WHERE status = 'queued' GROUP BY team_id ORDER BY random() LIMIT ?",
    )
    .bind(limit)
    .all<{ teamId: string }>()
  return results.map(({ teamId }) => teamId)
}

const WHY = `CASE
       WHEN ${isOutsideSql('t')} THEN '{"code":"worker","message":"It waits for an external worker."}'
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
