// Rows of tasks: read by id, written by one statement, whether one or many.
import { type Columns, columns, firstOf, type HotRead, hotRead, rowsOf } from '../../../db/hot-read.ts'
import type { tasks } from '../../../db/schema/index.ts'
import { prepare, type Statement, statement } from '../../../db/statement.ts'
import type { Stored } from '../../../db/stored.ts'
import { ENDED_STATUSES, mayBecome, TASK_STATUSES, type TaskStatus } from '../pure/status.ts'

export type TaskRow = Omit<Stored<typeof tasks.$inferSelect>, 'status'> & { status: TaskStatus }

const NAMES: Record<keyof TaskRow, string> = {
  id: 'id',
  teamId: 'team_id',
  title: 'title',
  description: 'description',
  type: 'type',
  input: 'input',
  priority: 'priority',
  status: 'status',
  statusSince: 'status_since',
  reason: 'reason',
  tags: 'tags',
  files: 'files',
  metadata: 'metadata',
  assignee: 'assignee',
  agentId: 'agent_id',
  parentId: 'parent_id',
  rootId: 'root_id',
  depth: 'depth',
  weight: 'weight',
  children: 'children',
  held: 'held',
  onDependencyFailure: 'on_dependency_failure',
  retry: 'retry',
  timeoutMs: 'timeout_ms',
  autoStart: 'auto_start',
  dueAt: 'due_at',
  dueSort: 'due_sort',
  remindAt: 'remind_at',
  runId: 'run_id',
  retryOf: 'retry_of',
  startedBy: 'started_by',
  runSeq: 'run_seq',
  attempt: 'attempt',
  progress: 'progress',
  error: 'error',
  result: 'result',
  costMicroUsd: 'cost_micro_usd',
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  durationMs: 'duration_ms',
  leaseHash: 'lease_hash',
  leaseUntil: 'lease_until',
  leaseBy: 'lease_by',
  occurrenceOf: 'occurrence_of',
  occurrence: 'occurrence',
  scheduledFor: 'scheduled_for',
  version: 'version',
  createdBy: 'created_by',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
}
/** Of each row only these fields: a row may have a megabyte, and few readers need all of it. */
export const fieldsOf = <Name extends keyof TaskRow>(names: readonly Name[]): Columns<Pick<TaskRow, Name>> =>
  columns<Pick<TaskRow, Name>>(
    Object.fromEntries(names.map((name) => [name, `t.${NAMES[name]}`])) as Record<Name, string>,
  )

export const ALL = fieldsOf(Object.keys(NAMES) as (keyof TaskRow)[])

/** As a statement that writes rows answers with them. */
export const RETURNED = (Object.entries(NAMES) as [keyof TaskRow, string][])
  .map(([name, column]) => `${column} AS ${name}`)
  .join(', ')

const LONG = ['description', 'input', 'result', 'metadata', 'files'] as const
/** All but what may be long. For reading many at once. */
export type ShortTask = Omit<TaskRow, (typeof LONG)[number]>
export const SHORT: Columns<ShortTask> = fieldsOf(
  (Object.keys(NAMES) as (keyof TaskRow)[]).filter(
    (name): name is keyof ShortTask => !(LONG as readonly string[]).includes(name),
  ),
)

/** What a list shows and sorts by, without the long texts. */
const LISTED_NAMES = [
  ...(['id', 'teamId', 'title', 'type', 'status', 'statusSince', 'reason', 'priority', 'progress'] as const),
  ...([
    'tags',
    'assignee',
    'agentId',
    'parentId',
    'rootId',
    'children',
    'weight',
    'dueAt',
    'dueSort',
  ] as const),
  ...(['runId', 'attempt', 'error', 'costMicroUsd', 'occurrenceOf', 'occurrence', 'scheduledFor'] as const),
  ...(['createdBy', 'createdAt', 'updatedAt', 'queuedAt', 'startedAt', 'finishedAt', 'durationMs'] as const),
  'version',
] as const
export type ListedTask = Pick<TaskRow, (typeof LISTED_NAMES)[number]>
export const LISTED: Columns<ListedTask> = fieldsOf(LISTED_NAMES)

/** The bytes of the fields that may be long. Reading it does not read them. */
export const LONG_BYTES =
  'octet_length(t.description) + octet_length(t.input) + octet_length(t.metadata) + coalesce(octet_length(t.result), 0) + coalesce(octet_length(t.error), 0)'

/** With `anyTeam`, finds it in any team of the user. */
export const readTask = (
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

const DEFAULTS: Partial<Record<keyof TaskRow, string>> = {
  description: "''",
  input: "'{}'",
  priority: '5',
  tags: "'[]'",
  files: "'[]'",
  metadata: "'{}'",
  assignee: "''",
  agentId: "''",
  parentId: "''",
  depth: '0',
  weight: '1',
  children: '0',
  held: '0',
  onDependencyFailure: "'block'",
  retry: "'{}'",
  autoStart: '0',
  runSeq: '0',
  attempt: '0',
  progress: '0',
  costMicroUsd: '0',
  version: '1',
}
const WRITTEN = Object.entries(NAMES) as [keyof TaskRow, string][]
const INSERT = `INSERT INTO tasks (${WRITTEN.map(([, column]) => column).join(', ')})
  SELECT ${WRITTEN.map(([name]) => (DEFAULTS[name] === undefined ? `j.value ->> '${name}'` : `coalesce(j.value ->> '${name}', ${DEFAULTS[name]})`)).join(', ')}
  FROM json_each(?1) j`

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

export type DependencyRow = {
  taskId: string
  dependsOn: string
  needs: 'success' | 'end'
  waivedBy: string | null
}

/** Tasks that no longer exist are left out. */
export const insertDependencies = (
  teamId: string,
  rows: readonly Pick<DependencyRow, 'taskId' | 'dependsOn' | 'needs'>[],
): Statement =>
  statement(
    `INSERT INTO task_dependencies (task_id, depends_on, team_id, needs)
     SELECT j.value ->> 'taskId', j.value ->> 'dependsOn', ?2, j.value ->> 'needs' FROM json_each(?1) j
     WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.id = j.value ->> 'taskId' AND t.team_id = ?2)
       AND EXISTS (SELECT 1 FROM tasks o WHERE o.id = j.value ->> 'dependsOn' AND o.team_id = ?2)
     ON CONFLICT (task_id, depends_on) DO UPDATE SET needs = excluded.needs`,
    JSON.stringify(rows),
    teamId,
  )

export const deleteOtherDependencies = (teamId: string, taskId: string, kept: readonly string[]): Statement =>
  statement(
    `DELETE FROM task_dependencies WHERE task_id = ?1 AND team_id = ?2 AND depends_on NOT IN (SELECT value FROM json_each(?3))`,
    taskId,
    teamId,
    JSON.stringify(kept),
  )

export type StandingDependency = DependencyRow & { status: TaskStatus | null; title: string | null }

/** The dependencies of these tasks, with their states. `+` keeps the planner from the index of the team, which has all of them. */
export const selectDependencies = (teamId: string, taskIds: readonly string[]): Statement =>
  statement(
    `SELECT d.task_id AS taskId, d.depends_on AS dependsOn, d.needs, d.waived_by AS waivedBy, o.status, o.title
     FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.task_id = i.value AND +d.team_id = ?2
     LEFT JOIN tasks o ON o.id = d.depends_on`,
    JSON.stringify(taskIds),
    teamId,
  )

export async function findDependencies(
  d1: D1Database,
  teamId: string,
  taskIds: readonly string[],
): Promise<StandingDependency[]> {
  const { results } = await prepare(d1, selectDependencies(teamId, taskIds)).all<StandingDependency>()
  return results
}

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

/** Tasks outside this list that wait for one in it. */
export async function findWaiters(d1: D1Database, teamId: string, ids: readonly string[]): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT w.id FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.depends_on = i.value AND +d.team_id = ?2
       JOIN tasks w ON w.id = d.task_id WHERE w.held = 1 AND d.waived_by IS NULL
         AND w.id NOT IN (SELECT value FROM json_each(?1)) LIMIT 20`,
    )
    .bind(JSON.stringify(ids), teamId)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

export const waiveDependency = (teamId: string, taskId: string, dependsOn: string, by: string): Statement =>
  statement(
    'UPDATE task_dependencies SET waived_by = ?4 WHERE task_id = ?2 AND depends_on = ?3 AND team_id = ?1 AND waived_by IS NULL',
    teamId,
    taskId,
    dependsOn,
    by,
  )
