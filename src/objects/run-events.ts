// The events of a run as clients see them: a closed union. Invariant: each occurrence has one event. A failed attempt that is retried
// is `node.retrying`; `node.failed` is final.
import * as z from 'zod'
import type { Json } from '../core/json.ts'
import { RunCost } from './run-cost.ts'

const Data = z.unknown() as z.ZodType<Json>

const path = z.string().describe('The path of the node in the run.')

const attempt = z.int().describe('The attempt, from 1.')

const time = z.iso.datetime()

const by = z
  .string()
  .optional()
  .describe('The id of the user, or the part of the service, that requested it.')

const output = {
  output: Data.optional().describe('The output. Left out if it is larger than 16 KB.'),
  outputBytes: z.int().optional().describe('The size of the output, if it was left out.'),
}

const port = z.string().optional().describe('The port that the run continues at.')

const adopted = z.literal(true).optional().describe('Set if the outcome was taken from an earlier run.')

export const RunEventError = z
  .strictObject({
    code: z.string().describe('The error code.'),
    message: z.string().describe('The error message.'),
    path: z.string().optional().describe('The inner node that failed first, if any.'),
    retryable: z.boolean().optional().describe('False if another attempt cannot help.'),
    details: Data.optional().describe('More details, such as the response of a server.'),
  })
  .meta({ id: 'RunEventError' })

export type RunEventError = z.infer<typeof RunEventError>

export const TeamEvent = z.strictObject({
  id: z.string().describe('Its id.'),
  name: z.string().describe('Its name.'),
  at: time.describe('When the event was received.'),
})

const common = {
  seq: z.int().describe('The number of the event in its run, from 1 without gaps.'),
  at: time.describe('When it was recorded.'),
  progress: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('The progress at that time, in percent. Absent in events of older runs.'),
}

const event = <Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  description: string,
  shape: Shape,
) => z.strictObject({ type: z.literal(type), ...common, ...shape }).describe(description)

export const RunEvent = z
  .discriminatedUnion('type', [
    event('run.queued', 'The run is waiting to start.', {
      reason: z.string().describe('What it is waiting for: `start_at`, `gate` or `slot`.'),
    }),
    event('run.started', 'The run has started.', {
      parentRunId: z.string().optional().describe('The run that started this one.'),
      entry: z.string().optional().describe('The node that it starts at, if one was requested.'),
    }),
    event('run.waiting', 'The run has no active nodes and is waiting.', {}),
    event('run.running', 'The run has active nodes again.', {}),
    event('run.paused', 'The run was paused and starts no new nodes.', { by }),
    event('run.resumed', 'The run was resumed.', { by }),
    event('run.undoing', 'The run is undoing its effects, the last one first.', {
      count: z.int().describe('How many nodes will be undone.'),
    }),
    event('run.succeeded', 'The run has succeeded. Its last event.', output),
    event('run.failed', 'The run has failed. Its last event.', { error: RunEventError }),
    event('run.cancelled', 'The run was cancelled. Its last event.', {
      by,
      reason: z.string().optional().describe('The given reason.'),
    }),
    event('node.started', 'An attempt has started. Nodes that only compute do not have this event.', {
      path,
      attempt,
    }),
    event('node.expanded', 'The items of an `each` are known.', {
      path,
      attempt,
      count: z.int().describe('How many.'),
    }),
    event('node.progress', 'The node has reported progress.', {
      path,
      attempt,
      data: Data.optional().describe('The reported data. Left out if it is larger than 16 KB.'),
      dataBytes: z.int().optional().describe('The size of the data, if it was left out.'),
    }),
    event('node.waiting', 'The node is waiting.', {
      path,
      attempt,
      wait: z
        .strictObject({
          kind: z.enum(['timer', 'signal', 'approval', 'child']).describe('What it is waiting for.'),
          name: z
            .string()
            .optional()
            .describe('The name of the signal, or the id of the approval or of the run.'),
          until: time.optional().describe('When it stops waiting.'),
        })
        .describe('What it is waiting for, and until when.'),
    }),
    event('node.retrying', 'The node will be retried.', {
      path,
      attempt: attempt.describe('The number of the finished attempt, from 1.'),
      reason: z
        .enum(['failed', 'crashed', 'deferred', 'resolved'])
        .describe(
          '`failed`; `crashed`: the process was lost; `deferred`: a part of the service did not respond; `resolved`: a person requested it.',
        ),
      nextAt: time.describe('When the next attempt starts.'),
      error: RunEventError.optional().describe('Why the attempt failed.'),
    }),
    event('node.unknown', 'An `at-most-once` effect may have happened. A person must resolve it.', {
      path,
      error: RunEventError.optional().describe('The error, if there is one.'),
    }),
    event('node.succeeded', 'The node has succeeded.', {
      path,
      attempt: attempt.optional(),
      port,
      ...output,
      cost: RunCost.optional().describe('The cost of its model call.'),
      by: by.describe('The user who resolved a node whose outcome was unknown.'),
      event: TeamEvent.optional().describe('The event of the team that ended the wait.'),
      adopted,
    }),
    event('node.failed', 'The node has finally failed.', {
      path,
      attempt: attempt.optional(),
      port: port.describe('The port that the run continues at, if the failure is handled.'),
      error: RunEventError,
      adopted,
    }),
    event('node.skipped', 'The node does not run.', {
      path,
      reason: z
        .enum(['when', 'branch'])
        .describe('`when`: its condition was not true. `branch`: no taken branch leads to it.'),
    }),
    event('node.cancelled', 'The node was stopped.', { path }),
    event('items.settled', 'Items of an `each` that only computes are done.', {
      path,
      attempt,
      from: z.int().describe('The index of the first item, from 0.'),
      count: z.int().describe('How many.'),
      failed: z
        .array(z.strictObject({ item: z.int().describe('The item, from 0.'), error: RunEventError }))
        .optional()
        .describe('The failed items.'),
    }),
    event('signal.received', 'A signal or an event of the team has reached the run.', {
      name: z.string().describe('Its name.'),
      id: z.string().optional().describe('Its id, if it has one.'),
      data: Data.optional().describe('The data. Left out if it is larger than 16 KB.'),
      dataBytes: z.int().optional().describe('The size of the data, if it was left out.'),
    }),
    event('log', 'A message of a node, or a note that was sent to the run.', {
      level: z.enum(['info', 'warn', 'error']).describe('How important it is.'),
      message: z.string().describe('The message.'),
      path: path.optional(),
      by: by.describe('The user who sent the note.'),
      status: z.string().optional().describe('A status of the sender.'),
      data: Data.optional().describe('Additional data of the sender. Left out if it is larger than 16 KB.'),
      dataBytes: z.int().optional().describe('The size of the data, if it was left out.'),
    }),
  ])
  .meta({ id: 'RunEvent' })

export type RunEvent = z.infer<typeof RunEvent>

const modelDelta = {
  kind: z
    .enum(['text', 'reasoning', 'tool'])
    .describe('What the text is part of. `tool`: the arguments of a tool call, as JSON.'),
  text: z.string().describe('The next piece of text.'),
  id: z.string().optional().describe('The id of the tool call.'),
  name: z.string().optional().describe('The name of the tool.'),
}

/** A piece of a model's output while it is streamed. */
const ModelDelta = z.strictObject(modelDelta)

export type ModelDelta = z.infer<typeof ModelDelta>

export const RunDelta = z
  .strictObject({ type: z.literal('delta'), path, attempt, ...modelDelta })
  .describe(
    'A piece of a model’s output. It is sent while the model generates it and is never stored, so it has no number. The outcome of the node contains the whole output. Another attempt starts from the beginning.',
  )
  .meta({ id: 'RunDelta' })

export type RunDelta = z.infer<typeof RunDelta>

type Without<Event, Keys extends PropertyKey> = Event extends unknown ? Omit<Event, Keys> : never

/** The part of an event that comes from the log entry alone. The caller adds the number, the progress and stored outputs. */
export type RunEventBody = Without<RunEvent, 'seq' | 'at' | 'progress'>
