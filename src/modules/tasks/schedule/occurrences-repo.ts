// Occurrences of schedules: tasks that are created from the task with the schedule.
import { type Statement, statement } from '../../../db/statement.ts'
import { ENDED_STATUSES } from '../pure/status.ts'
import { OPEN_TASKS } from '../repo/tasks.ts'

const ENDED = ENDED_STATUSES.map((status) => `'${status}'`).join(', ')
const GOES_ON = `EXISTS (SELECT 1 FROM tasks o WHERE o.occurrence_of = ?2 AND o.status NOT IN (${ENDED}))`
const COPIED =
  'team_id, title, description, type, input, priority, tags, files, metadata, assignee, agent_id, on_dependency_failure, retry, timeout_ms, created_by'

type Occurrence = {
  id: string
  of: string
  number: number
  at: number
  overlap: 'skip' | 'queue' | 'parallel'
  most: number | null
  now: number
}

/** Writes nothing if the schedule was removed in the meantime. */
export const insertOccurrence = ({ id, of, number, at, overlap, most, now }: Occurrence): Statement =>
  statement(
    `INSERT INTO tasks (id, ${COPIED}, root_id, due_sort, auto_start, started_by, occurrence_of, occurrence, scheduled_for, created_at, updated_at,
       status_since, status, held, queued_at, finished_at, reason)
     SELECT ?1, ${COPIED.replace(/\b(\w+)\b/g, 's.$1')}, ?1, s.due_sort, 1, s.started_by, ?2, ?3, ?4, ?7, ?7, ?7,
       x.status, x.status = 'blocked', CASE WHEN x.status = 'queued' THEN ?7 END, CASE WHEN x.status = 'skipped' THEN ?7 END, x.reason
     FROM tasks s CROSS JOIN (SELECT
         CASE WHEN ?6 IS NOT NULL AND ${OPEN_TASKS('(SELECT team_id FROM tasks WHERE id = ?2)')} >= ?6 THEN 'skipped'
           WHEN ?5 = 'skip' AND ${GOES_ON} THEN 'skipped' WHEN ?5 = 'queue' AND ${GOES_ON} THEN 'blocked' ELSE 'queued' END AS status,
         CASE WHEN ?6 IS NOT NULL AND ${OPEN_TASKS('(SELECT team_id FROM tasks WHERE id = ?2)')} >= ?6
             THEN '{"code":"plan","message":"The plan allows no more open tasks."}'
           WHEN ?5 = 'skip' AND ${GOES_ON} THEN '{"code":"overlap","message":"An earlier occurrence had not ended."}'
           WHEN ?5 = 'queue' AND ${GOES_ON} THEN '{"code":"overlap","message":"It waits for the occurrence before it."}' END AS reason) x
     WHERE s.id = ?2 AND s.status = 'scheduled'`,
    id,
    of,
    number,
    at,
    overlap,
    most,
    now,
  )

/** Waits for the end of the previous occurrence, whatever its result. */
export const insertOccurrenceDependency = (id: string, of: string, number: number): Statement =>
  statement(
    `INSERT INTO task_dependencies (task_id, depends_on, team_id, needs)
     SELECT t.id, o.id, t.team_id, 'end' FROM tasks t CROSS JOIN tasks o
     WHERE t.id = ?1 AND t.status = 'blocked' AND o.occurrence_of = ?2 AND o.occurrence < ?3 AND o.status NOT IN (${ENDED})
     ORDER BY o.occurrence DESC LIMIT 1`,
    id,
    of,
    number,
  )

/** The task itself, for a schedule with a single time. */
export const startScheduled = (id: string, now: number): Statement =>
  statement(
    `UPDATE tasks SET status = CASE WHEN held = 1 THEN 'blocked' ELSE 'queued' END, status_since = ?2, updated_at = ?2, queued_at = ?2
     WHERE id = ?1 AND status = 'scheduled'`,
    id,
    now,
  )

export const deleteOldOccurrences = (of: string, upTo: number): Statement =>
  statement(
    `DELETE FROM tasks WHERE occurrence_of = ?1 AND occurrence <= ?2 AND status IN (${ENDED})
       AND NOT EXISTS (SELECT 1 FROM task_dependencies d WHERE d.depends_on = tasks.id)`,
    of,
    upTo,
  )
