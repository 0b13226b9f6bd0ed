import * as z from 'zod'

export const MetricsQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(90).default(30),
  nodes: z.coerce
    .number()
    .int()
    .min(0)
    .max(50)
    .default(0)
    .describe(
      'Of how many of the newest runs of the period that succeeded or failed the nodes are looked at; 0 leaves them out.',
    ),
})
export type MetricsQuery = z.infer<typeof MetricsQuery>

const counts = {
  runs: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  costUsd: z.number(),
}

export const WorkflowMetrics = z
  .strictObject({
    workflowId: z.string(),
    days: z.int(),
    from: z.iso.datetime(),
    ...counts,
    /** Queued, running, waiting and paused. */
    open: z.int(),
    byStatus: z.record(z.string(), z.int()),
    successRate: z
      .number()
      .nullable()
      .describe('Of the runs that succeeded or failed; null when there are none.'),
    durationMs: z
      .strictObject({ p50: z.number().nullable(), p95: z.number().nullable() })
      .describe('Of the runs that succeeded or failed, from start to end with what they waited.'),
    inputTokens: z.int(),
    outputTokens: z.int(),
    perDay: z.array(z.strictObject({ day: z.string(), ...counts })),
    perNode: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.string(),
          runs: z
            .int()
            .describe('How often it has begun: iterations count, and the items of what reaches the outside.'),
          succeeded: z.int(),
          failed: z.int().describe('For good; a try that was followed by another does not count.'),
          durationMs: z.strictObject({ p50: z.number().nullable(), p95: z.number().nullable() }),
        }),
      )
      .describe(
        'A sample: of the newest runs alone, as many as `nodes` asks for, whatever the period holds.',
      ),
    perNodeRuns: z
      .int()
      .describe(
        'How many runs `perNode` is made of: fewer than `nodes` when there are no more, or some do not answer.',
      ),
  })
  .meta({ id: 'WorkflowMetrics' })
export type WorkflowMetrics = z.infer<typeof WorkflowMetrics>
