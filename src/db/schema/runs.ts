// Data about runs outside their objects: lists, approvals, followers and wake-ups.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The index of runs, written from each run's outbox. The run's object is authoritative. */
export const runs = sqliteTable(
  'runs',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    kind: text('kind').notNull().default('workflow'),
    /** The agent, task or other object that the run works for. */
    subjectId: text('subject_id'),
    /** For a start that may be repeated: the part that is the same each time. */
    startKey: text('start_key'),
    workflowId: text('workflow_id'),
    workflowVersion: integer('workflow_version').notNull(),
    workflowName: text('workflow_name').notNull(),
    status: text('status').notNull(),
    triggerType: text('trigger_type').notNull(),
    triggerKey: text('trigger_key'),
    startedBy: text('started_by'),
    parentRunId: text('parent_run_id'),
    /** Whether the start contained mocks. */
    mocked: integer('mocked').notNull().default(0),
    /** `settings.title`, evaluated at the start. */
    title: text('title'),
    /** JSON; null if there are none. `run_labels` is used for finding them. */
    tags: text('tags'),
    metadata: text('metadata'),
    /** A user's id, or the part of the system that cancelled it. */
    cancelledBy: text('cancelled_by'),
    /** The seq of the event that this row shows: an older report never overwrites a newer one. */
    seq: integer('seq').notNull(),
    progress: integer('progress').notNull().default(0),
    waitingFor: text('waiting_for'),
    error: text('error'),
    costMicroUsd: integer('cost_micro_usd').notNull().default(0),
    inputTokens: integer('input_tokens').notNull().default(0),
    outputTokens: integer('output_tokens').notNull().default(0),
    cachedTokens: integer('cached_tokens').notNull().default(0),
    reasoningTokens: integer('reasoning_tokens').notNull().default(0),
    /** Model calls with an unknown price, which are not in the cost. */
    unpricedCalls: integer('unpriced_calls').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    durationMs: integer('duration_ms'),
    /** Approximate: when the sweep should check whether the object is awake. */
    wakeBy: integer('wake_by'),
    /** Since when its object could not be woken. Cleared by a response or a report. */
    stuckSince: integer('stuck_since'),
    /** The run whose slot this one uses now: itself, or the one that waits for it. `concurrentRuns` counts these. */
    slot: text('slot'),
    /** Its place among the team's runs that wait for a slot. */
    lineSince: integer('line_since'),
    /** A deleted run leaves a tombstone, so that a late report does not restore it. */
    deletedAt: integer('deleted_at'),
  },
  (t) => [
    index('runs_team_created').on(t.teamId, t.createdAt, t.id),
    index('runs_team_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('runs_workflow_created').on(t.workflowId, t.createdAt, t.id),
    index('runs_workflow_status').on(t.workflowId, t.status, t.createdAt, t.id),
    // Most runs belong to workflows. They use the team's own index and are not in these two.
    index('runs_kind').on(t.teamId, t.kind, t.createdAt, t.id).where(sql`kind <> 'workflow'`),
    index('runs_subject').on(t.teamId, t.subjectId, t.createdAt, t.id).where(sql`subject_id IS NOT NULL`),
    index('runs_start_key').on(t.teamId, t.startKey).where(sql`start_key IS NOT NULL`),
    index('runs_wake').on(t.wakeBy),
    index('runs_stuck').on(t.stuckSince).where(sql`stuck_since IS NOT NULL`),
    // Includes runs that have not ended: the metrics count them by status with it.
    index('runs_finished').on(t.finishedAt, t.status, t.deletedAt),
    index('runs_created').on(t.createdAt, t.id),
    index('runs_parent').on(t.parentRunId),
    index('runs_slots').on(t.teamId, t.slot).where(sql`slot IS NOT NULL`),
    index('runs_line').on(t.teamId, t.lineSince, t.id).where(sql`line_since IS NOT NULL`),
  ],
)

/** Finds runs by a tag or a metadata field. `labelOfTag` and `labelOfField` define the format. */
export const runLabels = sqliteTable(
  'run_labels',
  {
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    label: text('label').notNull(),
    teamId: text('team_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.label] }),
    index('run_labels_label').on(t.teamId, t.label, t.createdAt, t.runId),
  ],
)

/**
 * What the hosts of a team may start without asking (`src/modules/runs/repo/leases.ts`): slots that no run in the index uses yet, and
 * runs of the month `period` that the index has not counted yet. A lost host leaves its row, which is deleted when it expires.
 */
export const runLeases = sqliteTable(
  'run_leases',
  {
    /** One for each time that a host is loaded. */
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    /** The name of the host's object. */
    host: text('host').notNull(),
    slots: integer('slots').notNull(),
    period: text('period').notNull(),
    runs: integer('runs').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('run_leases_team').on(t.teamId), index('run_leases_expires').on(t.expiresAt)],
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
    /** JSON: everyone who has started the run or one that it follows. */
    starters: text('starters').notNull().default('[]'),
    seq: integer('seq').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    remindedAt: integer('reminded_at'),
    /** When to send the next notification; null until the first one was sent. */
    remindAt: integer('remind_at'),
    decidedAt: integer('decided_at'),
  },
  (t) => [
    index('approvals_team_created').on(t.teamId, t.createdAt, t.id),
    index('approvals_team_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('approvals_run').on(t.runId),
    // Used by the tick: approvals that are due for a notification, new ones first.
    index('approvals_remind').on(t.remindAt).where(sql`status = 'pending'`),
  ],
)

/**
 * Open sockets and event streams of runs, each with the rights that it was opened with. Code that ends rights finds them here. It has no
 * foreign keys, because a row must outlive a deleted account or team.
 */
export const runFollowers = sqliteTable(
  'run_followers',
  {
    id: text('id').primaryKey(),
    runId: text('run_id').notNull(),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    /** For a person; null for an API key. */
    sessionId: text('session_id'),
    tokenVersion: integer('token_version'),
    keyId: text('key_id'),
    /** The run's object closes it at this time at the latest. */
    endsAt: integer('ends_at').notNull(),
  },
  (t) => [
    index('run_followers_user').on(t.userId),
    index('run_followers_team').on(t.teamId),
    index('run_followers_ends').on(t.endsAt),
  ],
)

/** One-time links of approvals. Only the hash is stored. */
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

/** The index of open waits for events, written from each run's outbox. An event uses it to find its runs. */
export const eventWaits = sqliteTable(
  'event_waits',
  {
    runId: text('run_id').notNull(),
    path: text('path').notNull(),
    teamId: text('team_id').notNull(),
    /** The name or pattern of the node. */
    name: text('name').notNull(),
    /** `eventKey` of the name, which events use to find it. */
    key: text('key').notNull(),
    attempt: integer('attempt').notNull(),
    since: integer('since').notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.path] }), index('event_waits_key').on(t.teamId, t.key, t.runId)],
)
