// Tasks that wait for other tasks are held: by a dependency, or with the task that they are a part of. Every statement requires the
// state that it starts from, so of two concurrent callers one wins.
import { type Statement, statement } from '../../../../db/statement.ts'
import { ENDED_STATUSES } from '../../pure/status.ts'

const list = (statuses: readonly string[]): string => statuses.map((one) => `'${one}'`).join(', ')

const ENDED = list(ENDED_STATUSES)

/** A dependency of `t` that is not met yet. */
const OPEN_DEPENDENCY = `SELECT 1 FROM task_dependencies d JOIN tasks o ON o.id = d.depends_on
  WHERE d.task_id = t.id AND d.waived_by IS NULL
    AND NOT (o.status IN (${ENDED}) AND (d.needs = 'end' OR o.status = 'succeeded' OR t.on_dependency_failure = 'run'))`

const FAILED_DEPENDENCY = `SELECT 1 FROM task_dependencies d JOIN tasks o ON o.id = d.depends_on
  WHERE d.task_id = t.id AND d.waived_by IS NULL AND d.needs = 'success' AND o.status IN (${ENDED}) AND o.status <> 'succeeded'`

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

/** The next held tasks that depend on one of these, in the order of their ids. */
export async function findDependants(
  d1: D1Database,
  ids: readonly string[],
  afterId: string,
  limit: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT d.task_id AS id FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.depends_on = i.value AND d.task_id > ?2
       JOIN tasks t ON t.id = d.task_id AND t.held = 1 ORDER BY 1 LIMIT ?3`,
    )
    .bind(JSON.stringify(ids), afterId, limit)
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
