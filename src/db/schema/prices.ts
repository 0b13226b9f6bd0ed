// Unit prices of GPUs and models, as decimal text.
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Unit prices by day. A price applies from its day until the next one for the same thing. */
export const priceTables = sqliteTable(
  'price_tables',
  {
    id: text('id').primaryKey(),
    /** In lower case, as `gpu_type` and `region`. */
    provider: text('provider').notNull(),
    gpuType: text('gpu_type').notNull(),
    /** A language model; empty for GPUs. */
    model: text('model').notNull().default(''),
    /** Empty for all regions without a specific price. */
    region: text('region').notNull().default(''),
    validFrom: text('valid_from').notNull(),
    /** Dollars as decimal text. */
    unitPriceUsd: text('unit_price_usd').notNull(),
    unit: text('unit').notNull(),
    /** Applies to calls with more input tokens than this. */
    above: integer('above').notNull().default(0),
    source: text('source').notNull(),
  },
  (t) => [
    uniqueIndex('price_tables_key').on(
      t.provider,
      t.gpuType,
      t.model,
      t.region,
      t.unit,
      t.above,
      t.validFrom,
    ),
  ],
)
