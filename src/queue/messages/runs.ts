import * as z from 'zod'

/** A run has ended whose starter asked to be called back. */
export const RunCallback = z.object({
  type: z.literal('run.callback'),
  runId: z.string(),
  /** Absent in messages of earlier code. */
  teamId: z.string().optional(),
  url: z.string(),
  body: z.json(),
})
export type RunCallback = z.infer<typeof RunCallback>

/** A run has failed whose workflow names another to be started then. */
export const RunFailed = z.object({
  type: z.literal('run.failed'),
  teamId: z.string(),
  runId: z.string(),
  workflowId: z.string().nullable(),
  workflowName: z.string(),
  errorWorkflowId: z.string(),
  error: z.json(),
  /** Absent in messages of earlier code. */
  startedBy: z.string().nullable().optional(),
  starters: z.array(z.string()).optional(),
  /** Of the failed run: the one that handles its error is one of the same family. */
  depth: z.int().optional(),
  family: z.object({ root: z.string(), most: z.int() }).optional(),
})
export type RunFailed = z.infer<typeof RunFailed>

/** A schedule has fired: its run is to be started, once for this trigger and this time. */
export const RunStart = z.object({
  type: z.literal('run.start'),
  teamId: z.string(),
  triggerId: z.string(),
  scheduledFor: z.int(),
  startAt: z.int().optional(),
})
export type RunStart = z.infer<typeof RunStart>

/** A run was deleted whose object did not answer: the rest of it is removed once it does. */
export const RunRemove = z.object({
  type: z.literal('run.remove'),
  runId: z.string(),
})
export type RunRemove = z.infer<typeof RunRemove>

/** Somebody's rights have ended, or those of all in a team: what follows runs with them is looked up when this is done. */
export const LiveRevoke = z.object({
  type: z.literal('live.revoke'),
  of: z.enum(['user', 'team']),
  id: z.string().min(1),
})
export type LiveRevoke = z.infer<typeof LiveRevoke>
