// What travels in a queue is only the id of an outbox row: the row holds the body, and is the truth.
import * as z from 'zod'

export const QueueEnvelope = z.object({ outboxId: z.string(), requestId: z.string() })
export type QueueEnvelope = z.infer<typeof QueueEnvelope>

export const MailSend = z.object({
  type: z.literal('mail.send'),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string().optional(),
})

/** Objects in R2 that no row names any more. A prefix ends in `/`, so that none can be the start of another's. */
export const StorageDelete = z.object({
  type: z.literal('storage.delete'),
  keys: z.array(z.string().min(1)).max(1000),
  prefixes: z.array(z.string().regex(/^[^/]+\/.*[^/]\/$/)),
})

/** What a deleted team has outside its own rows; `afterRunId` is where the turn before stopped, empty at first. */
export const TeamPurge = z.object({
  type: z.literal('team.purge'),
  teamId: z.string().min(1),
  afterRunId: z.string(),
})

/** A run has ended whose starter asked to be called back. */
export const RunCallback = z.object({
  type: z.literal('run.callback'),
  runId: z.string(),
  url: z.string(),
  body: z.json(),
})

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

/** A schedule has fired: its run is to be started, once for this trigger and this time. */
export const RunStart = z.object({
  type: z.literal('run.start'),
  teamId: z.string(),
  triggerId: z.string(),
  scheduledFor: z.int(),
  startAt: z.int().optional(),
})

/** A run was deleted whose object did not answer: what is left of it goes when it does. */
export const RunRemove = z.object({
  type: z.literal('run.remove'),
  runId: z.string(),
})

/** An event was taken in: the runs that it starts stand in its row. */
export const EventDispatch = z.object({
  type: z.literal('event.dispatch'),
  teamId: z.string(),
  eventId: z.string(),
})

/** An event is to reach the runs that wait for it: those with this key, from behind a run on, or one run that did not answer. */
export const EventDeliver = z.object({
  type: z.literal('event.deliver'),
  teamId: z.string(),
  eventId: z.string(),
  after: z.object({ key: z.string(), runId: z.string() }).optional(),
  runId: z.string().optional(),
})

/** A person has decided by a link, which is spent: the word must reach the run. */
export const ApprovalDecide = z.object({
  type: z.literal('approval.decide'),
  runId: z.string(),
  decide: z.object({
    approvalId: z.string(),
    by: z.string(),
    decision: z.enum(['approve', 'reject']),
    comment: z.string().nullable(),
    data: z.json(),
    isStarter: z.boolean(),
  }),
})

/** Somebody's rights have ended, or those of all in a team: what follows runs with them is looked up when this is done. */
export const LiveRevoke = z.object({
  type: z.literal('live.revoke'),
  of: z.enum(['user', 'team']),
  id: z.string().min(1),
})
export type LiveRevoke = z.infer<typeof LiveRevoke>

export const QueueMessage = z.discriminatedUnion('type', [
  ApprovalDecide,
  EventDispatch,
  EventDeliver,
  LiveRevoke,
  RunStart,
  RunCallback,
  RunFailed,
  RunRemove,
  MailSend,
  StorageDelete,
  TeamPurge,
])
export type QueueMessage = z.infer<typeof QueueMessage>
