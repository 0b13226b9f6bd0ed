// Platform statistics, rolled up by hour and by day.
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'

const SIZES = ['hour', 'day'] as const

/** One row for each figure and bucket. */
export const platformStats = sqliteTable(
  'platform_stats',
  {
    size: text('size', { enum: SIZES }).notNull(),
    metric: text('metric').notNull(),
    /** The start of the bucket (UTC). */
    at: integer('at').notNull(),
    /** Such as the status of runs; empty if there is nothing to distinguish. */
    label: text('label').notNull(),
    value: real('value').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.size, t.metric, t.at, t.label] }),
    index('platform_stats_at').on(t.size, t.at),
  ],
)

/** Requests of a route in a bucket, with a histogram of response times. */
export const platformRouteStats = sqliteTable(
  'platform_route_stats',
  {
    size: text('size', { enum: SIZES }).notNull(),
    at: integer('at').notNull(),
    method: text('method').notNull(),
    route: text('route').notNull(),
    requests: integer('requests').notNull(),
    /** Responses with status 500 or above. */
    errors: integer('errors').notNull(),
    seconds: real('seconds').notNull(),
    /** JSON: for each bound of the histogram, how many responses took at most that long. */
    within: text('within').notNull(),
  },
  (t) => [primaryKey({ columns: [t.size, t.at, t.method, t.route] })],
)
