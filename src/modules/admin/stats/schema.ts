import * as z from 'zod'
import { PLATFORM_ROLES, USER_STATUSES } from '../../../db/schema/index.ts'

const time = z.iso.datetime({ offset: true })

export const AdminStatsQuery = z.strictObject({
  from: time.optional().describe('Start here. Default: 24 hours before `to`, or 30 days with `bucket=day`.'),
  to: time.optional().describe('End here. Default: now.'),
  bucket: z.enum(['hour', 'day']).default('hour').describe('The length of a bucket. Days are in UTC.'),
})
export type AdminStatsQuery = z.infer<typeof AdminStatsQuery>

const flows = {
  runsStarted: z.int().describe('Created runs.'),
  runsEnded: z
    .strictObject({ succeeded: z.int(), failed: z.int(), cancelled: z.int() })
    .describe('Runs that ended, by status.'),
  runsByKind: z.record(z.string(), z.int()).describe('Runs that ended, by kind.'),
  successRate: z
    .number()
    .nullable()
    .describe(
      'The share of succeeded runs among those that succeeded or failed; null if there are no such runs.',
    ),
  modelCostUsd: z.number().describe('The cost of models in US dollars.'),
  modelTokens: z
    .strictObject({ input: z.int(), output: z.int() })
    .describe('Input and output tokens of models.'),
  mails: z.int().describe('Sent mails.'),
  webhooks: z
    .strictObject({ succeeded: z.int(), failed: z.int() })
    .describe('Attempts to deliver to webhook endpoints and callbacks.'),
}

const levels = z
  .strictObject({
    users: z.int(),
    teams: z.int(),
    connections: z.int().describe('Open sockets and streams.'),
    storageBytes: z.int().describe('Bytes of files.'),
    queueMessages: z.int().describe('Outbox messages that are not done.'),
    queueDelaySeconds: z.number().describe('How long the oldest message had been due.'),
    databaseBytes: z.int().describe('The size of the database.'),
    databaseMs: z.number().describe('How long the database took to answer a query of the roll-up.'),
  })
  .partial()
  .describe('The last measured values in the bucket. Levels without a measurement are absent.')

const StatsBucket = z
  .strictObject({ at: z.iso.datetime().describe('The start of the bucket.'), ...flows, levels })
  .meta({ id: 'StatsBucket' })

const RouteStats = z
  .strictObject({
    method: z.string().describe('The HTTP method, or `unmatched`.'),
    route: z.string().describe('The path as in the API description.'),
    requests: z.int().describe('The number of requests.'),
    errorRate: z.number().describe('The share of responses with status 500 or above.'),
    meanMs: z.number().describe('The average response time.'),
    p50Ms: z.number().nullable().describe('The median response time, estimated from a histogram.'),
    p95Ms: z.number().nullable().describe('The 95th percentile of response times.'),
  })
  .meta({ id: 'RouteStats' })

export const AdminStats = z
  .strictObject({
    users: z
      .strictObject({
        total: z.int(),
        byRole: z.record(z.enum(PLATFORM_ROLES), z.int()),
        byStatus: z.record(z.enum(USER_STATUSES), z.int()),
      })
      .describe('Current users.'),
    teams: z.strictObject({ total: z.int(), personal: z.int() }).describe('Current teams.'),
    sessions: z.strictObject({ active: z.int() }).describe('Current sessions.'),
    audit: z.strictObject({ entries: z.int(), unsealed: z.int() }).describe('Entries of the audit log.'),
    outbox: z.strictObject({ pending: z.int(), dead: z.int() }).describe('Messages that are not done.'),
    runs: z
      .strictObject({ queued: z.int(), running: z.int(), waiting: z.int(), paused: z.int() })
      .describe('Runs that have not ended, by status.'),
    database: z
      .strictObject({
        sizeBytes: z.int().nullable().describe('Null if the database does not report it.'),
        answerMs: z.number().describe('How long the database took for the current figures.'),
      })
      .describe('The database.'),
    from: z.iso.datetime().describe('The start of the first bucket.'),
    to: z.iso.datetime().describe('The end of the last bucket, or now.'),
    bucket: z.enum(['hour', 'day']).describe('The length of a bucket.'),
    totals: z.strictObject(flows).describe('The sums of all buckets.'),
    series: z.array(StatsBucket).describe('The buckets with data, in order.'),
    routes: z.array(RouteStats).describe('The 200 routes with the most requests.'),
  })
  .meta({ id: 'AdminStats' })
export type AdminStats = z.infer<typeof AdminStats>
export type StatsFlows = AdminStats['totals']
export type StatsLevels = AdminStats['series'][number]['levels']
export type RouteStats = AdminStats['routes'][number]
