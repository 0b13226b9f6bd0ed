import * as z from 'zod'
import { PLANS } from '../../../core/plans.ts'

const limit = z.int().nullable()

export const Subscription = z
  .strictObject({
    teamId: z.string(),
    plan: z.enum(PLANS),
    /** Whether the caller may change the plan with PUT. */
    changeable: z.boolean(),
    /** Null is no limit. */
    limits: z.strictObject({
      teams: limit,
      membersPerTeam: limit,
      apiKeys: limit,
      workflows: limit,
      runsPerMonth: limit,
      concurrentRuns: limit,
      descendantRuns: z
        .int()
        .describe('How many runs one start may lead to, by sub-workflows and error workflows.'),
      storageBytes: limit,
      requestsPerMinute: z.int(),
      mailsPerDay: z.int(),
    }),
    usage: z.strictObject({
      /** Null for a shared team: how many teams one may own follows from the personal team's plan. */
      teams: z.int().nullable(),
      membersPerTeam: z.int(),
      /** The most that any one member has: the limit is per member. */
      apiKeys: z.int(),
      workflows: z.number(),
      runsPerMonth: z.number(),
      concurrentRuns: z.number(),
      storageBytes: z.number(),
    }),
  })
  .meta({ id: 'Subscription' })
export type Subscription = z.infer<typeof Subscription>

export const ChangePlan = z.strictObject({ plan: z.enum(PLANS) }).meta({ id: 'ChangePlan' })
export type ChangePlan = z.infer<typeof ChangePlan>
