import * as z from 'zod'

/** A calendar month in UTC. */
export const Period = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be YYYY-MM')

export const UsageQuery = z.strictObject({ period: Period.optional() })
export type UsageQuery = z.infer<typeof UsageQuery>

export const TeamUsage = z
  .strictObject({
    teamId: z.string(),
    period: Period,
    runs: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.number(),
    /** Other metrics counted in the period. */
    other: z.record(z.string(), z.number()),
    /** Current values, whatever the period. */
    live: z.strictObject({
      members: z.int(),
      pendingInvitations: z.int(),
      apiKeys: z.int(),
      workflows: z.number(),
      concurrentRuns: z.number(),
      storageBytes: z.number(),
    }),
  })
  .meta({ id: 'TeamUsage' })
export type TeamUsage = z.infer<typeof TeamUsage>
