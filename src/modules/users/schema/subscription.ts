import * as z from 'zod'
import { PLANS } from '../../../core/plans.ts'

const limit = z.int().nullable()

export const Subscription = z
  .strictObject({
    teamId: z.string(),
    plan: z.enum(PLANS),
    /** Whether the caller can change the plan. */
    changeable: z.boolean(),
    /** Null means unlimited. */
    limits: z.strictObject({
      teams: limit,
      membersPerTeam: limit,
      apiKeys: limit,
      workflows: limit,
      runsPerMonth: limit,
      concurrentRuns: limit,
      descendantRuns: z
        .int()
        .describe('How many further runs one start may cause through sub-workflows and error workflows.'),
      storageBytes: limit,
      requestsPerMinute: z.int(),
      mailsPerDay: z.int(),
    }),
    usage: z.strictObject({
      /** Null for a shared team, because the personal team's plan limits how many teams a user can own. */
      teams: z.int().nullable(),
      membersPerTeam: z.int(),
      /** The highest number that any member has. The limit is per member. */
      apiKeys: z.int(),
      workflows: z.number(),
      runsPerMonth: z.number(),
      concurrentRuns: z.number(),
      storageBytes: z.number(),
    }),
  })
  .meta({ id: 'Subscription' })
export type Subscription = z.infer<typeof Subscription>

export const UpdateSubscription = z.strictObject({ plan: z.enum(PLANS) }).meta({ id: 'UpdateSubscription' })
export type UpdateSubscription = z.infer<typeof UpdateSubscription>
