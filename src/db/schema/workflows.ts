import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const workflows = sqliteTable(
  'workflows',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    folder: text('folder').notNull().default(''),
    tags: text('tags', { mode: 'json' }).$type<string[]>().notNull(),
    active: integer('active', { mode: 'boolean' }).notNull().default(true),
    /** The current version; runs start with it unless they name another. */
    version: integer('version').notNull().default(1),
    /** Raised by every change, also by one that makes no version: what the ETag names. */
    revision: integer('revision').notNull().default(1),
    draft: text('draft'),
    draftUpdatedAt: integer('draft_updated_at'),
    /** Started with the error when a run of this workflow fails. */
    errorWorkflowId: text('error_workflow_id'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    index('workflows_team_created').on(t.teamId, t.createdAt, t.id),
    index('workflows_team_updated').on(t.teamId, t.updatedAt, t.id),
    index('workflows_team_name').on(t.teamId, t.name, t.id),
    index('workflows_team_folder').on(t.teamId, t.folder, t.createdAt, t.id),
  ],
)

/** Immutable. Definition and triggers are versioned together. */
export const workflowVersions = sqliteTable(
  'workflow_versions',
  {
    workflowId: text('workflow_id')
      .notNull()
      .references(() => workflows.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    /** JSON text, as it was given. */
    definition: text('definition').notNull(),
    definitionHash: text('definition_hash').notNull(),
    triggers: text('triggers').notNull(),
    note: text('note').notNull().default(''),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workflowId, t.version] })],
)

/** What belongs to a trigger's key and survives versions: its URL, and when it fires next. */
export const workflowTriggers = sqliteTable(
  'workflow_triggers',
  {
    id: text('id').primaryKey(),
    workflowId: text('workflow_id')
      .notNull()
      .references(() => workflows.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    key: text('key').notNull(),
    type: text('type', { enum: ['schedule', 'webhook', 'event', 'manual'] }).notNull(),
    active: integer('active', { mode: 'boolean' }).notNull().default(true),
    /** The trigger as in the current version. */
    config: text('config').notNull(),
    /** Webhook: the unguessable part of its URL. */
    token: text('token'),
    /** Event: the name or pattern it listens to. */
    eventName: text('event_name'),
    nextFireAt: integer('next_fire_at'),
    lastFireAt: integer('last_fire_at'),
    createdAt: integer('created_at').notNull(),
    /** Its place in the current version; null when that has no such key. The row stays, so that its URL comes back with it. */
    position: integer('position'),
    /** Sealed: what deliveries to a webhook are checked with. Like the URL it belongs to the key and survives versions. */
    secret: text('secret'),
  },
  (t) => [
    uniqueIndex('workflow_triggers_key').on(t.workflowId, t.key),
    uniqueIndex('workflow_triggers_token').on(t.token),
    index('workflow_triggers_due').on(t.nextFireAt),
    index('workflow_triggers_event').on(t.teamId, t.type, t.eventName),
  ],
)

/** The index of runs, fed from each run's outbox; the run's object is the truth. */
export const runs = sqliteTable(
  'runs',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    workflowId: text('workflow_id'),
    workflowVersion: integer('workflow_version').notNull(),
    workflowName: text('workflow_name').notNull(),
    status: text('status').notNull(),
    triggerType: text('trigger_type').notNull(),
    triggerKey: text('trigger_key'),
    startedBy: text('started_by'),
    parentRunId: text('parent_run_id'),
    /** Whether outcomes of nodes were given with the start. */
    mocked: integer('mocked').notNull().default(0),
    /** The seq of the event that this row shows: an older report never overwrites a newer one. */
    seq: integer('seq').notNull(),
    progress: integer('progress').notNull().default(0),
    waitingFor: text('waiting_for'),
    error: text('error'),
    costMicroUsd: integer('cost_micro_usd').notNull().default(0),
    inputTokens: integer('input_tokens').notNull().default(0),
    outputTokens: integer('output_tokens').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    durationMs: integer('duration_ms'),
    /** Coarse: by then somebody should look whether the object is awake. */
    wakeBy: integer('wake_by'),
    /** Since when nobody could wake its object; cleared by an answer or a report. */
    stuckSince: integer('stuck_since'),
    /** A deleted run leaves this behind, so that a late report does not bring it back. */
    deletedAt: integer('deleted_at'),
  },
  (t) => [
    index('runs_team_created').on(t.teamId, t.createdAt, t.id),
    index('runs_team_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('runs_workflow_created').on(t.workflowId, t.createdAt, t.id),
    index('runs_workflow_status').on(t.workflowId, t.status, t.createdAt, t.id),
    index('runs_wake').on(t.wakeBy),
    index('runs_stuck').on(t.stuckSince).where(sql`stuck_since IS NOT NULL`),
    index('runs_finished').on(t.finishedAt),
    index('runs_created').on(t.createdAt, t.id),
    index('runs_parent').on(t.parentRunId),
  ],
)

export const approvals = sqliteTable(
  'approvals',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    runId: text('run_id').notNull(),
    workflowId: text('workflow_id'),
    path: text('path').notNull(),
    status: text('status', { enum: ['pending', 'approved', 'rejected', 'timeout', 'cancelled'] }).notNull(),
    title: text('title').notNull(),
    message: text('message').notNull().default(''),
    form: text('form'),
    assignees: text('assignees').notNull().default('[]'),
    quorum: integer('quorum').notNull().default(1),
    allowSelf: integer('allow_self', { mode: 'boolean' }).notNull().default(true),
    decisions: text('decisions').notNull().default('[]'),
    startedBy: text('started_by'),
    seq: integer('seq').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    remindedAt: integer('reminded_at'),
    /** When to tell of it again; null until it was told for the first time. */
    remindAt: integer('remind_at'),
    decidedAt: integer('decided_at'),
  },
  (t) => [
    index('approvals_team_created').on(t.teamId, t.createdAt, t.id),
    index('approvals_team_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('approvals_run').on(t.runId),
    // What the minute's tick looks at: those that somebody has to be told of, the untold first.
    index('approvals_remind').on(t.remindAt).where(sql`status = 'pending'`),
  ],
)

/**
 * Sockets and event streams of runs that are open, each with the rights that it was opened with: whoever ends those finds it
 * here. Without references, because a row must outlive the account or team that has just gone.
 */
export const runFollowers = sqliteTable(
  'run_followers',
  {
    id: text('id').primaryKey(),
    runId: text('run_id').notNull(),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    /** Of a person; null for a key. */
    sessionId: text('session_id'),
    tokenVersion: integer('token_version'),
    keyId: text('key_id'),
    /** The run's object closes it by then. */
    endsAt: integer('ends_at').notNull(),
  },
  (t) => [
    index('run_followers_user').on(t.userId),
    index('run_followers_team').on(t.teamId),
    index('run_followers_ends').on(t.endsAt),
  ],
)

/** One-time links of approvals: only the hash is kept. */
export const approvalLinks = sqliteTable(
  'approval_links',
  {
    tokenHash: text('token_hash').primaryKey(),
    approvalId: text('approval_id')
      .notNull()
      .references(() => approvals.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [index('approval_links_approval').on(t.approvalId), index('approval_links_expires').on(t.expiresAt)],
)

export const workflowTemplates = sqliteTable(
  'workflow_templates',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    category: text('category').notNull().default(''),
    /** Whether other teams see it. */
    isPublic: integer('is_public', { mode: 'boolean' }).notNull().default(false),
    definition: text('definition').notNull(),
    triggers: text('triggers').notNull().default('[]'),
    /** JSON Schema of the variables that `use` fills in. */
    variables: text('variables').notNull().default('{}'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('workflow_templates_team').on(t.teamId, t.createdAt, t.id),
    index('workflow_templates_public').on(t.isPublic, t.createdAt, t.id),
  ],
)

/** `vars` in expressions. */
export const teamVariables = sqliteTable(
  'team_variables',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    value: text('value').notNull(),
    updatedBy: text('updated_by').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.name] })],
)

/** What `store.*` nodes keep. `operationId` is that of the last write, which makes a repeated one count once. */
export const storeEntries = sqliteTable(
  'store_entries',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    value: text('value').notNull(),
    operationId: text('operation_id').notNull(),
    expiresAt: integer('expires_at'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.key] }), index('store_entries_expires').on(t.expiresAt)],
)

/** Operations that were applied to the store, so that a second call with the same key changes nothing. */
export const storeOperations = sqliteTable(
  'store_operations',
  {
    operationId: text('operation_id').primaryKey(),
    teamId: text('team_id').notNull(),
    result: text('result').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('store_operations_created').on(t.createdAt)],
)

/** Events that were sent in, kept for their ids (sent twice is once) and for `GET /events/types`. */
export const inboundEvents = sqliteTable(
  'inbound_events',
  {
    teamId: text('team_id').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    data: text('data').notNull(),
    /** The triggers that heard it, chosen when it came: what the consumer starts, however often it has to try. */
    targets: text('targets').notNull().default('[]'),
    createdAt: integer('created_at').notNull(),
    /** How many runs were known to wait for it when it came. */
    waiting: integer('waiting').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.id] }),
    index('inbound_events_name').on(t.teamId, t.name, t.createdAt),
    index('inbound_events_team').on(t.teamId, t.createdAt, t.id),
    index('inbound_events_created').on(t.createdAt),
  ],
)

/** The index of open waits for events, fed from each run's outbox: what tells an event which runs to go to. */
export const eventWaits = sqliteTable(
  'event_waits',
  {
    runId: text('run_id').notNull(),
    path: text('path').notNull(),
    teamId: text('team_id').notNull(),
    /** The name or pattern, as the node gave it. */
    name: text('name').notNull(),
    /** `eventKey` of the name: what an event finds it by. */
    key: text('key').notNull(),
    attempt: integer('attempt').notNull(),
    since: integer('since').notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.path] }), index('event_waits_key').on(t.teamId, t.key, t.runId)],
)
