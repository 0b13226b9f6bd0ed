// When scheduled tasks are due. A row is claimed by moving its next time, like triggers of workflows.
import { type Statement, statement } from '../../../db/statement.ts'

export type ScheduleRow = {
  taskId: string
  teamId: string
  schedule: string
  nextFireAt: number | null
  lastFireAt: number | null
  fired: number
  setBy: string
}

const COLUMNS = `s.task_id AS taskId, s.team_id AS teamId, s.schedule, s.next_fire_at AS nextFireAt, s.last_fire_at AS lastFireAt,
  s.fired, s.set_by AS setBy`

export const findSchedule = (teamId: string, taskId: string): Statement =>
  statement(`SELECT ${COLUMNS} FROM task_schedules s WHERE s.task_id = ? AND s.team_id = ?`, taskId, teamId)

/**
 * How many occurrences the task has had, also those of a removed schedule: their numbers are taken. Of the parameters, the
 * first is the task and the second its team.
 */
const FIRED = `max(
  coalesce((SELECT s.fired FROM task_schedules s WHERE s.task_id = ?1 AND s.team_id = ?2), 0),
  coalesce((SELECT max(o.occurrence) FROM tasks o WHERE o.occurrence_of = ?1 AND o.team_id = ?2), 0))`

export async function countFired(d1: D1Database, teamId: string, taskId: string): Promise<number> {
  const row = await d1.prepare(`SELECT ${FIRED} AS fired`).bind(taskId, teamId).first<{ fired: number }>()
  return row?.fired ?? 0
}

/** Writes nothing if the task does not exist. */
export const upsertSchedule = (
  { taskId, teamId, schedule, nextFireAt, setBy }: Omit<ScheduleRow, 'lastFireAt' | 'fired'>,
  now: number,
): Statement =>
  statement(
    `INSERT INTO task_schedules (task_id, team_id, schedule, next_fire_at, fired, set_by, set_at)
     SELECT t.id, t.team_id, ?3, ?4, ${FIRED}, ?5, ?6 FROM tasks t WHERE t.id = ?1 AND t.team_id = ?2
     ON CONFLICT (task_id) DO UPDATE SET schedule = excluded.schedule, next_fire_at = excluded.next_fire_at,
       last_fire_at = NULL, fired = excluded.fired, set_by = excluded.set_by, set_at = excluded.set_at`,
    taskId,
    teamId,
    schedule,
    nextFireAt,
    setBy,
    now,
  )

export const deleteSchedule = (teamId: string, taskId: string): Statement =>
  statement('DELETE FROM task_schedules WHERE task_id = ? AND team_id = ?', taskId, teamId)

export async function findDueTasks(d1: D1Database, now: number, limit: number): Promise<ScheduleRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM task_schedules s WHERE s.next_fire_at <= ?1 ORDER BY s.next_fire_at LIMIT ?2`,
    )
    .bind(now, limit)
    .all<ScheduleRow>()
  return results
}

/** Of two ticks with the same time, the second changes no row. */
export const claimDueTask = (
  due: ScheduleRow,
  nextFireAt: number | null,
  firedAt: number | null,
  count: number,
): Statement =>
  statement(
    `UPDATE task_schedules SET next_fire_at = ?1, last_fire_at = COALESCE(?2, last_fire_at), fired = fired + ?3
     WHERE task_id = ?4 AND next_fire_at = ?5`,
    nextFireAt,
    firedAt,
    count,
    due.taskId,
    due.nextFireAt,
  )
