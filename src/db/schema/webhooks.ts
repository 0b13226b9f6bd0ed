// Webhooks that teams receive: endpoints, events and their deliveries.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    /** JSON: names or patterns of events. */
    events: text('events').notNull(),
    filter: text('filter'),
    description: text('description').notNull().default(''),
    /** Encrypted JSON; null if there are none. */
    headers: text('headers'),
    /** JSON: the names in `headers`, which are not secret. */
    headerNames: text('header_names').notNull().default('[]'),
    active: integer('active').notNull().default(1),
    /** Why the system disabled it: `gone` or `failing`. */
    disabledReason: text('disabled_reason'),
    disabledAt: integer('disabled_at'),
    rateLimitPerS: integer('rate_limit_per_s'),
    /** Encrypted. */
    secret: text('secret').notNull(),
    /** The previous secret, encrypted. Both sign until `oldSecretUntil`. */
    oldSecret: text('old_secret'),
    oldSecretUntil: integer('old_secret_until'),
    /** The receiver requested a pause with `Retry-After`. */
    heldUntil: integer('held_until'),
    failingSince: integer('failing_since'),
    lastSuccessAt: integer('last_success_at'),
    lastFailureAt: integer('last_failure_at'),
    filterError: text('filter_error'),
    filterErrorAt: integer('filter_error_at'),
    createdBy: text('created_by').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [index('webhook_endpoints_team').on(t.teamId, t.createdAt, t.id)],
)

/** The content of deliveries: stored once for all endpoints. */
export const webhookEvents = sqliteTable(
  'webhook_events',
  {
    /** Sent as `webhook-id`. */
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    type: text('type').notNull(),
    /** The exact body. */
    body: text('body').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('webhook_events_team').on(t.teamId, t.createdAt, t.id),
    index('webhook_events_created').on(t.createdAt),
  ],
)

/** An event for one endpoint, or the callback of a run. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    /** Null for the callback of a run. */
    endpointId: text('endpoint_id'),
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    /** The run that the callback belongs to. */
    runId: text('run_id'),
    /** The last URL it was sent to, or the URL of a callback. */
    url: text('url').notNull(),
    /** One object sends the deliveries of a lane: those of an endpoint, or of callbacks to a host. */
    lane: text('lane').notNull(),
    status: text('status', { enum: ['pending', 'succeeded', 'failed'] }).notNull(),
    /** The number of attempts. */
    attempt: integer('attempt').notNull().default(0),
    /** Null if nothing is to be sent: it has ended, or its endpoint is disabled. */
    nextAttemptAt: integer('next_attempt_at'),
    /** Identifies the pass that is sending it. */
    claim: text('claim'),
    lastAttemptAt: integer('last_attempt_at'),
    responseStatus: integer('response_status'),
    responseHeaders: text('response_headers'),
    responseBody: text('response_body'),
    durationMs: integer('duration_ms'),
    error: text('error'),
    finishedAt: integer('finished_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('webhook_deliveries_event').on(t.lane, t.eventId),
    index('webhook_deliveries_list').on(t.lane, t.createdAt, t.id),
    index('webhook_deliveries_status').on(t.lane, t.status, t.createdAt, t.id),
    index('webhook_deliveries_callbacks').on(t.teamId, t.createdAt, t.id).where(sql`endpoint_id IS NULL`),
    index('webhook_deliveries_due').on(t.lane, t.nextAttemptAt).where(sql`next_attempt_at IS NOT NULL`),
    index('webhook_deliveries_team').on(t.teamId, t.createdAt),
    index('webhook_deliveries_created').on(t.createdAt),
  ],
)

/** The secret that signs the callbacks of a team's runs. */
export const webhookCallbackKeys = sqliteTable('webhook_callback_keys', {
  teamId: text('team_id').primaryKey(),
  secret: text('secret').notNull(),
  oldSecret: text('old_secret'),
  oldSecretUntil: integer('old_secret_until'),
  createdAt: integer('created_at').notNull(),
})

/** Changes of runs for webhooks. A trigger of `runs` writes them while the team has an endpoint. */
export const webhookRunChanges = sqliteTable(
  'webhook_run_changes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    teamId: text('team_id').notNull(),
    runId: text('run_id').notNull(),
    seq: integer('seq').notNull(),
    /** The previous status; null for the first report of the run. */
    oldStatus: text('old_status'),
    /** JSON: the run as in the index at that time. */
    run: text('run').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('webhook_run_changes_team').on(t.teamId, t.id),
    index('webhook_run_changes_created').on(t.createdAt, t.teamId),
  ],
)
