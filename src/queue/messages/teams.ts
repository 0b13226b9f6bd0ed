import * as z from 'zod'

/**
 * Deletes what a deleted team has outside its own rows. `afterRunId` is where the previous turn stopped; empty at first. `late`: the second
 * pass, for runs that reported to the index only after the team was deleted.
 */
export const TeamPurge = z.object({
  type: z.literal('team.purge'),
  teamId: z.string().min(1),
  afterRunId: z.string(),
  late: z.boolean().optional(),
})
export type TeamPurge = z.infer<typeof TeamPurge>
