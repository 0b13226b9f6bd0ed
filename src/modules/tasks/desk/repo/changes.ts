// Changes of tasks, which triggers have recorded in the batch of the change.
import { followersQuestion } from '../../../../db/follows.ts'
import { prepare, type Statement, statement } from '../../../../db/statement.ts'
import type { TaskStatus } from '../../pure/status.ts'

export type ChangeRow = {
  id: number
  taskId: string
  parentId: string
  oldStatus: TaskStatus | null
  newStatus: TaskStatus | null
  kind: 'status' | 'progress' | 'text' | 'moved' | 'released' | 'held' | 'overdue'
  at: number
}

/** The oldest changes of a team. */
export async function findChanges(d1: D1Database, teamId: string, limit: number): Promise<ChangeRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, task_id AS taskId, parent_id AS parentId, old_status AS oldStatus, new_status AS newStatus, kind, at
       FROM task_changes WHERE team_id = ? ORDER BY id LIMIT ?`,
    )
    .bind(teamId, limit)
    .all<ChangeRow>()
  return results
}

/** Whether there are any that were not found before: they have larger ids. */
export const findChangeAfter = (teamId: string, id: number): Statement =>
  statement('SELECT 1 FROM task_changes WHERE team_id = ?1 AND id > ?2 LIMIT 1', teamId, id)

export const deleteChanges = (ids: readonly number[]): Statement =>
  statement('DELETE FROM task_changes WHERE id IN (SELECT value FROM json_each(?1))', JSON.stringify(ids))

/** `held`: whether it may start must be checked again. `overdue`: followers of tasks must be notified. */
export const insertChange = (
  teamId: string,
  taskId: string,
  kind: 'held' | 'overdue',
  now: number,
): Statement =>
  statement(
    `INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at)
     SELECT team_id, id, parent_id, status, status, ?4, ?3 FROM tasks WHERE id = ?2 AND team_id = ?1`,
    teamId,
    taskId,
    now,
    kind,
  )

/** Whether the team has followers, or a webhook. */
export const hasFollowers = async (
  d1: D1Database,
  hub: string,
  teamId: string,
  now: number,
): Promise<boolean> => (await prepare(d1, followersQuestion(hub, teamId, now)).first()) !== null
