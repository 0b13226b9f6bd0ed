import type { PlanNode } from '../model/plan.ts'
import type { Activation } from '../model/state.ts'
import { create, find } from './activation.ts'
import { cancelTree } from './cancel.ts'
import { regionKey } from './region.ts'
import { planNode, type Turn } from './turn.ts'

/** What a pending node does after one of its edges has settled. */
export function joinVerdict(
  node: PlanNode,
  { settled, taken }: Pick<Activation, 'settled' | 'taken'>,
): 'wait' | 'fire' | 'skip' | 'fail' {
  const open = node.incoming.length - settled
  if (taken === 0) return open === 0 ? 'skip' : 'wait'
  switch (node.join.mode) {
    case 'all':
      return open === 0 ? 'fire' : 'wait'
    case 'any':
    case 'first':
      return 'fire'
    case 'quorum':
      if (taken >= node.join.count) return 'fire'
      return taken + open < node.join.count ? 'fail' : 'wait'
  }
}

/** When a `first` merge fires, it cancels everything that could only lead to the merge. */
export function fireMerge(turn: Turn, merge: Activation): void {
  const node = planNode(turn, merge)
  for (const index of node.onlyThroughHere) {
    const other = turn.plan.nodes[index]!
    const iteration = currentIteration(turn, other, node, merge)
    const activation =
      find(turn, other, merge.frame, iteration) ?? create(turn, other, { frame: merge.frame, iteration })
    cancelTree(turn, activation, true)
  }
}

/** The current iteration of a node, seen from a merge that shares its outer loops. */
function currentIteration(turn: Turn, other: PlanNode, node: PlanNode, merge: Activation): number[] {
  const iteration: number[] = []
  for (const [depth, region] of other.regions.entries()) {
    const shared = node.regions[depth] === region
    const loop = turn.state.regions.get(regionKey(region, merge.frame, iteration))
    iteration.push(shared ? merge.iteration[depth]! : (loop?.iteration ?? 1))
  }
  return iteration
}
