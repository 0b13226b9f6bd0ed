import * as z from 'zod'
import { countFlag, pageOf } from '../../../http/pagination.ts'
import { RUN_STATUSES } from '../schema.ts'

export const BUCKETS = ['minute', 'hour', 'day'] as const

const range = {
  from: z.iso.datetime({ offset: true }).optional().describe('Default: one day before `to`.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Default: now.'),
  workflowId: z.string().max(64).optional(),
}

export const SeriesQuery = z.strictObject({
  ...range,
  bucket: z
    .enum(BUCKETS)
    .default('hour')
    .describe('The length of a bucket. Buckets begin at whole minutes, hours or days in UTC.'),
})
export type SeriesQuery = z.infer<typeof SeriesQuery>

const byStatus = z
  .strictObject(
    Object.fromEntries(RUN_STATUSES.map((status) => [status, z.int()])) as Record<
      (typeof RUN_STATUSES)[number],
      z.ZodInt
    >,
  )
  .describe('By current status.')

const durations = z
  .strictObject({ p50: z.number().nullable(), p95: z.number().nullable() })
  .describe('For runs that succeeded or failed: the time from start to end, including waits.')

export const RunSeries = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    bucket: z.enum(BUCKETS).describe('The length of a bucket.'),
    runs: z.int(),
    byStatus,
    successRate: z
      .number()
      .nullable()
      .describe(
        'The share of succeeded runs among those that succeeded or failed; null if there are no such runs.',
      ),
    durationMs: durations,
    costUsd: z.number(),
    points: z
      .array(
        z.strictObject({
          at: z.iso.datetime().describe('The start of the bucket.'),
          runs: z.int(),
          byStatus,
          durationMs: durations,
          costUsd: z.number(),
        }),
      )
      .describe('The buckets in which runs were created, oldest first. Buckets without runs are left out.'),
  })
  .meta({ id: 'RunSeries' })
export type RunSeries = z.infer<typeof RunSeries>

export const ListErrors = z.strictObject({
  ...range,
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(1_024).optional(),
  count: countFlag,
})
export type ListErrors = z.infer<typeof ListErrors>

export const ErrorGroup = z
  .strictObject({
    code: z.string().describe('The error code.'),
    path: z
      .string()
      .nullable()
      .describe(
        'The node that failed first, itself or in one of its items; null for an error of the run itself.',
      ),
    message: z.string().describe('The message of the newest of these runs.'),
    workflowId: z.string().nullable(),
    workflowName: z.string(),
    runs: z.int().describe('How many runs failed with this error.'),
    firstAt: z.iso.datetime().describe('When the oldest of these runs was created.'),
    lastAt: z.iso.datetime().describe('When the newest of these runs was created.'),
    runId: z.string().describe('The newest of these runs.'),
  })
  .meta({ id: 'ErrorGroup' })
export type ErrorGroup = z.infer<typeof ErrorGroup>

export const ErrorGroupPage = pageOf(ErrorGroup).meta({ id: 'ErrorGroupPage' })
