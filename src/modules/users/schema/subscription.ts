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
      agents: limit.describe('Agents of the team.'),
      integrations: limit,
      runsPerMonth: limit,
      concurrentRuns: limit,
      descendantRuns: z
        .int()
        .describe('How many further runs one start may cause through sub-workflows and error workflows.'),
      openTasks: limit.describe('Tasks that have not ended.'),
      storageBytes: limit,
      fileVersions: z.int().describe('How many versions of a file are kept.'),
      webhookEndpoints: limit,
      requestsPerMinute: z.int(),
      connectionsPerUser: z.int().describe('How many sockets and streams a user may have open.'),
      mailsPerDay: z.int(),
    }),
    usage: z.strictObject({
      /** Null for a shared team, because the personal team's plan limits how many teams a user can own. */
      teams: z.int().nullable(),
      membersPerTeam: z.int(),
      /** The highest number that any member has. The limit is per member. */
      apiKeys: z.int(),
      workflows: z.number(),
      agents: z.int().describe('Agents of the team.'),
      integrations: z.int(),
      runsPerMonth: z.number(),
      concurrentRuns: z.number(),
      openTasks: z.number(),
      storageBytes: z.number(),
      webhookEndpoints: z.int(),
    }),
  })
  .meta({ id: 'Subscription' })
export type Subscription = z.infer<typeof Subscription>

export const UpdateSubscription = z.strictObject({ plan: z.enum(PLANS) }).meta({ id: 'UpdateSubscription' })
export type UpdateSubscription = z.infer<typeof UpdateSubscription>
