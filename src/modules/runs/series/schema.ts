import * as z from 'zod'
import { countFlag, pageOf } from '../../../http/pagination.ts'
import { RUN_STATUSES } from '../schema.ts'

export const BUCKETS = ['minute', 'hour', 'day'] as const

const range = {
  from: z.iso.datetime({ offset: true }).optional().describe('By default a day before `to`.'),
  to: z.iso.datetime({ offset: true }).optional().describe('By default now.'),
  workflowId: z.string().max(64).optional(),
}

export const SeriesQuery = z.strictObject({
  ...range,
  bucket: z
    .enum(BUCKETS)
    .default('hour')
    .describe('How long a point is. Buckets begin at whole ones in UTC.'),
})
export type SeriesQuery = z.infer<typeof SeriesQuery>

const byStatus = z
  .strictObject(
    Object.fromEntries(RUN_STATUSES.map((status) => [status, z.int()])) as Record<
      (typeof RUN_STATUSES)[number],
      z.ZodInt
    >,
  )
  .describe('By the status that they have now.')

const durations = z
  .strictObject({ p50: z.number().nullable(), p95: z.number().nullable() })
  .describe('Of the runs that succeeded or failed, from start to end with what they waited.')

export const RunSeries = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    bucket: z.enum(BUCKETS).describe('How long a point is.'),
    runs: z.int(),
    byStatus,
    successRate: z
      .number()
      .nullable()
      .describe('Of the runs that succeeded or failed; null when there are none.'),
    durationMs: durations,
    costUsd: z.number(),
    points: z
      .array(
        z.strictObject({
          at: z.iso.datetime().describe('When the bucket begins.'),
          runs: z.int(),
          byStatus,
          durationMs: durations,
          costUsd: z.number(),
        }),
      )
      .describe('The buckets in which runs were made, oldest first. Those without runs are left out.'),
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
    code: z.string().describe('What went wrong.'),
    path: z
      .string()
      .nullable()
      .describe('The node that failed first, or whose item did; null for an error of the run itself.'),
    message: z.string().describe('The message of the newest of them.'),
    workflowId: z.string().nullable(),
    workflowName: z.string(),
    runs: z.int().describe('How many runs have failed with it.'),
    firstAt: z.iso.datetime().describe('When the oldest of them was made.'),
    lastAt: z.iso.datetime().describe('When the newest of them was made.'),
    runId: z.string().describe('The newest of them.'),
  })
  .meta({ id: 'ErrorGroup' })
export type ErrorGroup = z.infer<typeof ErrorGroup>

export const ErrorGroupPage = pageOf(ErrorGroup).meta({ id: 'ErrorGroupPage' })
