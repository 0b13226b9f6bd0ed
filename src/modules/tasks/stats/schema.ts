import * as z from 'zod'
import { taskFilters } from '../schema/task.ts'

const Day = z.iso.date()
const counts = z.record(z.string(), z.int())
const nullableMs = z.number().nullable()

const range = {
  from: Day.optional().describe('The first day. Default: 30 days ago.'),
  to: Day.optional().describe('The last day. Default: today.'),
}

export const StatsQuery = z.strictObject(range)
export type StatsQuery = z.infer<typeof StatsQuery>

export const TaskStats = z
  .strictObject({
    total: z.int().describe('All tasks.'),
    byStatus: counts.describe('How many have each status.'),
    byType: counts.describe('How many are of each type.'),
    open: z.int().describe('How many have not ended.'),
    overdue: z.int().describe('How many are overdue and have not ended.'),
    successRate: z
      .number()
      .nullable()
      .describe('Succeeded among those that have succeeded or failed, from 0 to 1.'),
    meanDurationMs: nullableMs.describe('The mean duration of those that have succeeded or failed.'),
    p95DurationMs: nullableMs.describe('95 % of the successful ones took at most this long.'),
    costUsd: z.number().describe('The cost of ended tasks.'),
  })
  .meta({ id: 'TaskStats' })
export type TaskStats = z.infer<typeof TaskStats>

export const CountTasks = z.strictObject(taskFilters)
export type CountTasks = z.infer<typeof CountTasks>

export const TaskCounts = z
  .strictObject({
    total: z.int().describe('All tasks that match.'),
    byStatus: counts.describe('How many of them have each status.'),
  })
  .meta({ id: 'TaskCounts' })
export type TaskCounts = z.infer<typeof TaskCounts>

const GROUPS = ['day', 'type', 'agent', 'assignee'] as const
export const MetricsQuery = z.strictObject({
  ...range,
  groupBy: z
    .string()
    .default('day')
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(z.enum(GROUPS)).min(1).max(4) as unknown as z.ZodType<(typeof GROUPS)[number][], string[]>)
    .describe('One of day, type, agent and assignee, or several with commas between them.'),
})
export type MetricsQuery = z.infer<typeof MetricsQuery>

export const TaskMetrics = z
  .strictObject({
    from: Day,
    to: Day,
    groups: z
      .array(
        z.strictObject({
          day: Day.optional(),
          type: z.string().optional().describe('The type of the tasks.'),
          agent: z.string().nullable().optional().describe('The agent that did the work; null for none.'),
          assignee: z.string().nullable().optional().describe('The assignee; null if there is none.'),
          created: z.int().describe('How many were created.'),
          succeeded: z.int().describe('How many have succeeded.'),
          failed: z.int().describe('How many have failed.'),
          cancelled: z.int().describe('How many were cancelled.'),
          skipped: z.int().describe('How many were skipped.'),
          retries: z.int().describe('How often ended tasks were tried again.'),
          meanDurationMs: nullableMs.describe('Of those that have succeeded or failed.'),
          costUsd: z.number().describe('Their cost.'),
        }),
      )
      .describe('At most 1,000 groups.'),
    truncated: z.boolean().describe('Whether there are more groups.'),
  })
  .meta({ id: 'TaskMetrics' })
export type TaskMetrics = z.infer<typeof TaskMetrics>

const Spread = z.strictObject({
  p50: nullableMs.describe('Half of them took at most this long.'),
  p95: nullableMs.describe('95 % of them took at most this long.'),
  mean: nullableMs.describe('The mean.'),
})

export const TaskPerformance = z
  .strictObject({
    from: Day,
    to: Day,
    tasks: z.int().describe('How many ended tasks were examined: the newest 10,000 of the period.'),
    durationMs: Spread.describe('From start to end.'),
    waitMs: Spread.describe('From the queue to the start.'),
    leadMs: Spread.describe('From creation to the end.'),
    cycleMs: Spread.describe('From the queue to the end.'),
    retries: z.int().describe('How often they were tried again.'),
    throughputPerDay: z.number().describe('How many have succeeded a day.'),
    costPerSuccessUsd: z
      .number()
      .nullable()
      .describe('The cost of all, divided by the number of succeeded ones.'),
    slowest: z
      .array(z.strictObject({ id: z.string(), title: z.string(), type: z.string(), durationMs: z.int() }))
      .describe('The ten that took longest.'),
  })
  .meta({ id: 'TaskPerformance' })
export type TaskPerformance = z.infer<typeof TaskPerformance>
