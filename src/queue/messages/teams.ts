import * as z from 'zod'

/** Deletes what a deleted team has outside its own rows. `afterRunId` is where the previous turn stopped; empty at first. */
export const TeamPurge = z.object({
  type: z.literal('team.purge'),
  teamId: z.string().min(1),
  afterRunId: z.string(),
})
export type TeamPurge = z.infer<typeof TeamPurge>
