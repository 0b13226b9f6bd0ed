// Waits: timers, signals, approvals, child runs.
// W1. A waiting node holds no slot and at most one timer: the end of its wait or of its attempt, whichever is
//     earlier.
// W2. A signal that no node has taken is kept, so a signal that comes before its wait is not lost. An accepted signal
//     is never dropped for another: beyond `MAX_KEPT_SIGNALS`, the shell only accepts signals that a wait takes
//     immediately.
// W3. Nothing fires early: a timer that is not due, or is not the current one, changes nothing.
import type { Wait } from '../model/event.ts'
import { matchesEvent } from '../model/event-name.ts'
import type { Activation } from '../model/state.ts'
import { cancel, clearTimer, release, setStatus, setTimer } from './activation.ts'
import { failActivation } from './fail.ts'
import { settleOutcome, timedOut } from './outcome.ts'
import { makeReady } from './start.ts'
import { emit, type Turn } from './turn.ts'
import { addWaiter, waitersFor } from './waiters.ts'

export const MAX_KEPT_SIGNALS = 1_000

export function startWait(turn: Turn, activation: Activation, wait: Wait): void {
  const { state } = turn
  if (state.run.phase === 'failing') {
    activation.wait = wait
    release(turn, activation)
    setStatus(turn, activation, 'waiting')
    cancel(turn, activation, false)
    return
  }
  release(turn, activation)
  clearTimer(turn, activation)
  setStatus(turn, activation, 'waiting')
  activation.wait = wait
  activation.due = false
  const { deadline } = activation
  if (wait.until !== undefined && (deadline === undefined || wait.until <= deadline))
    setTimer(turn, activation, 'wait', wait.until)
  else if (deadline !== undefined) setTimer(turn, activation, 'timeout', deadline)
  if (wait.kind === 'signal' && wait.name !== undefined) listen(turn, activation, wait.name)
}

export function signalReceived(turn: Turn, name: string): void {
  const { state } = turn
  const { seq } = state.run
  state.signals.set(seq, name)
  for (const path of waitersFor(state, name)) {
    const { node, attempt } = state.activations.get(path)!
    turn.commands.push({ type: 'match_signals', path, node, attempt, signals: [seq] })
  }
}

export function keptSignals(turn: Pick<Turn, 'state'>, name: string): number[] {
  const seqs: number[] = []
  for (const [seq, kept] of turn.state.signals) if (matchesEvent(name, kept)) seqs.push(seq)
  return seqs
}

export function nodeTimerFired(turn: Turn, activation: Activation): void {
  const { kind } = activation.timer!
  activation.timer = null
  turn.changed.add(activation)
  if (kind === 'timeout') timedOut(turn, activation)
  else if (kind === 'retry') makeReady(turn, activation)
  else waitIsDue(turn, activation)
}

function waitIsDue(turn: Turn, activation: Activation): void {
  const onDue = activation.wait?.onDue ?? 'resume'
  const { path, node, attempt } = activation
  if (onDue === 'resume') {
    activation.due = true
    // The node may take long to look again.
    if (activation.deadline !== undefined) setTimer(turn, activation, 'timeout', activation.deadline)
    turn.commands.push({ type: 'resume_node', path, node, attempt })
  } else if ('error' in onDue) {
    const { error } = onDue
    failActivation(turn, activation, error)
  } else {
    const { port, output } = onDue
    emit(turn, {
      type: 'node.settled',
      path,
      attempt,
      status: 'succeeded',
      port,
      ...(output === undefined ? {} : { output }),
    })
    settleOutcome(turn, activation, port)
  }
}

function listen(turn: Turn, activation: Activation, name: string): void {
  const { path, node, attempt } = activation
  addWaiter(turn.state, name, path)
  const signals = keptSignals(turn, name)
  if (signals.length > 0) turn.commands.push({ type: 'match_signals', path, node, attempt, signals })
}
