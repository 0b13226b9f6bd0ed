// What has happened on the platform, rolled up by hour and by day.
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'

const SIZES = ['hour', 'day'] as const

/** One row for each figure and bucket. */
export const platformStats = sqliteTable(
  'platform_stats',
  {
    size: text('size', { enum: SIZES }).notNull(),
    metric: text('metric').notNull(),
    /** When the bucket begins (UTC). */
    at: integer('at').notNull(),
    /** Such as the status of runs; empty where there is nothing to tell apart. */
    label: text('label').notNull(),
    value: real('value').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.size, t.metric, t.at, t.label] }),
    index('platform_stats_at').on(t.size, t.at),
  ],
)

/** Requests of a route in a bucket, with a histogram of how long answers took. */
export const platformRouteStats = sqliteTable(
  'platform_route_stats',
  {
    size: text('size', { enum: SIZES }).notNull(),
    at: integer('at').notNull(),
    method: text('method').notNull(),
    route: text('route').notNull(),
    requests: integer('requests').notNull(),
    /** Answers of 500 and above. */
    errors: integer('errors').notNull(),
    seconds: real('seconds').notNull(),
    /** JSON: how many answers took at most so long, for each bound of the histogram. */
    within: text('within').notNull(),
  },
  (t) => [primaryKey({ columns: [t.size, t.at, t.method, t.route] })],
)
