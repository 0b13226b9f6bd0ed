// Live connections, the tickets that open them, and announcements.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Sockets and streams of hubs. Those of single runs are in `run_followers`. */
export const realtimeConnections = sqliteTable(
  'realtime_connections',
  {
    id: text('id').primaryKey(),
    /** The name of the hub that holds it. */
    hub: text('hub').notNull(),
    kind: text('kind', { enum: ['socket', 'stream'] }).notNull(),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    /** For a person; null for an API key. */
    sessionId: text('session_id'),
    tokenVersion: integer('token_version'),
    keyId: text('key_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    openedAt: integer('opened_at').notNull(),
    /** The hub closes it at this time at the latest. */
    endsAt: integer('ends_at').notNull(),
  },
  (t) => [
    index('realtime_connections_user').on(t.userId),
    index('realtime_connections_team').on(t.teamId),
    index('realtime_connections_hub').on(t.hub),
    index('realtime_connections_opened').on(t.openedAt, t.id),
    index('realtime_connections_ends').on(t.endsAt),
    index('realtime_connections_kind').on(t.kind),
  ],
)

/** Until when a hub's channels have followers. Publishers check this first. */
export const realtimeFollows = sqliteTable(
  'realtime_follows',
  { hub: text('hub').primaryKey(), followedUntil: integer('followed_until').notNull() },
  (t) => [index('realtime_follows_until').on(t.followedUntil)],
)

/** Tickets that each open one socket. Only the hash is stored. */
export const realtimeTickets = sqliteTable(
  'realtime_tickets',
  {
    ticketHash: text('ticket_hash').primaryKey(),
    userId: text('user_id').notNull(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id'),
    tokenVersion: integer('token_version'),
    keyHash: text('key_hash'),
    origin: text('origin'),
    channels: text('channels'),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('realtime_tickets_expires').on(t.expiresAt), index('realtime_tickets_team').on(t.teamId)],
)

export const announcements = sqliteTable(
  'announcements',
  {
    id: text('id').primaryKey(),
    title: text('title').notNull(),
    message: text('message').notNull(),
    level: text('level', { enum: ['info', 'success', 'warning', 'error'] }).notNull(),
    /** For everyone if both are null. */
    audiencePlan: text('audience_plan'),
    audienceTeamId: text('audience_team_id'),
    startsAt: integer('starts_at').notNull(),
    expiresAt: integer('expires_at'),
    /** When an administrator ended it. */
    endedAt: integer('ended_at'),
    /** When it was sent to connected users. */
    publishedAt: integer('published_at'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('announcements_created').on(t.createdAt, t.id),
    index('announcements_shown').on(t.endedAt, t.startsAt),
    index('announcements_starts').on(t.publishedAt, t.startsAt),
  ],
)

/** Users who have dismissed an announcement. */
export const announcementDismissals = sqliteTable(
  'announcement_dismissals',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    announcementId: text('announcement_id')
      .notNull()
      .references(() => announcements.id, { onDelete: 'cascade' }),
    dismissedAt: integer('dismissed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.announcementId] }),
    index('announcement_dismissals_of').on(t.announcementId),
  ],
)
