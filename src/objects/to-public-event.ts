// How an entry of a run's own log becomes an event for clients. Invariants:
// 1. Internal entries of the engine (timers, keys, generations, late outcomes) are never events.
// 2. Whether an entry is an event depends only on the entry, so the numbers of events never change.
import type * as z from 'zod'
import { toIso } from '../core/clock.ts'
import type { Json } from '../core/json.ts'
import type { RunEvent as LogEntry, NodeError } from '../engine/model/event.ts'
import { runCost } from './run-cost.ts'
import { type RunEventBody, type RunEventError, TeamEvent } from './run-events.ts'

export const MAX_INLINE_CHARS = 16_384

/** The public event for an entry of the log; null for internal entries. */
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
    // The entry that follows each of these contains the result and is the event.
    case 'node.failed':
    case 'node.crashed':
    case 'node.deferred':
    case 'run.cancel_requested':
    case 'run.failing':
    case 'run.adopted':
    case 'run.collected':
    case 'timer.fired':
      return null
    // Internal entries of the engine.
    case 'run.yielded':
    case 'run.admitted':
    case 'node.late':
      return null
  }
}

/** Whether `toPublicEvent` returns an event, without building it. */
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

/** Old logs may have another form of the event. */
function endedBy(detail: Json | undefined): { event?: z.infer<typeof TeamEvent> } {
  const event = TeamEvent.safeParse((detail as { event?: Json } | undefined)?.event)
  return event.success ? { event: event.data } : {}
}

/** Data that is too large for an event is replaced by its size. */
function inline(data: Json | undefined): { data?: Json; dataBytes?: number } {
  if (data === undefined) return {}
  const { length } = JSON.stringify(data)
  return length > MAX_INLINE_CHARS ? { dataBytes: length } : { data }
}

const isLevel = (level: string): level is 'info' | 'warn' | 'error' =>
  level === 'info' || level === 'warn' || level === 'error'

/** Removes undefined fields. */
function given<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }
}
