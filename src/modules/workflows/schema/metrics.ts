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
      'How many of the newest finished runs of the period to include in the figures of nodes. 0 leaves those figures out.',
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
    /** Queued, running, waiting or paused. */
    open: z.int(),
    byStatus: z.record(z.string(), z.int()),
    successRate: z
      .number()
      .nullable()
      .describe(
        'The share of succeeded runs among those that succeeded or failed; null if there are no such runs.',
      ),
    durationMs: z
      .strictObject({ p50: z.number().nullable(), p95: z.number().nullable() })
      .describe('For runs that succeeded or failed: the time from start to end, including waits.'),
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
            .describe(
              'How often the node started. Loop iterations count, and so do the items of nodes that call external services.',
            ),
          succeeded: z.int(),
          failed: z.int().describe('Final failures. Attempts that were retried do not count.'),
          durationMs: z.strictObject({ p50: z.number().nullable(), p95: z.number().nullable() }),
        }),
      )
      .describe('A sample of the newest runs of the period, up to the number in `nodes`.'),
    perNodeRuns: z
      .int()
      .describe(
        'How many runs `perNode` covers. Fewer than `nodes` if the period has fewer runs or some could not be read.',
      ),
  })
  .meta({ id: 'WorkflowMetrics' })
export type WorkflowMetrics = z.infer<typeof WorkflowMetrics>
