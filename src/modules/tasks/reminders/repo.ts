import { type Statement, statement } from '../../../db/statement.ts'
import { OPEN_STATUSES } from '../pure/status.ts'

const OPEN = OPEN_STATUSES.map((status) => `'${status}'`).join(', ')

/** Open tasks with a pending reminder. */
export async function findToRemind(
  d1: D1Database,
  now: number,
  limit: number,
): Promise<{ id: string; teamId: string; remindAt: number; dueAt: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, team_id AS teamId, remind_at AS remindAt, due_at AS dueAt FROM tasks
       WHERE remind_at <= ?1 AND due_at IS NOT NULL AND status IN (${OPEN}) ORDER BY remind_at LIMIT ?2`,
    )
    .bind(now, limit)
    .all<{ id: string; teamId: string; remindAt: number; dueAt: number }>()
  return results
}

/** A guard: of two ticks, one sends the reminder. */
export const setReminder = (id: string, seen: number, next: number | null): Statement =>
  statement('UPDATE tasks SET remind_at = ?3 WHERE id = ?1 AND remind_at = ?2', id, seen, next)

/** Ended tasks have no reminders. */
export const clearReminders = (now: number): Statement =>
  statement(
    `UPDATE tasks SET remind_at = NULL WHERE id IN (SELECT id FROM tasks WHERE remind_at <= ?1 AND status NOT IN (${OPEN}) LIMIT 1000)`,
    now,
  )
