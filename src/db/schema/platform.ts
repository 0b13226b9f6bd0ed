import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** A POST with an idempotency key. Written first in the mutation's batch, so neither exists without the other. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    teamId: text('team_id').notNull(),
    actorId: text('actor_id').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    resourceId: text('resource_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.actorId, t.key] }),
    index('idempotency_keys_expires').on(t.expiresAt),
  ],
)

/**
 * Work to do after a commit. It is written in the mutation's batch and then sent to the queue. The queue may lose a message, so the row
 * is authoritative: the sweep sends it again until a consumer has marked it as done.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    body: text('body', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    requestId: text('request_id').notNull(),
    status: text('status', { enum: ['pending', 'done', 'dead'] })
      .notNull()
      .default('pending'),
    attempts: integer('attempts').notNull().default(0),
    /** When the sweep sends it again. A consumer moves it forward as its lease. */
    nextAt: integer('next_at').notNull(),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    doneAt: integer('done_at'),
  },
  (t) => [index('outbox_due').on(t.status, t.nextAt), index('outbox_done').on(t.status, t.doneAt)],
)

/** Mail that was stored because no mail service is configured. */
export const mailbox = sqliteTable(
  'mailbox',
  {
    id: text('id').primaryKey(),
    recipient: text('recipient').notNull(),
    subject: text('subject').notNull(),
    textBody: text('text_body').notNull(),
    htmlBody: text('html_body'),
    createdAt: integer('created_at').notNull(),
    /** JSON with names and sizes. The content stays in the files. */
    attachments: text('attachments'),
  },
  (t) => [
    index('mailbox_recipient').on(t.recipient, t.createdAt, t.id),
    index('mailbox_created').on(t.createdAt, t.id),
  ],
)

/** The result of the last tick: one row. */
export const cronState = sqliteTable('cron_state', {
  id: text('id').primaryKey(),
  startedAt: integer('started_at').notNull(),
  finishedAt: integer('finished_at').notNull(),
  /** JSON: each task with its duration and error. */
  tasks: text('tasks').notNull(),
})

/** The administrators' settings: one row. */
export const platformSettings = sqliteTable('platform_settings', {
  id: text('id').primaryKey(),
  /** JSON: only values that differ from the defaults. */
  settings: text('settings').notNull(),
  version: integer('version').notNull(),
  updatedBy: text('updated_by'),
  updatedAt: integer('updated_at').notNull(),
})
