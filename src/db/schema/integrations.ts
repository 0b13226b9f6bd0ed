// Connections to external services. Secrets are encrypted, each for its row and field (`core/secret-box.ts`), and only
// `modules/integrations/credentials` reads them.
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const INTEGRATION_STATUSES = ['untested', 'ok', 'failing', 'needs_reconnect'] as const
export type IntegrationStatus = (typeof INTEGRATION_STATUSES)[number]

export const integrations = sqliteTable(
  'integrations',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    /** The name that nodes and triggers use. */
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    config: text('config', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    allowedHosts: text('allowed_hosts', { mode: 'json' }).$type<string[]>().notNull(),
    status: text('status', { enum: INTEGRATION_STATUSES }).notNull().default('untested'),
    version: integer('version').notNull().default(1),
    /** The newest row of `integration_tests` as JSON. */
    lastTest: text('last_test'),
    /** The number of consecutive nightly tests without a clear result. */
    unclearTests: integer('unclear_tests').notNull().default(0),
    /** When it is next tested automatically; null if its type has no harmless test. */
    nextTestAt: integer('next_test_at'),
    lastUsedAt: integer('last_used_at'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('integrations_team_name').on(t.teamId, t.name),
    index('integrations_team_created').on(t.teamId, t.createdAt, t.id),
    index('integrations_team_updated').on(t.teamId, t.updatedAt, t.id),
    index('integrations_next_test').on(t.nextTestAt),
  ],
)

export const integrationSecrets = sqliteTable(
  'integration_secrets',
  {
    integrationId: text('integration_id')
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    field: text('field').notNull(),
    sealed: text('sealed').notNull(),
    /** The last characters of a long secret, in plain text; null if that would reveal too much. */
    lastFour: text('last_four'),
    setAt: integer('set_at').notNull(),
    /** Encrypted: the value before a rotation, while it is still valid. */
    previous: text('previous'),
    previousUntil: integer('previous_until'),
  },
  (t) => [
    primaryKey({ columns: [t.integrationId, t.field] }),
    index('integration_secrets_previous').on(t.previousUntil),
  ],
)

/** Access tokens of an integration, and the refresh token for the next one. */
export const integrationTokens = sqliteTable('integration_tokens', {
  integrationId: text('integration_id')
    .primaryKey()
    .references(() => integrations.id, { onDelete: 'cascade' }),
  teamId: text('team_id').notNull(),
  /** Encrypted. Null before the first one. */
  access: text('access'),
  refresh: text('refresh'),
  /** Null if the service sent no expiry: it is used until it is rejected. */
  expiresAt: integer('expires_at'),
  /** Increases with every new token, so that waiting processes notice another process's refresh. */
  generation: integer('generation').notNull().default(0),
  /** Which process is fetching the next one, and until when no other may. */
  leaseId: text('lease_id'),
  leaseUntil: integer('lease_until'),
  updatedAt: integer('updated_at').notNull(),
})

export const integrationTests = sqliteTable(
  'integration_tests',
  {
    id: text('id').primaryKey(),
    integrationId: text('integration_id')
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    outcome: text('outcome', { enum: ['ok', 'refused', 'unclear'] }).notNull(),
    /** The status of the service's response; null if there was none. */
    httpStatus: integer('http_status'),
    message: text('message').notNull(),
    durationMs: integer('duration_ms').notNull(),
    /** Null for the nightly test. */
    testedBy: text('tested_by'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('integration_tests_created').on(t.integrationId, t.createdAt, t.id)],
)

/** The runs that used an integration, with a row for each run and day. */
export const integrationUses = sqliteTable(
  'integration_uses',
  {
    integrationId: text('integration_id')
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    day: text('day').notNull(),
    runId: text('run_id').notNull(),
    workflowId: text('workflow_id'),
    calls: integer('calls').notNull(),
    lastAt: integer('last_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.integrationId, t.day, t.runId] }),
    index('integration_uses_last').on(t.lastAt),
  ],
)

/** Consents in progress at a provider. Contains only hashes of what the browser brings back. */
export const integrationConnects = sqliteTable(
  'integration_connects',
  {
    stateHash: text('state_hash').primaryKey(),
    integrationId: text('integration_id')
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    browserHash: text('browser_hash').notNull(),
    codeVerifier: text('code_verifier').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    index('integration_connects_integration').on(t.integrationId),
    index('integration_connects_expires').on(t.expiresAt),
  ],
)
