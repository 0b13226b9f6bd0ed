// Joins.
// J1. A forward edge settles exactly once for its target: taken or dead.
// J2. A target fires once, when its join mode allows it. If none of its edges was taken, it is skipped, and its own
//     edges become dead.
import type { PlanEdge } from '../model/plan.ts'
import type { Activation } from '../model/state.ts'
import { create, find, settle } from './activation.ts'
import { failActivation } from './fail.ts'
import { fireMerge, joinVerdict } from './merge.ts'
import { isLive } from './parent.ts'
import { regionKey } from './region.ts'
import { makeReady } from './start.ts'
import { emit, planNode, type Turn } from './turn.ts'

/**
 * `iteration` is that of the source, or of the loop that the edge leaves. The target's iteration follows from the
 * loops that both share.
 */
export function deliver(
  turn: Turn,
  edge: PlanEdge,
  frame: string,
  iteration: readonly number[],
  taken: boolean,
): void {
  if (!isLive(turn, frame)) return
  const node = turn.plan.nodes[edge.to]!
  const shared = iteration.length === edge.common ? iteration : iteration.slice(0, edge.common)
  // A loop can only be entered through its head, so the target is at most one loop deeper.
  const own = node.regions.length > edge.common ? [...shared, 1] : shared
  const target = find(turn, node, frame, own) ?? create(turn, node, { frame, iteration: own })
  if (target.status !== 'pending' || target.ticket > 0 || target.causes.length > 0) return
  target.settled++
  if (taken) target.taken++
  turn.changed.add(target)
  const verdict = joinVerdict(node, target)
  if (verdict === 'wait') return
  if (verdict === 'skip') {
    emit(turn, { type: 'node.skipped', path: target.path })
    settle(turn, target, 'skipped')
    return
  }
  target.causes = findCauses(turn, target)
  if (verdict === 'fail') {
    failActivation(turn, target, {
      code: 'merge.quorum_impossible',
      message: `Fewer than ${node.join.count} branches can still reach this merge`,
      retryable: false,
    })
    return
  }
  fireMerge(turn, target)
  makeReady(turn, target)
}

/** The activations whose taken edges lead here. Looks at each incoming edge once, when the node fires. */
function findCauses(turn: Turn, target: Activation): string[] {
  const { plan, state } = turn
  const causes: string[] = []
  for (const index of planNode(turn, target).incoming) {
    const edge = plan.edges[index]!
    const shared = target.iteration.slice(0, edge.common)
    if (edge.leaves >= 0) {
      const loop = state.regions.get(regionKey(edge.leaves, target.frame, shared))
      const exit = loop?.exits.find(([taken]) => taken === index)
      if (exit) causes.push(exit[1])
      continue
    }
    const source = find(turn, plan.nodes[edge.from]!, target.frame, shared)
    if (source?.finishedAt != null && source.port === edge.port) causes.push(source.path)
  }
  return causes.length > 1 ? [...new Set(causes)] : causes
}
