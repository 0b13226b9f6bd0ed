// The work list. The row of an executed task follows its run. Triggers keep the two, the aggregates and the list of changes in sync
// (see the migrations).
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const tasks = sqliteTable(
  'tasks',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    title: text('title').notNull(),
    description: text('description').notNull().default(''),
    type: text('type').notNull(),
    /** JSON, in the form of its type. */
    input: text('input').notNull().default('{}'),
    priority: integer('priority').notNull().default(5),
    status: text('status').notNull(),
    statusSince: integer('status_since').notNull(),
    /** JSON `{ code, message }`: why it waits, or how it ended. */
    reason: text('reason'),
    /** JSON lists and an object. */
    tags: text('tags').notNull().default('[]'),
    files: text('files').notNull().default('[]'),
    metadata: text('metadata').notNull().default('{}'),
    /** A user or an agent; empty if unassigned. */
    assignee: text('assignee').notNull().default(''),
    /** The agent that does the work; empty if there is none. */
    agentId: text('agent_id').notNull().default(''),
    /** Empty at the top level. */
    parentId: text('parent_id').notNull().default(''),
    /** The task at the top of its tree; itself if it has no parent. */
    rootId: text('root_id').notNull(),
    depth: integer('depth').notNull().default(0),
    weight: real('weight').notNull().default(1),
    /** The number of subtasks. A task with subtasks does no work of its own. */
    children: integer('children').notNull().default(0),
    /** 1 while its dependencies, or those of a parent task, are not met. */
    held: integer('held').notNull().default(0),
    onDependencyFailure: text('on_dependency_failure').notNull().default('block'),
    /** JSON `{ attempts, delayMs, factor, maxDelayMs }`. */
    retry: text('retry').notNull().default('{}'),
    timeoutMs: integer('timeout_ms'),
    /** Whether it starts automatically when nothing holds it back. */
    autoStart: integer('auto_start').notNull().default(0),
    dueAt: integer('due_at'),
    /** `due_at`, or a time after all others. */
    dueSort: integer('due_sort').notNull(),
    /** When the next reminder is due; null if there are no more. */
    remindAt: integer('remind_at'),
    runId: text('run_id'),
    /** For a retry that keeps what has succeeded: the run that it continues from. */
    retryOf: text('retry_of'),
    /** Who had it executed; by default its creator. */
    startedBy: text('started_by'),
    /** The seq of its run's newest report; 0 until the first one. */
    runSeq: integer('run_seq').notNull().default(0),
    /** How often it was executed. */
    attempt: integer('attempt').notNull().default(0),
    progress: integer('progress').notNull().default(0),
    error: text('error'),
    /** JSON. A large one stays with its run. */
    result: text('result'),
    costMicroUsd: integer('cost_micro_usd').notNull().default(0),
    queuedAt: integer('queued_at'),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    durationMs: integer('duration_ms'),
    /** For an external worker: the hash of its token, the end of its lease, and its identity. */
    leaseHash: text('lease_hash'),
    leaseUntil: integer('lease_until'),
    leaseBy: text('lease_by'),
    /** For an occurrence of a schedule: the task with the schedule, its number, and when it was due. */
    occurrenceOf: text('occurrence_of'),
    occurrence: integer('occurrence'),
    scheduledFor: integer('scheduled_for'),
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    index('tasks_created').on(t.teamId, t.createdAt, t.id),
    index('tasks_updated').on(t.teamId, t.updatedAt, t.id),
    index('tasks_due').on(t.teamId, t.dueSort, t.id),
    index('tasks_priority').on(t.teamId, t.priority, t.id),
    index('tasks_progress').on(t.teamId, t.progress, t.id),
    index('tasks_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('tasks_type').on(t.teamId, t.type, t.createdAt, t.id),
    index('tasks_assignee').on(t.teamId, t.assignee, t.createdAt, t.id),
    index('tasks_parent').on(t.teamId, t.parentId, t.createdAt, t.id),
    index('tasks_root').on(t.rootId, t.id),
    index('tasks_queue').on(t.teamId, t.priority, t.queuedAt).where(sql`status = 'queued'`),
    // Claimed for a run that has not reported yet.
    index('tasks_starting').on(t.statusSince).where(sql`run_id IS NOT NULL AND run_seq = 0`),
    index('tasks_lease').on(t.leaseUntil).where(sql`lease_until IS NOT NULL`),
    index('tasks_remind').on(t.remindAt).where(sql`remind_at IS NOT NULL`),
    uniqueIndex('tasks_occurrence').on(t.occurrenceOf, t.occurrence).where(sql`occurrence_of IS NOT NULL`),
    index('tasks_duration').on(t.teamId, t.durationMs).where(sql`status = 'succeeded'`),
  ],
)

export const taskDependencies = sqliteTable(
  'task_dependencies',
  {
    taskId: text('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    /** The task that must end first. */
    dependsOn: text('depends_on').notNull(),
    teamId: text('team_id').notNull(),
    /** `success`, or `end` if any end is enough. */
    needs: text('needs').notNull(),
    /** Who has waived it. */
    waivedBy: text('waived_by'),
  },
  (t) => [
    primaryKey({ columns: [t.taskId, t.dependsOn] }),
    index('task_dependencies_on').on(t.dependsOn, t.taskId),
    index('task_dependencies_team').on(t.teamId),
  ],
)

/** Increased by each new edge between existing tasks, so that two edges that together form a cycle cannot both be added. */
export const taskGraphs = sqliteTable('task_graphs', {
  teamId: text('team_id')
    .primaryKey()
    .references(() => teams.id, { onDelete: 'cascade' }),
  version: integer('version').notNull(),
})

export const taskSchedules = sqliteTable(
  'task_schedules',
  {
    taskId: text('task_id')
      .primaryKey()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    /** JSON, as given. */
    schedule: text('schedule').notNull(),
    /** Null if there are no more occurrences. */
    nextFireAt: integer('next_fire_at'),
    lastFireAt: integer('last_fire_at'),
    /** Occurrences so far, including skipped ones. */
    fired: integer('fired').notNull().default(0),
    setBy: text('set_by').notNull(),
    setAt: integer('set_at').notNull(),
  },
  (t) => [
    index('task_schedules_next').on(t.nextFireAt).where(sql`next_fire_at IS NOT NULL`),
    index('task_schedules_team').on(t.teamId),
  ],
)

export const taskTemplates = sqliteTable(
  'task_templates',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull(),
    /** For the top-level task. */
    type: text('type').notNull(),
    visibility: text('visibility', { enum: ['team', 'public'] }).notNull(),
    variables: text('variables').notNull(),
    /** JSON: a task with its subtasks. */
    task: text('task').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('task_templates_team').on(t.teamId, t.createdAt, t.id),
    index('task_templates_public').on(t.createdAt, t.id).where(sql`visibility = 'public'`),
  ],
)

export const taskComments = sqliteTable(
  'task_comments',
  {
    id: text('id').primaryKey(),
    taskId: text('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    text: text('text').notNull(),
    /** JSON list of users. */
    mentions: text('mentions').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('task_comments_task').on(t.taskId, t.createdAt, t.id),
    index('task_comments_team').on(t.teamId, t.createdAt, t.id),
  ],
)

/** How many tasks of one kind may be in progress. */
export const taskLimits = sqliteTable(
  'task_limits',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    /** `assignee`, `agent` or `status`. */
    kind: text('kind').notNull(),
    /** A user, an agent or a status. */
    subject: text('subject').notNull(),
    most: integer('most').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.kind, t.subject] })],
)

/** Changes of tasks that are not processed yet: dependants, parents, events and the search follow from them. */
export const taskChanges = sqliteTable(
  'task_changes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    teamId: text('team_id').notNull(),
    taskId: text('task_id').notNull(),
    parentId: text('parent_id').notNull(),
    /** Null for a new task. */
    oldStatus: text('old_status'),
    /** Null for a deleted task. */
    newStatus: text('new_status'),
    /** What has changed (modules/tasks/desk/repo/changes.ts). */
    kind: text('kind').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [index('task_changes_team').on(t.teamId, t.id), index('task_changes_at').on(t.at, t.teamId)],
)

/** The number of tasks. Only triggers write to this table and to `task_days`. */
export const taskCounts = sqliteTable(
  'task_counts',
  {
    teamId: text('team_id').notNull(),
    status: text('status').notNull(),
    type: text('type').notNull(),
    n: integer('n').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.status, t.type] })],
)

/** What was created and what ended on a day. */
export const taskDays = sqliteTable(
  'task_days',
  {
    teamId: text('team_id').notNull(),
    day: text('day').notNull(),
    type: text('type').notNull(),
    agentId: text('agent_id').notNull(),
    assignee: text('assignee').notNull(),
    created: integer('created').notNull().default(0),
    succeeded: integer('succeeded').notNull().default(0),
    failed: integer('failed').notNull().default(0),
    cancelled: integer('cancelled').notNull().default(0),
    skipped: integer('skipped').notNull().default(0),
    /** For tasks that succeeded or failed and have a duration. */
    timed: integer('timed').notNull().default(0),
    durationMs: integer('duration_ms').notNull().default(0),
    costMicroUsd: integer('cost_micro_usd').notNull().default(0),
    retries: integer('retries').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.day, t.type, t.agentId, t.assignee] })],
)
