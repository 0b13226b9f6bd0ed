import * as z from 'zod'
import { PLATFORM_ROLES, USER_STATUSES } from '../../../db/schema/index.ts'

const time = z.iso.datetime({ offset: true })

export const AdminStatsQuery = z.strictObject({
  from: time.optional().describe('Begin here. Default: 24 hours before `to`, or 30 days with `bucket=day`.'),
  to: time.optional().describe('End here. Default: now.'),
  bucket: z
    .enum(['hour', 'day'])
    .default('hour')
    .describe('How long a bucket of the series is. Days are those of UTC.'),
})
export type AdminStatsQuery = z.infer<typeof AdminStatsQuery>

const flows = {
  runsStarted: z.int().describe('Runs that were created.'),
  runsEnded: z
    .strictObject({ succeeded: z.int(), failed: z.int(), cancelled: z.int() })
    .describe('Runs that ended, by status.'),
  runsByKind: z.record(z.string(), z.int()).describe('Runs that ended, by kind.'),
  successRate: z
    .number()
    .nullable()
    .describe('Which share of the runs that succeeded or failed succeeded; null without any.'),
  modelCostUsd: z.number().describe('What models cost, in US dollars.'),
  modelTokens: z
    .strictObject({ input: z.int(), output: z.int() })
    .describe('Tokens that models read and wrote.'),
  sandboxSeconds: z.number().describe('Seconds that sandboxes ran.'),
  mails: z.int().describe('Mails that were sent.'),
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
    queueDelaySeconds: z.number().describe('For how long the oldest message had been due.'),
    databaseBytes: z.int().describe('The size of the database.'),
    databaseMs: z.number().describe('How long the database took to answer a question of the roll-up.'),
  })
  .partial()
  .describe('As they were when last seen in the bucket. Levels that were not seen are absent.')

const StatsBucket = z
  .strictObject({ at: z.iso.datetime().describe('When the bucket begins.'), ...flows, levels })
  .meta({ id: 'StatsBucket' })

const RouteStats = z
  .strictObject({
    method: z.string().describe('The HTTP method, or `unmatched`.'),
    route: z.string().describe('The path of the contract.'),
    requests: z.int().describe('How many requests were answered.'),
    errorRate: z.number().describe('Which share was answered with 500 or above.'),
    meanMs: z.number().describe('How long an answer took on average.'),
    p50Ms: z
      .number()
      .nullable()
      .describe('Half of the answers took at most so long, as estimated from the histogram.'),
    p95Ms: z.number().nullable().describe('95 % of the answers took at most so long.'),
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
      .describe('Users at this moment.'),
    teams: z.strictObject({ total: z.int(), personal: z.int() }).describe('Teams at this moment.'),
    sessions: z.strictObject({ active: z.int() }).describe('Sessions at this moment.'),
    audit: z.strictObject({ entries: z.int(), unsealed: z.int() }).describe('Entries of the audit log.'),
    outbox: z.strictObject({ pending: z.int(), dead: z.int() }).describe('Messages that are not done.'),
    runs: z
      .strictObject({ queued: z.int(), running: z.int(), waiting: z.int(), paused: z.int() })
      .describe('Runs that have not ended, by status.'),
    database: z
      .strictObject({
        sizeBytes: z.int().nullable().describe('Null where the database does not tell.'),
        answerMs: z.number().describe('How long it took for the figures below.'),
      })
      .describe('The database.'),
    from: z.iso.datetime().describe('When the first bucket begins.'),
    to: z.iso.datetime().describe('Where the last bucket ends, or now.'),
    bucket: z.enum(['hour', 'day']).describe('How long a bucket is.'),
    totals: z.strictObject(flows).describe('The sums of all buckets.'),
    series: z.array(StatsBucket).describe('The buckets in which something was counted, in order.'),
    routes: z.array(RouteStats).describe('The 200 routes with the most requests.'),
  })
  .meta({ id: 'AdminStats' })
export type AdminStats = z.infer<typeof AdminStats>
export type StatsFlows = AdminStats['totals']
export type StatsLevels = AdminStats['series'][number]['levels']
export type RouteStats = AdminStats['routes'][number]
