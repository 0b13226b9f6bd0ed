// The outcome of an attempt.
// O1. `failures` counts against the retry policy, `crashes` against its own limit, and a deferral against nothing.
// O2. An at-most-once effect with an unknown outcome is never retried automatically: it becomes `unknown`.
import type { Fact, NodeError } from '../model/event.ts'
import type { Activation } from '../model/state.ts'
import { abort, clearTimer, release, setStatus, setTimer, settle } from './activation.ts'
import { cancelInside, cancelTree } from './cancel.ts'
import { failActivation } from './fail.ts'
import { backoffMs, hashUnit, lossDelayMs, MAX_LOST_ATTEMPTS } from './retry.ts'
import { makeReady } from './start.ts'
import { emit, planNode, type Turn } from './turn.ts'

export function succeeded(
  turn: Turn,
  activation: Activation,
  { port, signal }: Pick<Extract<Fact, { type: 'node.succeeded' }>, 'port' | 'signal'>,
): void {
  if (signal !== undefined) turn.state.signals.delete(signal)
  const node = planNode(turn, activation)
  settleOutcome(turn, activation, port ?? (node.node.disabled ? node.firstPort : 'main'))
}

export function attemptFailed(turn: Turn, activation: Activation, error: NodeError): void {
  const { retry, atMostOnce } = planNode(turn, activation)
  const isWork = activation.stage === 'work'
  if (isWork && atMostOnce && error.outcomeUnknown) {
    settleUnknown(turn, activation, error)
    return
  }
  activation.failures++
  const again = isWork && retry !== null && activation.failures < retry.attempts && error.retryable !== false
  if (!again || !mayTryAgain(turn, activation)) {
    failActivation(turn, activation, error)
    return
  }
  const jitter = hashUnit(activation.path, activation.failures)
  activation.error = error
  const delayMs = backoffMs(retry, activation.failures, jitter, error.retryAfterMs)
  tryAgain(turn, activation, 'failed', delayMs, error)
}

/** Stops the work of the activation. Its open body or items end with it, or with the handler of its failure. */
export function givenUp(turn: Turn, activation: Activation, error: NodeError): void {
  const mayHaveHappened = activation.holds === 'slot' && planNode(turn, activation).atMostOnce
  abort(turn, activation)
  if (turn.state.run.phase !== 'active') cancelInside(turn, activation)
  failActivation(turn, activation, mayHaveHappened ? { ...error, outcomeUnknown: true } : error)
}

export function crashed(
  turn: Turn,
  activation: Activation,
  { isBystander }: Pick<Extract<Fact, { type: 'node.crashed' }>, 'isBystander'>,
): void {
  const { pure, atMostOnce } = planNode(turn, activation)
  if (!isBystander) activation.crashes++
  if (activation.stage === 'work' && !pure && atMostOnce) settleUnknown(turn, activation)
  else if (activation.crashes >= MAX_LOST_ATTEMPTS) {
    failActivation(turn, activation, {
      code: 'node.poison',
      message: `The process crashed ${activation.crashes} times while it executed this node`,
      retryable: false,
    })
  } else if (mayTryAgain(turn, activation))
    tryAgain(turn, activation, 'crashed', lossDelayMs(activation.crashes))
  else cancelTree(turn, activation, activation.undoes !== null)
}

export function deferred(turn: Turn, activation: Activation, delayMs: number): void {
  if (mayTryAgain(turn, activation)) tryAgain(turn, activation, 'deferred', delayMs)
  else cancelTree(turn, activation, activation.undoes !== null)
}

export function resolved(
  turn: Turn,
  activation: Activation,
  fact: Extract<Fact, { type: 'node.resolved' }>,
): void {
  if (fact.outcome === 'succeeded') settleOutcome(turn, activation, fact.port ?? 'main')
  else if (fact.outcome === 'failed') {
    failActivation(
      turn,
      activation,
      fact.error ?? {
        code: 'node.resolved_failed',
        message: 'A person resolved the node as failed',
        retryable: false,
      },
    )
  } else {
    emit(turn, {
      type: 'node.retrying',
      path: fact.path,
      attempt: fact.attempt,
      reason: 'resolved',
      nextAt: turn.now,
    })
    // From here on, this run executes the node itself.
    activation.adopted = false
    makeReady(turn, activation)
  }
}

/** The attempt has exceeded its time limit, at work or while waiting. Stops its work or its wait. */
export function timedOut(turn: Turn, activation: Activation): void {
  const { path, attempt, wait } = activation
  const waits = activation.status === 'waiting'
  const { timeoutMs, waitTimeoutMs, atMostOnce } = planNode(turn, activation)
  const child = waits && wait?.kind === 'child' && wait.name !== undefined ? { child: wait.name } : {}
  if (activation.stage === 'work') turn.commands.push({ type: 'cancel_node', path, attempt, ...child })
  attemptFailed(turn, activation, {
    code: 'node.timeout',
    message: `The node did not finish within ${waits ? waitTimeoutMs : timeoutMs} ms`,
    // It is known what a waiting node has done. An at-most-once effect has happened, and is not repeated.
    ...(waits ? (atMostOnce ? { retryable: false } : {}) : { outcomeUnknown: true }),
  })
}

/** While the run drains, the outcome is kept but nothing follows from it. */
export function settleOutcome(turn: Turn, activation: Activation, port: string): void {
  settle(turn, activation, 'succeeded', { port })
}

function mayTryAgain(turn: Turn, activation: Activation): boolean {
  const { phase } = turn.state.run
  return phase === 'active' || (phase === 'undoing' && activation.undoes !== null)
}

function tryAgain(
  turn: Turn,
  activation: Activation,
  reason: 'failed' | 'crashed' | 'deferred',
  delayMs: number,
  error?: NodeError,
): void {
  const at = turn.now + delayMs
  release(turn, activation)
  setStatus(turn, activation, 'retrying')
  activation.wait = null
  activation.due = false
  setTimer(turn, activation, 'retry', at)
  emit(turn, {
    type: 'node.retrying',
    path: activation.path,
    attempt: activation.attempt,
    reason,
    nextAt: at,
    ...(error ? { error } : {}),
  })
}

function settleUnknown(turn: Turn, activation: Activation, error?: NodeError): void {
  if (!mayTryAgain(turn, activation)) {
    cancelTree(turn, activation, activation.undoes !== null)
    return
  }
  release(turn, activation)
  clearTimer(turn, activation)
  setStatus(turn, activation, 'unknown')
  emit(turn, { type: 'node.unknown', path: activation.path, ...(error ? { error } : {}) })
}
