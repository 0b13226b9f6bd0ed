// The platform's keys for providers of language models, and their health. Only `modules/models/keys` decrypts keys.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const aiProviders = sqliteTable('ai_providers', {
  provider: text('provider').primaryKey(),
  /** The encrypted key; null if the server requires none. */
  sealed: text('sealed'),
  lastFour: text('last_four'),
  /** Null: the provider's own URL. */
  baseUrl: text('base_url'),
  /** The models that the key may call, as JSON; null for all. */
  models: text('models', { mode: 'json' }).$type<string[] | null>(),
  enabled: integer('enabled', { mode: 'boolean' }).notNull(),
  /** The provider with the lowest number is the default. */
  priority: integer('priority').notNull(),
  version: integer('version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** A breaker for each provider, key and model that has failed recently. An empty model means the breaker of the key. */
export const modelBreakers = sqliteTable(
  'model_breakers',
  {
    provider: text('provider').notNull(),
    /** The integration with the key, or `platform`. */
    keyRef: text('key_ref').notNull(),
    model: text('model').notNull(),
    /** The times of its latest failures, as JSON. */
    failures: text('failures', { mode: 'json' }).$type<number[]>().notNull(),
    /** How often it has opened consecutively. */
    opens: integer('opens').notNull(),
    openUntil: integer('open_until').notNull(),
    /** Until then, one caller is probing whether it works again. */
    probeUntil: integer('probe_until').notNull(),
    version: integer('version').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.keyRef, t.model] }),
    index('model_breakers_updated').on(t.updatedAt),
  ],
)
