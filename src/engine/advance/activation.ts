// The life of one activation row.
// A1. A settled activation never changes again.
// A2. Leaving a status releases what it held: a slot, the shell's turn, a timer, its place in the queue.
// A3. All changes go through this file, so that counters, indexes and the set of changed rows agree.
import { LIMITS } from '../model/definition.ts'
import { type NodeError, OUTCOME_UNKNOWN } from '../model/event.ts'
import { itemPath, nodePath } from '../model/path.ts'
import type { PlanNode } from '../model/plan.ts'
import { type Activation, isSettled, type NodeStatus, type Timer } from '../model/state.ts'
import { planNode, type Turn } from './turn.ts'
import { removeWaiter } from './waiters.ts'

interface Where {
  readonly frame: string
  readonly iteration: readonly number[]
  readonly item?: number
  readonly path?: string
  readonly undoes?: string
}

export function create(turn: Turn, node: PlanNode, where: Where): Activation {
  const item = where.item ?? -1
  const own = where.path ?? nodePath(where.frame, node.id, where.iteration)
  const activation: Activation = {
    path: where.path === undefined && item >= 0 ? itemPath(own, item) : own,
    nth: turn.state.activations.size,
    node: node.index,
    frame: where.frame,
    iteration: where.iteration,
    item,
    undoes: where.undoes ?? null,
    status: 'pending',
    stage: 'work',
    attempt: 0,
    failures: 0,
    crashes: 0,
    settled: 0,
    taken: 0,
    ticket: 0,
    holds: 'nothing',
    port: null,
    causes: [],
    error: null,
    wait: null,
    due: false,
    timer: null,
    each: null,
    left: 0,
    since: turn.now,
    startedAt: null,
    finishedAt: null,
    order: 0,
    adopted: false,
  }
  turn.state.activations.set(activation.path, activation)
  turn.state.open.add(activation.path)
  turn.changed.add(activation)
  return activation
}

export function find(
  turn: Turn,
  node: PlanNode,
  frame: string,
  iteration: readonly number[],
): Activation | undefined {
  return turn.state.activations.get(nodePath(frame, node.id, iteration))
}

export const isOverLimit = (turn: Turn): boolean => turn.state.activations.size > LIMITS.activations

export function setStatus(turn: Turn, activation: Activation, status: NodeStatus): void {
  const { run } = turn.state
  if (activation.status === 'retrying') run.retrying--
  if (activation.status === 'waiting' || activation.status === 'unknown') run.waiting--
  if (activation.status === 'waiting') stopListening(turn, activation)
  if (status === 'retrying') run.retrying++
  if (status === 'waiting' || status === 'unknown') run.waiting++
  activation.status = status
  activation.since = turn.now
  turn.changed.add(activation)
}

export function hold(turn: Turn, activation: Activation, what: 'slot' | 'turn'): void {
  activation.holds = what
  if (what === 'slot') turn.state.run.slots++
  else turn.state.run.turns++
}

export function release(turn: Turn, activation: Activation): void {
  if (activation.holds === 'slot') turn.state.run.slots--
  if (activation.holds === 'turn') turn.state.run.turns--
  activation.holds = 'nothing'
  if (activation.ticket > 0) {
    activation.ticket = 0
    turn.state.run.ready--
  }
}

export function setTimer(turn: Turn, activation: Activation, kind: Timer['kind'], at: number): void {
  activation.timer = { kind, at }
  turn.commands.push({ type: 'set_timer', key: activation.path, at })
}

export function clearTimer(turn: Turn, activation: Activation): void {
  if (activation.timer === null) return
  activation.timer = null
  turn.commands.push({ type: 'clear_timer', key: activation.path })
}

/** With `propagate: false`, the outcome does not reach the edges and the parent of the activation. */
export function settle(
  turn: Turn,
  activation: Activation,
  status: 'succeeded' | 'failed' | 'skipped' | 'cancelled',
  outcome: { port?: string | null; error?: NodeError | null; propagate?: boolean } = {},
): void {
  release(turn, activation)
  clearTimer(turn, activation)
  setStatus(turn, activation, status)
  activation.stage = 'work'
  activation.wait = null
  activation.due = false
  activation.port = outcome.port ?? null
  activation.error = outcome.error ?? null
  activation.finishedAt = turn.now
  activation.order = turn.state.run.seq
  turn.state.open.delete(activation.path)
  turn.state.fans.delete(activation.path)
  if (outcome.propagate !== false) turn.work.push(activation)
}

/** Aborts the work of the activation. */
export function cancel(turn: Turn, activation: Activation, propagate: boolean): void {
  if (isSettled(activation.status)) return
  const inFlight = activation.holds === 'slot' || activation.status === 'unknown'
  abort(turn, activation)
  const error =
    inFlight && planNode(turn, activation).atMostOnce
      ? {
          code: OUTCOME_UNKNOWN,
          message: 'The node was stopped before the outcome was known. The effect may have happened',
        }
      : activation.error
  settle(turn, activation, 'cancelled', { error, propagate })
}

/** Tells the shell to stop the work of the activation: an effect, a wait, a child. */
export function abort(turn: Turn, activation: Activation): void {
  if (activation.holds !== 'slot' && activation.status !== 'waiting') return
  const child = activation.wait?.kind === 'child' ? activation.wait.name : undefined
  const { path, attempt } = activation
  turn.commands.push(
    child === undefined
      ? { type: 'cancel_node', path, attempt }
      : { type: 'cancel_node', path, attempt, child },
  )
}

function stopListening(turn: Turn, activation: Activation): void {
  const name = activation.wait?.kind === 'signal' ? activation.wait.name : undefined
  if (name !== undefined) removeWaiter(turn.state, name, activation.path)
}
