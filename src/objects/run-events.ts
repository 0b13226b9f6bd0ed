// The events of a run as clients see them: the closed union, and how an entry of the run's own log becomes one of them. Invariants:
// 1. One event for one occurrence. A failed attempt that is tried again is `node.retrying`; `node.failed` is final.
// 2. What only the engine needs (timers, keys, generations, late outcomes) is never an event.
// 3. Whether an entry is an event depends on the entry alone, so the numbers of events never change.
import * as z from 'zod'
import { toIso } from '../core/clock.ts'
import type { Json } from '../core/json.ts'
import type { RunEvent as LogEntry, NodeError } from '../engine/model/event.ts'
import { RunCost, runCost } from './run-cost.ts'

const Data = z.unknown() as z.ZodType<Json>
const path = z.string().describe('The path of the node in the run.')
const attempt = z.int().describe('The attempt, from 1.')
const time = z.iso.datetime()
const by = z
  .string()
  .optional()
  .describe('The id of the user, or the part of the service, that asked for it.')
const output = {
  output: Data.optional().describe('The output. One of more than 16 KB is left out.'),
  outputBytes: z.int().optional().describe('The size of an output that is left out.'),
}
const port = z.string().optional().describe('The port that the run goes on at.')
const adopted = z.literal(true).optional().describe('The outcome was taken over from an earlier run.')

export const RunEventError = z
  .strictObject({
    code: z.string().describe('What went wrong, from the list of errors.'),
    message: z.string().describe('The same in words.'),
    path: z.string().optional().describe('The node that failed first, when the error comes from inside.'),
    retryable: z.boolean().optional().describe('False when another attempt cannot help.'),
    details: Data.optional().describe('More about it, such as the answer of a server.'),
  })
  .meta({ id: 'RunEventError' })
export type RunEventError = z.infer<typeof RunEventError>

const TeamEvent = z.strictObject({
  id: z.string().describe('Its id.'),
  name: z.string().describe('Its name.'),
  at: time.describe('When it was accepted.'),
})

const common = {
  seq: z.int().describe('The number of the event in its run, from 1 without gaps.'),
  at: time.describe('When it was recorded.'),
  progress: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('How much of the work was done then, in percent. Absent in events of older runs.'),
}

const event = <Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  description: string,
  shape: Shape,
) => z.strictObject({ type: z.literal(type), ...common, ...shape }).describe(description)

export const RunEvent = z
  .discriminatedUnion('type', [
    event('run.queued', 'The run waits to begin.', {
      reason: z.string().describe('What it waits for: `start_at`, `gate` or `slot`.'),
    }),
    event('run.started', 'The run begins.', {
      parentRunId: z.string().optional().describe('The run that started this one.'),
      entry: z.string().optional().describe('The node that it starts at, where one was named.'),
    }),
    event('run.waiting', 'Nothing is at work; the run waits.', {}),
    event('run.running', 'Something is at work again.', {}),
    event('run.paused', 'The run starts nothing new.', { by }),
    event('run.resumed', 'The run goes on.', { by }),
    event('run.undoing', 'Effects are undone, the last one first.', {
      count: z.int().describe('How many nodes are undone.'),
    }),
    event('run.succeeded', 'The run has succeeded. Its last event.', output),
    event('run.failed', 'The run has failed. Its last event.', { error: RunEventError }),
    event('run.cancelled', 'The run was cancelled. Its last event.', {
      by,
      reason: z.string().optional().describe('The reason that was given.'),
    }),
    event('node.started', 'An attempt begins. Nodes that only compute have no such event.', {
      path,
      attempt,
    }),
    event('node.expanded', 'The items of an `each` are known.', {
      path,
      attempt,
      count: z.int().describe('How many.'),
    }),
    event('node.progress', 'The node says how far it is.', {
      path,
      attempt,
      data: Data.optional().describe('What it says. More than 16 KB is left out.'),
      dataBytes: z.int().optional().describe('The size of data that is left out.'),
    }),
    event('node.waiting', 'The node waits.', {
      path,
      attempt,
      wait: z
        .strictObject({
          kind: z.enum(['timer', 'signal', 'approval', 'child']).describe('What it waits for.'),
          name: z
            .string()
            .optional()
            .describe('The name of the signal, or the id of the approval or of the run.'),
          until: time.optional().describe('When it stops waiting.'),
        })
        .describe('What it waits for, and until when.'),
    }),
    event('node.retrying', 'The node will be tried again.', {
      path,
      attempt: attempt.describe('The attempt that is over, from 1.'),
      reason: z
        .enum(['failed', 'crashed', 'deferred', 'resolved'])
        .describe(
          '`failed`; `crashed`: lost with its process; `deferred`: a part of the service did not answer; `resolved`: a person asked for it.',
        ),
      nextAt: time.describe('When the next attempt starts.'),
      error: RunEventError.optional().describe('Why the attempt failed.'),
    }),
    event('node.unknown', 'An `at-most-once` effect may have happened. A person has to resolve it.', {
      path,
      error: RunEventError.optional().describe('What is known of it.'),
    }),
    event('node.succeeded', 'The node has succeeded.', {
      path,
      attempt: attempt.optional(),
      port,
      ...output,
      cost: RunCost.optional().describe('What its model call has cost.'),
      by: by.describe('The user who resolved a node whose outcome was unknown.'),
      event: TeamEvent.optional().describe('The event of the team that ended the wait.'),
      adopted,
    }),
    event('node.failed', 'The node has failed for good.', {
      path,
      attempt: attempt.optional(),
      port: port.describe('The port that the run goes on at, when the failure is handled.'),
      error: RunEventError,
      adopted,
    }),
    event('node.skipped', 'The node does not run.', {
      path,
      reason: z
        .enum(['when', 'branch'])
        .describe('`when`: its condition was not true. `branch`: no branch leads to it any more.'),
    }),
    event('node.cancelled', 'The node was stopped.', { path }),
    event('items.settled', 'Items of an `each` that only computes are done.', {
      path,
      attempt,
      from: z.int().describe('The first of them, from 0.'),
      count: z.int().describe('How many.'),
      failed: z
        .array(z.strictObject({ item: z.int().describe('The item, from 0.'), error: RunEventError }))
        .optional()
        .describe('Those that failed.'),
    }),
    event('signal.received', 'A signal or an event of the team has reached the run.', {
      name: z.string().describe('Its name.'),
      id: z.string().optional().describe('Its id, where it has one.'),
      data: Data.optional().describe('Its data. More than 16 KB is left out.'),
      dataBytes: z.int().optional().describe('The size of data that is left out.'),
    }),
    event('log', 'A message of a node, or a note that somebody has sent to the run.', {
      level: z.enum(['info', 'warn', 'error']).describe('How important it is.'),
      message: z.string().describe('The message.'),
      path: path.optional(),
      by: by.describe('The user who sent the note.'),
      status: z.string().optional().describe('A status of the sender.'),
      data: Data.optional().describe('What the sender added. More than 16 KB is left out.'),
      dataBytes: z.int().optional().describe('The size of data that is left out.'),
    }),
  ])
  .meta({ id: 'RunEvent' })
export type RunEvent = z.infer<typeof RunEvent>

const modelDelta = {
  kind: z
    .enum(['text', 'reasoning', 'tool'])
    .describe('What the text belongs to: `tool` are arguments of a call, as JSON.'),
  text: z.string().describe('What has come.'),
  id: z.string().optional().describe('The id of the tool call.'),
  name: z.string().optional().describe('The name of its tool.'),
}
/** A piece of what a model says, as it comes. */
const ModelDelta = z.strictObject(modelDelta)
export type ModelDelta = z.infer<typeof ModelDelta>

export const RunDelta = z
  .strictObject({ type: z.literal('delta'), path, attempt, ...modelDelta })
  .describe(
    'A piece of what a model says. It is sent while it comes and never stored, so it has no number: the outcome of the node has all of it. Another attempt begins anew.',
  )
  .meta({ id: 'RunDelta' })
export type RunDelta = z.infer<typeof RunDelta>

type Without<Event, Keys extends PropertyKey> = Event extends unknown ? Omit<Event, Keys> : never
/** What an entry of the log says by itself. Its number, the progress and stored outputs are added by whoever has them. */
export type RunEventBody = Without<RunEvent, 'seq' | 'at' | 'progress'>

export const MAX_INLINE_CHARS = 16_384

/** The event that clients see for an entry of the log; null for what only the engine needs. */
export function toPublicEvent(entry: LogEntry): RunEventBody | null {
  switch (entry.type) {
    case 'run.queued':
      return { type: 'run.queued', reason: String(entry.reason ?? 'gate') }
    case 'run.started': {
      const { parentRunId, entry: node } = entry
      return { type: 'run.started', ...given({ parentRunId, entry: node }) }
    }
    case 'run.paused':
    case 'run.resumed':
      return { type: entry.type, ...given({ by: entry.by }) }
    case 'run.waiting':
    case 'run.running':
    case 'run.succeeded':
      return { type: entry.type }
    case 'run.undoing':
      return { type: 'run.undoing', count: entry.count }
    case 'run.failed':
      return { type: 'run.failed', error: toPublicError(entry.error) }
    case 'run.cancelled':
      return { type: 'run.cancelled', ...given({ by: entry.by, reason: entry.reason }) }
    case 'node.started':
      return { type: 'node.started', path: entry.path, attempt: entry.attempt }
    case 'node.expanded': {
      const { path, attempt, count } = entry
      return count === undefined ? null : { type: 'node.expanded', path, attempt, count }
    }
    case 'node.progress': {
      const { path, attempt } = entry
      return { type: 'node.progress', path, attempt, ...inline(entry.data) }
    }
    case 'node.waiting': {
      const { path, attempt, wait } = entry
      const until = wait.until === undefined ? undefined : toIso(wait.until)
      return {
        type: 'node.waiting',
        path,
        attempt,
        wait: { kind: wait.kind, ...given({ name: wait.name, until }) },
      }
    }
    case 'node.retrying': {
      const { path, attempt, reason, nextAt, error } = entry
      return { type: 'node.retrying', path, attempt, reason, nextAt: toIso(nextAt), ...failure(error) }
    }
    case 'node.unknown':
      return { type: 'node.unknown', path: entry.path, ...failure(entry.error) }
    case 'node.succeeded': {
      const { path, attempt, port, detail, usage } = entry
      const cost = usage === undefined ? undefined : runCost(usage)
      return { type: 'node.succeeded', path, attempt, ...given({ port, cost }), ...endedBy(detail) }
    }
    case 'node.resolved': {
      const { path, attempt, port, outcome, by } = entry
      return outcome === 'succeeded'
        ? { type: 'node.succeeded', path, attempt, ...given({ port, by }) }
        : null
    }
    case 'node.settled': {
      const { path, status, adopted, attempt } = entry
      const rest = { path, ...given({ port: entry.port ?? undefined, adopted, attempt }) }
      if (status === 'succeeded') return { type: 'node.succeeded', ...rest }
      return { type: 'node.failed', ...rest, error: toPublicError(entry.error ?? NO_ERROR) }
    }
    case 'node.declined':
      return { type: 'node.skipped', path: entry.path, reason: 'when' }
    case 'node.skipped':
      return { type: 'node.skipped', path: entry.path, reason: 'branch' }
    case 'node.cancelled':
      return { type: 'node.cancelled', path: entry.path }
    case 'items.settled': {
      const { path, attempt, from, count, failed } = entry
      const items = failed?.map(({ item, error }) => ({ item, error: toPublicError(error) }))
      return { type: 'items.settled', path, attempt, from, count, ...given({ failed: items }) }
    }
    case 'signal.received':
      return { type: 'signal.received', name: entry.name, ...given({ id: entry.id }), ...inline(entry.data) }
    case 'log': {
      const { level, message, path, by, status, data } = entry
      return {
        type: 'log',
        level: isLevel(level) ? level : 'info',
        message,
        ...given({ path, by, status }),
        ...inline(data),
      }
    }
    // Each is followed by an entry that says what came of it, which is the event.
    case 'node.failed':
    case 'node.crashed':
    case 'node.deferred':
    case 'run.cancel_requested':
    case 'run.failing':
    case 'run.adopted':
    case 'run.collected':
    case 'timer.fired':
      return null
    // What only the engine needs.
    case 'run.yielded':
    case 'run.admitted':
    case 'node.late':
      return null
  }
}

/** The same question as whether `toPublicEvent` gives one, without making it. */
export function isPublic(entry: LogEntry): boolean {
  if (entry.type === 'node.expanded') return entry.count !== undefined
  if (entry.type === 'node.resolved') return entry.outcome === 'succeeded'
  return !INTERNAL.has(entry.type)
}

const INTERNAL: ReadonlySet<LogEntry['type']> = new Set<LogEntry['type']>([
  'node.failed',
  'node.crashed',
  'node.deferred',
  'node.late',
  'run.cancel_requested',
  'run.failing',
  'run.adopted',
  'run.collected',
  'run.yielded',
  'run.admitted',
  'timer.fired',
])

const NO_ERROR: NodeError = { code: 'node.failed', message: 'The node failed' }

export function toPublicError({ code, message, cause, retryable, details }: NodeError): RunEventError {
  return { code, message, ...given({ path: cause, retryable, details }) }
}

const failure = (error: NodeError | undefined): { error?: RunEventError } =>
  error === undefined ? {} : { error: toPublicError(error) }

/** An old log may name the event in another form. */
function endedBy(detail: Json | undefined): { event?: z.infer<typeof TeamEvent> } {
  const event = TeamEvent.safeParse((detail as { event?: Json } | undefined)?.event)
  return event.success ? { event: event.data } : {}
}

/** Data that is too large for an event is only measured. */
function inline(data: Json | undefined): { data?: Json; dataBytes?: number } {
  if (data === undefined) return {}
  const { length } = JSON.stringify(data)
  return length > MAX_INLINE_CHARS ? { dataBytes: length } : { data }
}

const isLevel = (level: string): level is 'info' | 'warn' | 'error' =>
  level === 'info' || level === 'warn' || level === 'error'

/** Without the fields that are not there. */
function given<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }
}
