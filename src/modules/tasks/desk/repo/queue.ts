import { type Statement, statement } from '../../../../db/statement.ts'

// The queue of a team: tasks that wait to be executed, the most urgent first. Waiting raises a task by one level
// every ten minutes, so every task is executed eventually.
/** A bound time is not an integer in SQLite, so the division must be truncated explicitly. */
const AGED = (now: string): string =>
  `(t.priority + max(0, CAST((${now} - coalesce(t.queued_at, t.status_since)) / 600000 AS INTEGER)))`

/** The order: higher levels first, then older tasks. `now` is SQL, and so is the prefix of the row. */
export const QUEUE_ORDER = (now: string): string =>
  `${AGED(now)} DESC, coalesce(t.queued_at, t.status_since), t.id`

/** 1 is next. No row if the task does not wait. */
export const selectPlace = (teamId: string, taskId: string, now: number): Statement =>
  statement(
    `SELECT place FROM (SELECT t.id, row_number() OVER (ORDER BY ${QUEUE_ORDER('?3')}) AS place
       FROM tasks t WHERE t.team_id = ?1 AND t.status = 'queued' AND t.run_id IS NULL) WHERE id = ?2`,
    teamId,
    taskId,
    now,
  )
