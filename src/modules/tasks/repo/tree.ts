// A task with its subtasks.
import { hotRead, rowsOf } from '../../../db/hot-read.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { TaskStatus } from '../pure/status.ts'
import { SHORT, type ShortTask } from './columns.ts'

/** The descendants of a moved task move with it. */
export const moveSubtree = (
  teamId: string,
  ids: readonly string[],
  rootId: string,
  deeper: number,
): Statement =>
  statement(
    'UPDATE tasks SET root_id = ?3, depth = depth + ?4 WHERE team_id = ?1 AND id IN (SELECT value FROM json_each(?2))',
    teamId,
    JSON.stringify(ids),
    rootId,
    deeper,
  )

/** Of a whole tree, parents before their children. */
export const findSubtree = (
  d1: D1Database,
  teamId: string,
  id: string,
  limit: number,
): Promise<ShortTask[]> =>
  rowsOf(
    d1,
    hotRead(
      SHORT,
      `FROM (WITH RECURSIVE tree(id) AS (SELECT ?1 UNION
         SELECT c.id FROM tree CROSS JOIN tasks c ON c.team_id = ?2 AND c.parent_id = tree.id)
         SELECT id FROM tree LIMIT ?3) i CROSS JOIN tasks t ON t.id = i.id AND t.team_id = ?2 ORDER BY t.depth, t.created_at, t.id`,
      [id, teamId, limit],
    ),
  )

/**
 * Deletes the task with its subtasks. Changes nothing if one of them is being worked on, or another task waits for
 * one of them.
 */
export const deleteTree = (
  teamId: string,
  ids: readonly string[],
  atWork: readonly TaskStatus[],
): Statement[] => {
  const list = JSON.stringify(ids)
  return [
    statement(
      `UPDATE teams SET version = version WHERE id = ?1
         AND NOT EXISTS (SELECT 1 FROM json_each(?2) i CROSS JOIN tasks t ON t.id = i.value AND t.team_id = ?1
           WHERE t.status IN (SELECT value FROM json_each(?3)))
         AND NOT EXISTS (SELECT 1 FROM json_each(?2) i CROSS JOIN task_dependencies d ON d.depends_on = i.value
           JOIN tasks w ON w.id = d.task_id WHERE w.held = 1 AND d.waived_by IS NULL
             AND w.id NOT IN (SELECT value FROM json_each(?2)))
         AND NOT EXISTS (SELECT 1 FROM json_each(?2) i CROSS JOIN tasks c ON c.team_id = ?1 AND c.parent_id = i.value
           WHERE c.id NOT IN (SELECT value FROM json_each(?2)))`,
      teamId,
      list,
      JSON.stringify(atWork),
    ),
    statement(
      'DELETE FROM tasks WHERE team_id = ?1 AND id IN (SELECT value FROM json_each(?2))',
      teamId,
      list,
    ),
    statement('DELETE FROM task_dependencies WHERE depends_on IN (SELECT value FROM json_each(?1))', list),
  ]
}
