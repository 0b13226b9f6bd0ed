import * as z from 'zod'

const time = z.iso.datetime()

export const UserStats = z
  .strictObject({
    memberSince: time,
    lastSignInAt: time.nullable(),
    lastActionAt: time.nullable(),
    teams: z.int(),
    ownedTeams: z.int(),
    activeSessions: z.int(),
    apiKeys: z.int(),
    /** This month's usage of the team that the request acts in. */
    team: z.strictObject({
      teamId: z.string(),
      period: z.string(),
      runs: z.number(),
      inputTokens: z.number(),
      outputTokens: z.number(),
      costUsd: z.number(),
    }),
  })
  .meta({ id: 'UserStats' })
export type UserStats = z.infer<typeof UserStats>
