// Undo.
// U1. Nodes that succeeded and have an `undo` are undone in reverse order of completion, one at a time, each at most
//     once in a run.
// U2. If an undo fails, that is recorded, and the others still run.
import { RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from '../model/command.ts'
import type { AdoptedOutcome } from '../model/event.ts'
import { nodePath, parsePath, undoPath } from '../model/path.ts'
import { nodeAt, type Plan } from '../model/plan.ts'
import type { Activation, RunState } from '../model/state.ts'
import { create, settle } from './activation.ts'
import { clearRunTimer, endRun } from './ending.ts'
import { adoptedOrder, makeReady } from './start.ts'
import { emit, type Turn } from './turn.ts'

/** Activations that can be undone and are not yet, in order of completion. */
export function undoable(
  plan: Plan,
  state: RunState,
  isUndone = (path: string): boolean => state.activations.has(undoPath(path)),
): Activation[] {
  const found: Activation[] = []
  for (const activation of state.activations.values()) {
    const node = plan.nodes[activation.node]!
    if (activation.status !== 'succeeded' || activation.undoes !== null) continue
    if (node.undo < 0 && !isChildToUndo(state, activation.path)) continue
    // The items of an `each` are undone one by one, not the node as a whole.
    if (node.each !== null && !node.pure && activation.item < 0) continue
    if (activation.adopted && state.run.mode === 'rerun') continue
    if (!isUndone(activation.path)) found.push(activation)
  }
  return found.sort((a, b) => a.order - b.order)
}

/** A compensation also undoes the effects of sub-workflow runs. */
const isChildToUndo = ({ run, adopted }: RunState, path: string): boolean =>
  run.mode === 'compensate' && adopted.get(path)?.child !== undefined

export function startUndo(turn: Turn): void {
  const { state } = turn
  for (const key of [RUN_DRAIN, RUN_TIMEOUT, RUN_DEADLINE] as const) clearRunTimer(turn, key)
  state.run.phase = 'undoing'
  if (state.run.mode !== 'rerun') for (const outcome of state.adopted.values()) recall(turn, outcome)
  state.undo = undoable(turn.plan, state).map(({ path }) => path)
  if (state.undo.length > 0) emit(turn, { type: 'run.undoing', count: state.undo.length })
  undoNext(turn)
}

export function undoNext(turn: Turn): void {
  const { state } = turn
  if (state.run.paused || state.undo === null || state.run.undoing !== null) return
  const path = state.undo.pop()
  if (path === undefined) {
    finishUndo(turn)
    return
  }
  const done = state.activations.get(path)!
  const own = turn.plan.nodes[done.node]!
  // If there is no `undo` node, the node undoes its own effect.
  const node = own.undo < 0 ? own : turn.plan.nodes[own.undo]!
  const { frame, iteration, item } = done
  const activation = create(turn, node, { frame, iteration, item, path: undoPath(path), undoes: path })
  activation.causes = [path]
  state.run.undoing = activation.path
  makeReady(turn, activation)
}

export function undoSettled(turn: Turn, activation: Activation): void {
  const { run } = turn.state
  if (run.undoing !== activation.path) return
  run.undoing = null
  if (activation.status === 'failed' && run.error === null) {
    run.error = { ...activation.error!, cause: activation.path }
  }
  undoNext(turn)
}

function finishUndo(turn: Turn): void {
  const { run } = turn.state
  endRun(turn, run.error === null ? 'succeeded' : 'failed')
}

/**
 * Restores an effect of the earlier run that this run kept but did not reach: inside a group that was adopted as a
 * whole.
 */
function recall(turn: Turn, outcome: AdoptedOutcome): void {
  if (outcome.status !== 'succeeded' || turn.state.activations.has(outcome.path)) return
  const last = parsePath(outcome.path)?.segments.at(-1)
  const node = turn.plan.nodes[nodeAt(turn.plan, outcome.path) ?? -1]
  if (last === undefined || node === undefined || (node.undo < 0 && outcome.child === undefined)) return
  const own = last.item < 0 ? outcome.path : outcome.path.slice(0, outcome.path.lastIndexOf(':'))
  const frame = own.slice(0, Math.max(0, own.lastIndexOf('.')))
  const iteration = last.iteration.length > 0 ? last.iteration : node.regions.map(() => 1)
  if (nodePath(frame, node.id, iteration) !== own) return
  const activation = create(turn, node, { frame, iteration, item: last.item })
  settle(turn, activation, 'succeeded', { port: outcome.port, propagate: false })
  activation.causes = outcome.causes
  activation.finishedAt = outcome.finishedAt
  activation.startedAt = outcome.startedAt
  activation.order = adoptedOrder(outcome.order)
  activation.adopted = true
  if (outcome.readyAt !== undefined) activation.readyAt = outcome.readyAt
}
