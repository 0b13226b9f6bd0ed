// The attempts of a node, read from the event log: each with its times and its error.
import { toIso } from '../../../src/core/clock.ts'
import type { Json } from '../../../src/core/json.ts'
import type { NodeError, RunEvent } from '../../../src/engine/model/event.ts'
import type { AttemptView } from '../../../src/objects/workflow-run.ts'
import type { RunStore } from '../rows/store.ts'

/** Only the newest: a node that is deferred while a binding is down starts again and again. */
const MAX_ATTEMPTS = 200
const MAX_EVENTS = 2_000

export function attemptsOf(store: RunStore, path: string): AttemptView[] {
  const attempts = new Map<number, AttemptView>()
  let timedOut = false
  const at = (attempt: number): AttemptView => {
    const known = attempts.get(attempt)
    if (known) return known
    const view: AttemptView = { attempt, startedAt: null, finishedAt: null, error: null }
    attempts.set(attempt, view)
    return view
  }
  const finish = (attempt: number, event: RunEvent, error?: NodeError): void => {
    const view = at(attempt)
    if (view.finishedAt !== null) return
    view.finishedAt = toIso(event.at)
    // Work that is computed inside its turn has no start event.
    view.startedAt ??= view.finishedAt
    view.error = (error ?? null) as unknown as Json
  }
  const newest = (): number => Math.max(1, ...attempts.keys())

  for (const event of store.readEventsOf(path, MAX_EVENTS)) {
    switch (event.type) {
      case 'timer.fired':
        timedOut = true
        continue
      case 'node.started':
        at(event.attempt).startedAt = toIso(event.at)
        break
      case 'node.waiting':
        at(event.attempt).startedAt ??= toIso(event.at)
        break
      case 'node.succeeded':
      case 'node.declined':
        finish(event.attempt, event)
        break
      case 'node.failed':
        finish(event.attempt, event, event.error)
        break
      case 'node.crashed':
        finish(event.attempt, event, { code: 'node.crashed', message: 'The process was lost' })
        break
      case 'node.deferred':
        finish(event.attempt, event, {
          code: 'node.deferred',
          message: event.reason ?? 'A part of the platform did not answer',
        })
        break
      case 'node.retrying':
        if (timedOut) finish(event.attempt, event, TIMEOUT)
        break
      case 'node.settled':
        if (event.adopted !== true) finish(newest(), event, event.error)
        break
      case 'node.cancelled':
        if (attempts.size > 0) finish(newest(), event, CANCELLED)
        break
    }
    timedOut = false
  }
  return [...attempts.values()].slice(-MAX_ATTEMPTS)
}

const TIMEOUT: NodeError = { code: 'node.timeout', message: 'The node did not finish in time' }
const CANCELLED: NodeError = { code: 'node.cancelled', message: 'The node was cancelled' }
