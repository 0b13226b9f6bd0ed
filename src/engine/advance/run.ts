// The life of the run.
// R1. A terminal run is final: it accepts nothing and emits nothing.
// R2. A cancel aborts immediately. A run that fails drains first.
import { RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from '../model/command.ts'
import type { Fact } from '../model/event.ts'
import { cancelOpen } from './cancel.ts'
import { type Cancel, endRun } from './ending.ts'
import { failRun } from './fail.ts'
import { runSettled } from './frame.ts'
import { mayBegin, startAllQueued, startAt, startScope } from './start.ts'
import type { Turn } from './turn.ts'
import { startUndo, undoNext } from './undo.ts'

export function startRun(turn: Turn, fact: Extract<Fact, { type: 'run.started' }>): void {
  const { run } = turn.state
  run.runId = fact.runId
  run.keyRoot = fact.keyRoot
  run.mode = fact.mode ?? 'start'
  run.parentRunId = fact.parentRunId ?? null
  run.generations = fact.generations ?? {}
  run.startedAt = turn.now
  run.phase = 'active'
  run.left = turn.plan.scopes[0]!.units
  if (turn.plan.deadlineMs > 0) {
    run.deadlineAt = turn.now + turn.plan.deadlineMs
    turn.commands.push({ type: 'set_timer', key: RUN_DEADLINE, at: run.deadlineAt })
  }
  if (fact.error !== undefined) failRun(turn, fact.error)
  else if (run.mode === 'compensate') startUndo(turn)
  else if (run.left === 0) runSettled(turn)
  else if (fact.entry !== undefined) startAt(turn, fact.entry)
  else startScope(turn, 0, '')
}

export function collected(turn: Turn, fact: Extract<Fact, { type: 'run.collected' }>): void {
  if (fact.error) {
    failRun(turn, fact.error)
    return
  }
  turn.state.run.turns--
  endRun(turn, 'succeeded')
}

export function pause(turn: Turn): void {
  turn.state.run.paused = true
}

export function resume(turn: Turn): void {
  turn.state.run.paused = false
  continueRun(turn)
}

/** The run has a slot at its gate again. */
export function admit(turn: Turn): void {
  turn.state.run.held = false
  continueRun(turn)
}

function continueRun(turn: Turn): void {
  if (mayBegin(turn)) startAllQueued(turn)
  if (turn.state.run.phase === 'undoing') undoNext(turn)
}

export function runTimerFired(turn: Turn, key: string): void {
  const { run } = turn.state
  if (key === RUN_DRAIN) {
    run.drainAt = null
    cancelOpen(turn)
  } else if (key === RUN_TIMEOUT) {
    run.timeoutAt = null
    failRun(turn, { code: 'run.timeout', message: 'The run exceeded its timeout', retryable: false })
  } else {
    run.deadlineAt = null
    failRun(turn, { code: 'run.deadline', message: 'The deadline of the run has passed', retryable: false })
  }
}

export function cancelRun(turn: Turn, cancel: Cancel): void {
  cancelOpen(turn)
  endRun(turn, 'cancelled', cancel)
}
