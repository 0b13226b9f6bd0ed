import * as z from 'zod'

/** A run with a callback URL has ended. */
export const RunCallback = z.object({
  type: z.literal('run.callback'),
  runId: z.string(),
  /** Absent in messages of earlier releases. */
  teamId: z.string().optional(),
  url: z.string(),
  body: z.json(),
})
export type RunCallback = z.infer<typeof RunCallback>

/** A run has failed whose workflow has an error workflow. */
export const RunFailed = z.object({
  type: z.literal('run.failed'),
  teamId: z.string(),
  runId: z.string(),
  workflowId: z.string().nullable(),
  workflowName: z.string(),
  errorWorkflowId: z.string(),
  error: z.json(),
  /** Absent in messages of earlier releases. */
  startedBy: z.string().nullable().optional(),
  starters: z.array(z.string()).optional(),
  /** The family of the failed run, which the run of the error workflow joins. */
  depth: z.int().optional(),
  family: z.object({ root: z.string(), most: z.int() }).optional(),
})
export type RunFailed = z.infer<typeof RunFailed>

/** A schedule has fired: starts its run, once for this trigger and time. */
export const RunStart = z.object({
  type: z.literal('run.start'),
  teamId: z.string(),
  triggerId: z.string(),
  scheduledFor: z.int(),
  startAt: z.int().optional(),
  /** When the fire was claimed. Later than `scheduledFor` if the fire was missed. Absent in messages of earlier releases. */
  claimedAt: z.int().optional(),
})
export type RunStart = z.infer<typeof RunStart>

/** A deleted run's object did not respond. The rest of it is removed once it does. */
export const RunRemove = z.object({
  type: z.literal('run.remove'),
  runId: z.string(),
})
export type RunRemove = z.infer<typeof RunRemove>

/** The rights of a user, or of everybody in a team, have ended. The handler looks up the affected followers. */
export const LiveRevoke = z.object({
  type: z.literal('live.revoke'),
  of: z.enum(['user', 'team']),
  id: z.string().min(1),
})
export type LiveRevoke = z.infer<typeof LiveRevoke>
