import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** A POST done under a key. Written first in the mutation's own batch, so neither exists without the other. */
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
 * What must happen after a commit: written in the mutation's batch, then sent to the queue. The queue may lose a
 * message, so the row is the truth: the sweep sends it again until a consumer has marked it done.
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
    /** When the sweep sends it again; a consumer moves it ahead as its lease. */
    nextAt: integer('next_at').notNull(),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    doneAt: integer('done_at'),
  },
  (t) => [index('outbox_due').on(t.status, t.nextAt), index('outbox_done').on(t.status, t.doneAt)],
)

/** Mail kept instead of sent, when no way of sending is configured. */
export const mailbox = sqliteTable(
  'mailbox',
  {
    id: text('id').primaryKey(),
    recipient: text('recipient').notNull(),
    subject: text('subject').notNull(),
    textBody: text('text_body').notNull(),
    htmlBody: text('html_body'),
    createdAt: integer('created_at').notNull(),
    /** JSON of names and sizes; the content stays in the files. */
    attachments: text('attachments'),
  },
  (t) => [
    index('mailbox_recipient').on(t.recipient, t.createdAt, t.id),
    index('mailbox_created').on(t.createdAt, t.id),
  ],
)

/** What the last tick of every minute did: one row. */
export const cronState = sqliteTable('cron_state', {
  id: text('id').primaryKey(),
  startedAt: integer('started_at').notNull(),
  finishedAt: integer('finished_at').notNull(),
  /** JSON: each task with how long it took and why it failed. */
  tasks: text('tasks').notNull(),
})

/** What administrators have set: one row. */
export const platformSettings = sqliteTable('platform_settings', {
  id: text('id').primaryKey(),
  /** JSON: only what differs from the defaults. */
  settings: text('settings').notNull(),
  version: integer('version').notNull(),
  updatedBy: text('updated_by'),
  updatedAt: integer('updated_at').notNull(),
})
