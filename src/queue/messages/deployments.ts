import * as z from 'zod'

/** A deployment was created, and its run must start, even if the request was interrupted. */
export const DeploymentStart = z.object({
  type: z.literal('deployment.start'),
  teamId: z.string(),
  deploymentId: z.string(),
})
export type DeploymentStart = z.infer<typeof DeploymentStart>

/** The run of a deployment has ended. */
export const DeploymentEnded = z.object({
  type: z.literal('deployment.ended'),
  teamId: z.string(),
  deploymentId: z.string(),
  runId: z.string(),
  status: z.enum(['succeeded', 'failed', 'cancelled']),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** A user's id, or the part of the system that cancelled it. */
  cancelledBy: z.string().nullable(),
})
export type DeploymentEnded = z.infer<typeof DeploymentEnded>
