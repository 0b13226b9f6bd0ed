// Rows of tasks: read by id, written by one statement, whether one or many.
import { type Columns, firstOf, type HotRead, hotRead, rowsOf } from '../../../db/hot-read.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import { ENDED_STATUSES, mayBecome, TASK_STATUSES, type TaskStatus } from '../pure/status.ts'
import { ALL, NAMES, type TaskRow } from './columns.ts'

/** With `anyTeam`, finds it in any team of the user. */
export const findVisibleTask = (
  who: { userId: string; teamId: string; anyTeam: boolean },
  id: string,
): HotRead<TaskRow> =>
  who.anyTeam
    ? hotRead(
        ALL,
        'FROM tasks t JOIN team_members m ON m.team_id = t.team_id AND m.user_id = ?2 WHERE t.id = ?1',
        [id, who.userId],
      )
    : hotRead(ALL, 'FROM tasks t WHERE t.id = ?1 AND t.team_id = ?2', [id, who.teamId])

export const findTask = (d1: D1Database, teamId: string, id: string): Promise<TaskRow | null> =>
  firstOf(d1, hotRead(ALL, 'FROM tasks t WHERE t.id = ?1 AND t.team_id = ?2', [id, teamId]))

/** In the order of their ids. */
export const findTasks = <Row = TaskRow>(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
  what: Columns<Row> = ALL as unknown as Columns<Row>,
): Promise<Row[]> =>
  rowsOf(
    d1,
    hotRead(what, 'FROM json_each(?1) i CROSS JOIN tasks t ON t.id = i.value AND t.team_id = ?2', [
      JSON.stringify(ids),
      teamId,
    ]),
  )

export type NewTask = Partial<TaskRow> &
  Pick<
    TaskRow,
    | 'id'
    | 'teamId'
    | 'title'
    | 'type'
    | 'status'
    | 'statusSince'
    | 'rootId'
    | 'dueSort'
    | 'createdBy'
    | 'createdAt'
    | 'updatedAt'
  >

const DEFAULTS: Partial<TaskRow> = {
  description: '',
  input: '{}',
  priority: 5,
  tags: '[]',
  files: '[]',
  metadata: '{}',
  assignee: '',
  agentId: '',
  parentId: '',
  depth: 0,
  weight: 1,
  children: 0,
  held: 0,
  onDependencyFailure: 'block',
  retry: '{}',
  autoStart: 0,
  runSeq: 0,
  attempt: 0,
  progress: 0,
  costMicroUsd: 0,
  version: 1,
}

const WRITTEN = Object.entries(NAMES) as [keyof TaskRow, string][]

const valueSql = (name: keyof TaskRow): string => {
  const value = DEFAULTS[name]
  if (value === undefined) return `j.value ->> '${name}'`
  return `coalesce(j.value ->> '${name}', ${typeof value === 'string' ? `'${value}'` : value})`
}

const INSERT = `INSERT INTO tasks (${WRITTEN.map(([, column]) => column).join(', ')})
  SELECT ${WRITTEN.map(([name]) => valueSql(name)).join(', ')}
  FROM json_each(?1) j`

/** The row that `insertTasks` writes, with all its columns. */
export const taskRowOf = (row: NewTask): TaskRow =>
  Object.fromEntries(WRITTEN.map(([name]) => [name, row[name] ?? DEFAULTS[name] ?? null])) as TaskRow

export const OPEN_TASKS = (team: string): string =>
  `(SELECT coalesce(sum(c.n), 0) FROM task_counts c WHERE c.team_id = ${team}
    AND c.status NOT IN (${ENDED_STATUSES.map((status) => `'${status}'`).join(', ')}))`

/**
 * Writes nothing if the team already has the maximum of open tasks, or if the parent is gone or has work of its own.
 * Rows of one team; `most` null means no limit.
 */
export const insertTasks = (rows: readonly NewTask[], most: number | null): Statement =>
  statement(
    `${INSERT} WHERE (?2 IS NULL OR ${OPEN_TASKS('?3')} + ?4 <= ?2)
       AND (coalesce(j.value ->> 'parentId', '') = '' OR EXISTS (SELECT 1 FROM tasks p WHERE p.id = j.value ->> 'parentId'
         AND p.team_id = ?3 AND (p.children > 0 OR (p.run_id IS NULL AND p.lease_hash IS NULL)))
         OR EXISTS (SELECT 1 FROM json_each(?1) o WHERE o.value ->> 'id' = j.value ->> 'parentId'))`,
    JSON.stringify(rows),
    most,
    rows[0]?.teamId ?? '',
    rows.length,
  )

export type TaskChanges = Partial<Omit<TaskRow, 'id' | 'teamId' | 'version'>>

/**
 * Changes nothing if the task has changed since `version`, or if it has none of these statuses. A new status must be
 * allowed by the table of statuses.
 */
export function updateTask(
  teamId: string,
  id: string,
  changes: TaskChanges,
  only: { version?: number | null; statuses?: readonly TaskStatus[]; where?: string } = {},
): Statement {
  const names = Object.keys(changes) as (keyof TaskChanges)[]
  const set = names.map((name, i) => `${NAMES[name]} = ?${i + 5}`)
  const { status } = changes
  const asked = only.statuses ?? (status === undefined ? undefined : TASK_STATUSES)
  const from = status === undefined ? asked : asked?.filter((one) => mayBecome(one, status))
  return statement(
    `UPDATE tasks SET version = version + 1${set.map((one) => `, ${one}`).join('')}
     WHERE id = ?1 AND team_id = ?2 AND (?3 IS NULL OR version = ?3)
       AND (?4 IS NULL OR status IN (SELECT value FROM json_each(?4)))${only.where === undefined ? '' : ` AND ${only.where}`}`,
    id,
    teamId,
    only.version ?? null,
    from === undefined ? null : JSON.stringify(from),
    ...names.map((name) => changes[name] ?? null),
  )
}
