import { type Arc, topologicalOrder } from '../graph/graph.ts'
import { findRegions, type Regions } from '../graph/regions.ts'
import type { Outline, OutlineEdge, OutlineScope } from './outline.ts'

/** One scope as a graph over local numbers, with its order and its loops. */
export interface ScopeGraph {
  /** Node index by local number. */
  readonly nodes: readonly number[]
  readonly forwardEdges: readonly OutlineEdge[]
  readonly backEdges: readonly OutlineEdge[]
  readonly forward: readonly Arc[]
  readonly back: readonly Arc[]
  readonly order: readonly number[]
  /** Not empty if forward edges form a cycle. Regions are not computed then. */
  readonly cyclic: readonly number[]
  readonly regions: Regions
}

export function scopeGraph(outline: Outline, scope: OutlineScope, entries: ReadonlySet<string>): ScopeGraph {
  const local = new Map(scope.nodes.map((node, position) => [node, position]))
  const arc = ({ from, to }: OutlineEdge): Arc => ({ from: local.get(from)!, to: local.get(to)! })
  const forwardEdges = scope.edges.filter(({ edge }) => !edge.back)
  const backEdges = scope.edges.filter(({ edge }) => edge.back)
  const forward = forwardEdges.map(arc)
  const back = backEdges.map(arc)
  const { order, left } = topologicalOrder(scope.nodes.length, forward)
  const starts = new Set<number>()
  if (scope.group < 0) {
    for (const id of entries) {
      const index = outline.byId.get(id)
      const position = index === undefined ? undefined : local.get(index)
      if (position !== undefined) starts.add(position)
    }
  }
  const regions: Regions =
    left.length > 0
      ? { regions: [], noLoop: [], notDominated: [] }
      : findRegions(order, forward, back, scope.nodes.length, starts)
  return { nodes: scope.nodes, forwardEdges, backEdges, forward, back, order, cyclic: left, regions }
}
