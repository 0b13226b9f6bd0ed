// How outcomes propagate.
// E1. A settled activation is followed exactly once: first its edges, then its parent.
// E2. An edge that leaves a loop settles as taken when it is first taken, and as dead only when the loop has ended.
import type { PlanEdge } from '../model/plan.ts'
import type { Activation } from '../model/state.ts'
import { deliver } from './deliver.ts'
import { itemSettled } from './each.ts'
import { unitSettled } from './loop.ts'
import { isLive } from './parent.ts'
import { regionAt } from './region.ts'
import { planNode, type Turn } from './turn.ts'
import { undoSettled } from './undo.ts'

/** Follows settled activations until there are no more. */
export function drainWork(turn: Turn): void {
  for (let i = 0; i < turn.work.length; i++) follow(turn, turn.work[i]!)
  turn.work.length = 0
}

function follow(turn: Turn, activation: Activation): void {
  if (activation.undoes !== null) {
    undoSettled(turn, activation)
    return
  }
  if (!isLive(turn, activation.frame)) return
  if (activation.item >= 0) {
    itemSettled(turn, activation)
    return
  }
  for (const index of planNode(turn, activation).outgoing) {
    const edge = turn.plan.edges[index]!
    const taken = activation.port === edge.port
    if (edge.back) followBackEdge(turn, edge, activation, taken)
    else if (edge.leaves < 0) deliver(turn, edge, activation.frame, activation.iteration, taken)
    else if (taken) takeExit(turn, edge, activation)
  }
  const node = planNode(turn, activation)
  unitSettled(turn, activation.frame, node.regions.at(-1) ?? -1, activation.iteration)
}

function followBackEdge(turn: Turn, edge: PlanEdge, from: Activation, taken: boolean): void {
  if (!taken) return
  const depth = turn.plan.nodes[edge.to]!.regions.length
  const region = turn.plan.nodes[edge.to]!.regions[depth - 1]!
  const loop = regionAt(turn, region, from.frame, from.iteration.slice(0, depth - 1))
  if (loop.back.some(([taken]) => taken === edge.index)) return
  loop.back.push([edge.index, from.path])
  turn.changedRegions.add(loop)
}

function takeExit(turn: Turn, edge: PlanEdge, from: Activation): void {
  const loop = regionAt(turn, edge.leaves, from.frame, from.iteration.slice(0, edge.common))
  if (loop.exits.some(([taken]) => taken === edge.index)) return
  loop.exits.push([edge.index, from.path, turn.state.run.seq])
  turn.changedRegions.add(loop)
  deliver(turn, edge, from.frame, from.iteration, true)
}
