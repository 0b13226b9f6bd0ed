// The columns of a task, and what each kind of reader needs of them.
import { type Columns, columns } from '../../../db/hot-read.ts'
import type { tasks } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'
import type { TaskStatus } from '../pure/status.ts'

export type TaskRow = Omit<Stored<typeof tasks.$inferSelect>, 'status'> & { status: TaskStatus }

export const NAMES: Record<keyof TaskRow, string> = {
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

export type ListedTask = Pick<TaskRow, (typeof LISTED_NAMES)[number]> & {
  /** What the run of a waiting task waits for, as JSON. */
  waits?: string | null
}

export const LISTED: Columns<ListedTask> = columns<ListedTask>({
  ...(Object.fromEntries(LISTED_NAMES.map((name) => [name, `t.${NAMES[name]}`])) as Record<
    (typeof LISTED_NAMES)[number],
    string
  >),
  waits: `CASE WHEN t.status = 'waiting' THEN (SELECT r.waiting_for FROM runs r WHERE r.id = t.run_id AND r.team_id = t.team_id) END`,
})

/** The bytes of the fields that may be long. Reading it does not read them. */
export const LONG_BYTES =
  'octet_length(t.description) + octet_length(t.input) + octet_length(t.metadata) + coalesce(octet_length(t.result), 0) + coalesce(octet_length(t.error), 0)'
