import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { PLANS } from '../../core/plans.ts'
import { users } from './users.ts'

export const TEAM_ROLES = ['viewer', 'member', 'admin', 'owner'] as const
export type TeamRole = (typeof TEAM_ROLES)[number]

export const teams = sqliteTable(
  'teams',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** The team created with its owner's account. It has one member, and cannot be left, transferred or deleted separately. */
    personal: integer('personal', { mode: 'boolean' }).notNull().default(false),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id),
    plan: text('plan', { enum: PLANS }).notNull().default('free'),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [index('teams_owner').on(t.ownerId, t.personal), index('teams_created').on(t.createdAt, t.id)],
)

export const teamMembers = sqliteTable(
  'team_members',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: TEAM_ROLES }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.userId] }),
    // Ids sort by creation time, so this index alone lists a user's teams newest first.
    index('team_members_user').on(t.userId, t.teamId),
    index('team_members_created').on(t.teamId, t.createdAt, t.userId),
  ],
)

export const teamInvitations = sqliteTable(
  'team_invitations',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    role: text('role', { enum: TEAM_ROLES }).notNull(),
    tokenHash: text('token_hash').notNull(),
    invitedBy: text('invited_by').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    acceptedAt: integer('accepted_at'),
    revokedAt: integer('revoked_at'),
  },
  (t) => [
    uniqueIndex('team_invitations_token').on(t.tokenHash),
    index('team_invitations_team').on(t.teamId, t.createdAt, t.id),
    index('team_invitations_expires').on(t.expiresAt),
    index('team_invitations_email').on(t.email, t.expiresAt),
  ],
)

export const teamBudgets = sqliteTable('team_budgets', {
  teamId: text('team_id')
    .primaryKey()
    .references(() => teams.id, { onDelete: 'cascade' }),
  /** Micro-dollars per calendar month (UTC); null means no limit. */
  monthlyCostMicroUsd: integer('monthly_cost_micro_usd'),
  monthlyTokens: integer('monthly_tokens'),
  /** Shares of a limit, 0–1, at which the owners are notified. */
  alertAt: text('alert_at', { mode: 'json' }).$type<number[]>().notNull(),
  hardStop: integer('hard_stop', { mode: 'boolean' }).notNull().default(false),
  version: integer('version').notNull().default(1),
  updatedAt: integer('updated_at').notNull(),
})

/** A team's usage in a calendar month, by metric. Limits and reports read one row. */
export const usageCounters = sqliteTable(
  'usage_counters',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    period: text('period').notNull(),
    metric: text('metric').notNull(),
    value: real('value').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.period, t.metric] }),
    // For all teams together.
    index('usage_counters_levels').on(t.metric, t.value).where(sql`period = 'now'`),
  ],
)

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    keyHash: text('key_hash').notNull(),
    lastFour: text('last_four').notNull(),
    scopes: text('scopes', { mode: 'json' }).$type<string[]>().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    revokedAt: integer('revoked_at'),
  },
  (t) => [
    uniqueIndex('api_keys_hash').on(t.keyHash),
    // For deleting the keys of a team.
    index('api_keys_team').on(t.teamId),
    index('api_keys_user').on(t.userId, t.teamId, t.createdAt, t.id),
    // For the tick, which deletes revoked and expired keys.
    index('api_keys_revoked').on(t.revokedAt).where(sql`revoked_at IS NOT NULL`),
    index('api_keys_expires').on(t.expiresAt).where(sql`expires_at IS NOT NULL`),
  ],
)
