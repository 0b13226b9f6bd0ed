// What is known of runs beside their objects: lists, approvals, and who follows or wakes them.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The index of runs, fed from each run's outbox; the run's object is the truth. */
export const runs = sqliteTable(
  'runs',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    kind: text('kind').notNull().default('workflow'),
    /** The agent, task or other thing that the run works for. */
    subjectId: text('subject_id'),
    /** Of a start that may be sent again: what is the same each time. */
    startKey: text('start_key'),
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
    /** `settings.title` as it was evaluated at the start. */
    title: text('title'),
    /** JSON, null where there are none. `run_labels` is what finds them. */
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
    /** Calls of models whose price is not known: they are not in the cost. */
    unpricedCalls: integer('unpriced_calls').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    durationMs: integer('duration_ms'),
    /** Coarse: by then somebody should look whether the object is awake. */
    wakeBy: integer('wake_by'),
    /** Since when nobody could wake its object; cleared by an answer or a report. */
    stuckSince: integer('stuck_since'),
    /** The run whose slot this one uses now, itself or the one that waits for it: `concurrentRuns` counts these. */
    slot: text('slot'),
    /** Its place among the team's runs that wait for a slot to begin. */
    lineSince: integer('line_since'),
    /** A deleted run leaves this behind, so that a late report does not bring it back. */
    deletedAt: integer('deleted_at'),
  },
  (t) => [
    index('runs_team_created').on(t.teamId, t.createdAt, t.id),
    index('runs_team_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('runs_workflow_created').on(t.workflowId, t.createdAt, t.id),
    index('runs_workflow_status').on(t.workflowId, t.status, t.createdAt, t.id),
    // Runs of workflows are the many: they are found by the team's own index, and cost no entry in these two.
    index('runs_kind').on(t.teamId, t.kind, t.createdAt, t.id).where(sql`kind <> 'workflow'`),
    index('runs_subject').on(t.teamId, t.subjectId, t.createdAt, t.id).where(sql`subject_id IS NOT NULL`),
    index('runs_start_key').on(t.teamId, t.startKey).where(sql`start_key IS NOT NULL`),
    index('runs_wake').on(t.wakeBy),
    index('runs_stuck').on(t.stuckSince).where(sql`stuck_since IS NOT NULL`),
    // Of those that have not ended as well: the metrics count them by status along it.
    index('runs_finished').on(t.finishedAt, t.status, t.deletedAt),
    index('runs_created').on(t.createdAt, t.id),
    index('runs_parent').on(t.parentRunId),
    index('runs_slots').on(t.teamId, t.slot).where(sql`slot IS NOT NULL`),
    index('runs_line').on(t.teamId, t.lineSince, t.id).where(sql`line_since IS NOT NULL`),
  ],
)

/** Finds runs by a tag or a field of their metadata: `labelOfTag` and `labelOfField` say how each is written. */
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
 * What the hosts of a team may start without asking, `src/modules/runs/repo/leases.ts`: slots that no run of the index uses yet, and
 * runs of the month `period` that the index has not counted yet. A host that is lost leaves its row, which goes when it expires.
 */
export const runLeases = sqliteTable(
  'run_leases',
  {
    /** One for each time that a host is in memory. */
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
    /** JSON: everybody who has started the run or one that it follows. */
    starters: text('starters').notNull().default('[]'),
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
