import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** `premium` gives the personal team at least the plan of that name; `admin` administers the platform. */
export const PLATFORM_ROLES = ['user', 'premium', 'admin'] as const
export type PlatformRole = (typeof PLATFORM_ROLES)[number]

export const USER_STATUSES = ['active', 'disabled'] as const
export type UserStatus = (typeof USER_STATUSES)[number]

export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    /** Lower case, because an address identifies one account whatever its spelling. */
    email: text('email').notNull(),
    emailVerifiedAt: integer('email_verified_at'),
    /** Set when an administrator makes a verified address unverified: the account did belong to someone. */
    verifiedBeforeAt: integer('verified_before_at'),
    name: text('name').notNull(),
    /** A PHC string; null for an account that only signs in with a provider. */
    passwordHash: text('password_hash'),
    role: text('role', { enum: PLATFORM_ROLES }).notNull().default('user'),
    status: text('status', { enum: USER_STATUSES }).notNull().default('active'),
    /** Increasing it invalidates every access token at once. */
    tokenVersion: integer('token_version').notNull().default(1),
    personalTeamId: text('personal_team_id').notNull(),
    avatarKey: text('avatar_key'),
    avatarType: text('avatar_type'),
    preferences: text('preferences', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    mfaEnabled: integer('mfa_enabled', { mode: 'boolean' }).notNull().default(false),
    lastSignInAt: integer('last_sign_in_at'),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('users_email').on(t.email),
    // For prefix searches, ignoring case.
    index('users_name').on(sql`lower("name")`),
    index('users_created').on(t.createdAt, t.id),
    index('users_role_created').on(t.role, t.createdAt, t.id),
    index('users_status_created').on(t.status, t.createdAt, t.id),
  ],
)

/** One sign-in. Its refresh tokens form a family: reusing an old one revokes the session. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    method: text('method', { enum: ['password', 'oauth'] }).notNull(),
    address: text('address'),
    userAgent: text('user_agent'),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokedReason: text('revoked_reason', {
      enum: ['signed_out', 'revoked', 'reuse', 'password', 'disabled'],
    }),
  },
  (t) => [
    index('sessions_user_created').on(t.userId, t.createdAt, t.id),
    index('sessions_expires').on(t.expiresAt),
  ],
)

export const refreshTokens = sqliteTable(
  'refresh_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [index('refresh_tokens_session').on(t.sessionId), index('refresh_tokens_expires').on(t.expiresAt)],
)

export const ONE_TIME_PURPOSES = ['email_verify', 'password_reset', 'email_change'] as const
export type OneTimePurpose = (typeof ONE_TIME_PURPOSES)[number]

export const oneTimeTokens = sqliteTable(
  'one_time_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose', { enum: ONE_TIME_PURPOSES }).notNull(),
    /** What the token is for, such as the address to verify. A later change of address voids it. */
    subject: text('subject').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [
    index('one_time_tokens_user').on(t.userId, t.purpose),
    index('one_time_tokens_expires').on(t.expiresAt),
  ],
)

export const totpFactors = sqliteTable('totp_factors', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** Encrypted, see core/secret-box. */
  secret: text('secret').notNull(),
  confirmedAt: integer('confirmed_at'),
  /** The newest used 30-second step: a step works once. */
  lastUsedStep: integer('last_used_step').notNull().default(0),
  createdAt: integer('created_at').notNull(),
})

export const backupCodes = sqliteTable(
  'backup_codes',
  {
    codeHash: text('code_hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    usedAt: integer('used_at'),
  },
  (t) => [index('backup_codes_user').on(t.userId)],
)

export const oauthIdentities = sqliteTable(
  'oauth_identities',
  {
    provider: text('provider').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('oauth_identities_subject').on(t.provider, t.subject),
    index('oauth_identities_user').on(t.userId),
  ],
)

/** A browser's redirect to a provider and back: works once, within ten minutes. */
export const oauthStates = sqliteTable(
  'oauth_states',
  {
    stateHash: text('state_hash').primaryKey(),
    provider: text('provider').notNull(),
    /** The hash of the cookie that only the starting browser has. */
    browserHash: text('browser_hash').notNull(),
    codeVerifier: text('code_verifier').notNull(),
    nonce: text('nonce').notNull(),
    returnTo: text('return_to'),
    /** Our own PKCE challenge, for the front end at `returnTo`. */
    returnChallenge: text('return_challenge'),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [index('oauth_states_expires').on(t.expiresAt)],
)

/** A provider's information about a person, until the browser signs in or links with it: works once, within five minutes. */
export const oauthTickets = sqliteTable(
  'oauth_tickets',
  {
    codeHash: text('code_hash').primaryKey(),
    provider: text('provider').notNull(),
    subject: text('subject').notNull(),
    email: text('email'),
    emailVerified: integer('email_verified', { mode: 'boolean' }).notNull(),
    name: text('name'),
    /** The page's verifier must match it; null if the page sent no challenge. */
    returnChallenge: text('return_challenge'),
    /** Only the browser that returned from the provider may use it: it has the code in a cookie. */
    browserBound: integer('browser_bound', { mode: 'boolean' }).notNull().default(true),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [index('oauth_tickets_expires').on(t.expiresAt)],
)
