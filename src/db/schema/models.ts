// Keys of the platform for providers of language models, and what is known of their health. Sealed keys are opened by
// `modules/models/keys` only.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const aiProviders = sqliteTable('ai_providers', {
  provider: text('provider').primaryKey(),
  /** The key, sealed; null where the server asks for none. */
  sealed: text('sealed'),
  lastFour: text('last_four'),
  /** Null: the provider's own address. */
  baseUrl: text('base_url'),
  /** The models that may be called with the key, as JSON; null for all. */
  models: text('models', { mode: 'json' }).$type<string[] | null>(),
  enabled: integer('enabled', { mode: 'boolean' }).notNull(),
  /** The provider with the least number is the default. */
  priority: integer('priority').notNull(),
  version: integer('version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** One breaker for each provider, key and model that has failed lately; with an empty model it is that of the key. */
export const modelBreakers = sqliteTable(
  'model_breakers',
  {
    provider: text('provider').notNull(),
    /** The integration that holds the key, or `platform`. */
    keyRef: text('key_ref').notNull(),
    model: text('model').notNull(),
    /** The times of its latest failures, as JSON. */
    failures: text('failures', { mode: 'json' }).$type<number[]>().notNull(),
    /** How often in a row it has opened. */
    opens: integer('opens').notNull(),
    openUntil: integer('open_until').notNull(),
    /** Until then somebody tries whether it works again. */
    probeUntil: integer('probe_until').notNull(),
    version: integer('version').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.keyRef, t.model] }),
    index('model_breakers_updated').on(t.updatedAt),
  ],
)
