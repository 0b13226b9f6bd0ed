// Stored notifications, the settings of each user, and mails that are due.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

export const notifications = sqliteTable(
  'notifications',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The team that it is about; null if it is only about the user. */
    teamId: text('team_id'),
    kind: text('kind').notNull(),
    level: text('level', { enum: ['info', 'success', 'warning', 'error'] }).notNull(),
    title: text('title').notNull(),
    message: text('message').notNull(),
    link: text('link'),
    subjectType: text('subject_type'),
    subjectId: text('subject_id'),
    /** Repeats with this key are counted here; null once the group is closed. */
    openKey: text('open_key'),
    count: integer('count').notNull().default(1),
    /** 0 if the user wants this kind only by mail or webhook. */
    inApp: integer('in_app').notNull(),
    readAt: integer('read_at'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('notifications_open').on(t.userId, t.openKey).where(sql`open_key IS NOT NULL`),
    index('notifications_list').on(t.userId, t.createdAt, t.id).where(sql`in_app = 1`),
    index('notifications_kind').on(t.userId, t.kind, t.createdAt, t.id).where(sql`in_app = 1`),
    index('notifications_unread').on(t.userId, t.createdAt, t.id).where(sql`in_app = 1 AND read_at IS NULL`),
    // For deleting an account; the partial indexes do not help there.
    index('notifications_user').on(t.userId),
    index('notifications_created').on(t.createdAt),
    index('notifications_team').on(t.teamId, t.createdAt),
  ],
)

/** Only what a user has set. Defaults are in the code. */
export const notificationSettings = sqliteTable('notification_settings', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  settings: text('settings').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** Processed messages: one that arrives twice counts once. */
export const notificationSources = sqliteTable(
  'notification_sources',
  { id: text('id').primaryKey(), createdAt: integer('created_at').notNull() },
  (t) => [index('notification_sources_created').on(t.createdAt)],
)

/** Mails to send, and when. All due mails of a user become one. */
export const notificationMails = sqliteTable(
  'notification_mails',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    teamId: text('team_id'),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    message: text('message').notNull(),
    link: text('link'),
    dueAt: integer('due_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('notification_mails_user').on(t.userId, t.dueAt),
    index('notification_mails_due').on(t.dueAt, t.userId),
    index('notification_mails_team').on(t.teamId),
  ],
)
