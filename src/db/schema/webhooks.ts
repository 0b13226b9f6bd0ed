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
    /** Sealed JSON; null when there are none. */
    headers: text('headers'),
    /** JSON: the names in `headers`, which are not secret. */
    headerNames: text('header_names').notNull().default('[]'),
    active: integer('active').notNull().default(1),
    /** Why the system switched it off: `gone` or `failing`. */
    disabledReason: text('disabled_reason'),
    disabledAt: integer('disabled_at'),
    rateLimitPerS: integer('rate_limit_per_s'),
    /** Sealed. */
    secret: text('secret').notNull(),
    /** The one before a rotation, sealed. Both sign until `oldSecretUntil`. */
    oldSecret: text('old_secret'),
    oldSecretUntil: integer('old_secret_until'),
    /** The receiver asked for a pause by `Retry-After`. */
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

/** What is sent: kept once, however many endpoints it goes to. */
export const webhookEvents = sqliteTable(
  'webhook_events',
  {
    /** Sent as `webhook-id`. */
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    type: text('type').notNull(),
    /** The body, byte for byte. */
    body: text('body').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('webhook_events_team').on(t.teamId, t.createdAt, t.id),
    index('webhook_events_created').on(t.createdAt),
  ],
)

/** One event on its way to one endpoint, or the callback of one run. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    /** Null for the callback of a run. */
    endpointId: text('endpoint_id'),
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    /** The run whose callback it is. */
    runId: text('run_id'),
    /** Where it was sent last, or where a callback goes. */
    url: text('url').notNull(),
    /** Deliveries of one lane are sent by one object: an endpoint, or a host that callbacks go to. */
    lane: text('lane').notNull(),
    status: text('status', { enum: ['pending', 'succeeded', 'failed'] }).notNull(),
    /** How many attempts were made. */
    attempt: integer('attempt').notNull().default(0),
    /** Null when nothing is to be sent: it has ended, or its endpoint is switched off. */
    nextAttemptAt: integer('next_attempt_at'),
    /** Names the pass that sends it now. */
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

/** What the callbacks of a team's runs are signed with. */
export const webhookCallbackKeys = sqliteTable('webhook_callback_keys', {
  teamId: text('team_id').primaryKey(),
  secret: text('secret').notNull(),
  oldSecret: text('old_secret'),
  oldSecretUntil: integer('old_secret_until'),
  createdAt: integer('created_at').notNull(),
})

/** Changes of runs that webhooks are to be told, written by a trigger of `runs` while the team has an endpoint. */
export const webhookRunChanges = sqliteTable(
  'webhook_run_changes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    teamId: text('team_id').notNull(),
    runId: text('run_id').notNull(),
    seq: integer('seq').notNull(),
    /** The status before; null with the first report of the run. */
    oldStatus: text('old_status'),
    /** JSON: the run as the index has it then. */
    run: text('run').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('webhook_run_changes_team').on(t.teamId, t.id),
    index('webhook_run_changes_created').on(t.createdAt, t.teamId),
  ],
)
