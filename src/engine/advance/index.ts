// The core of the engine: takes one fact, and returns changes and commands.
// C1. Pure, except that it changes the state in place: no clock, no randomness, no I/O. The same facts give the same
//     state.
// C2. The cost of a fact depends on the edges that it affects, not on the size of the run. Only the end of a run
//     looks at all open activations.
// C3. `seq` has no gaps. A fact that is not accepted takes no number. A late outcome takes one, and changes nothing
//     else except the recorded cost.
import type { Command } from '../model/command.ts'
import type { Fact, RunEvent } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import type { Activation, RegionState, RunState } from '../model/state.ts'
import type { Usage } from '../model/usage.ts'
import { accepts } from './accept.ts'
import { settle } from './activation.ts'
import { expanded, itemsSettled } from './each.ts'
import { drainWork } from './follow.ts'
import { attemptFailed, crashed, deferred, givenUp, resolved, succeeded } from './outcome.ts'
import { admit, cancelRun, collected, pause, resume, runTimerFired, startRun } from './run.ts'
import { spend } from './spend.ts'
import { startQueued } from './start.ts'
import { refreshStatus } from './status.ts'
import { emit, newTurn, record, type Turn } from './turn.ts'
import { startUndo } from './undo.ts'
import { nodeTimerFired, signalReceived, startWait } from './wait.ts'

/**
 * The rows to write, as live objects of the state: encode them before the next call. The run row changes with each
 * event.
 */
export interface Changes {
  readonly activations: ReadonlySet<Activation>
  readonly regions: ReadonlySet<RegionState>
}

export interface Step {
  /** False if the fact was stale. Then there are no events, except a possible `node.late`. */
  readonly accepted: boolean
  readonly events: readonly RunEvent[]
  readonly changes: Changes
  readonly commands: readonly Command[]
}

export function advance(plan: Plan, state: RunState, fact: Fact, now: number): Step {
  const turn = newTurn(plan, state, now)
  const verdict = accepts(plan, state, fact, now)
  if (verdict === 'yes') {
    const before = state.run.status
    record(turn, fact)
    count(turn, fact)
    apply(turn, fact)
    settleAll(turn)
    refreshStatus(turn, before)
  } else if (verdict === 'late' && 'attempt' in fact) {
    const { path, attempt, type: outcome } = fact
    const usage = count(turn, fact)
    emit(turn, { type: 'node.late', path, attempt, outcome, ...(usage === undefined ? {} : { usage }) })
  }
  return {
    accepted: verdict === 'yes',
    events: turn.events,
    changes: { activations: turn.changed, regions: turn.changedRegions },
    commands: turn.commands,
  }
}

/** Undefined if there is no usage to count, or it was counted before. */
function count(turn: Turn, fact: Fact): Usage | undefined {
  if (!('usage' in fact) || fact.usage === undefined) return undefined
  const changed = spend(turn.state, fact.path, fact.attempt, fact.usage)
  for (const activation of changed) turn.changed.add(activation)
  return changed.length === 0 ? undefined : fact.usage
}

function settleAll(turn: Turn): void {
  const { run } = turn.state
  drainWork(turn)
  startQueued(turn)
  while (turn.work.length > 0) {
    drainWork(turn)
    startQueued(turn)
  }
  if (run.phase === 'failing' && run.slots === 0) startUndo(turn)
}

function apply(turn: Turn, fact: Fact): void {
  const { state } = turn
  switch (fact.type) {
    case 'run.queued':
    case 'log':
    case 'node.progress':
      return
    case 'run.adopted':
      for (const outcome of fact.outcomes) state.adopted.set(outcome.path, outcome)
      return
    case 'run.started':
      startRun(turn, fact)
      return
    case 'run.paused':
      pause(turn)
      return
    case 'run.resumed':
      resume(turn)
      return
    case 'run.yielded':
      state.run.held = true
      return
    case 'run.admitted':
      admit(turn)
      return
    case 'run.cancel_requested':
      cancelRun(turn, fact)
      return
    case 'run.collected':
      collected(turn, fact)
      return
    case 'signal.received':
      signalReceived(turn, fact.name)
      return
    case 'timer.fired': {
      const activation = state.activations.get(fact.key)
      if (activation) nodeTimerFired(turn, activation)
      else runTimerFired(turn, fact.key)
      return
    }
  }
  const activation = state.activations.get(fact.path)!
  switch (fact.type) {
    case 'node.expanded':
      expanded(turn, activation, fact.count)
      return
    case 'node.succeeded':
      succeeded(turn, activation, fact)
      return
    case 'node.failed':
      if (fact.givenUp) givenUp(turn, activation, fact.error)
      else attemptFailed(turn, activation, fact.error)
      return
    case 'node.declined':
      settle(turn, activation, 'skipped')
      return
    case 'node.waiting':
      startWait(turn, activation, fact.wait)
      return
    case 'node.crashed':
      crashed(turn, activation, fact)
      return
    case 'node.deferred':
      deferred(turn, activation, fact.delayMs)
      return
    case 'node.resolved':
      resolved(turn, activation, fact)
      return
    case 'items.settled':
      itemsSettled(turn, activation, fact.count, fact.failed ?? [])
      return
  }
}
