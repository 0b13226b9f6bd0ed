import { reach } from '../graph/graph.ts'
import { type Body, DEFAULTS, type Node } from '../model/definition.ts'
import type { MergeMode, NodeTypes } from '../model/node-type.ts'
import type { Bodies, EachPlan, Plan, PlanEdge, PlanNode, PlanRegion, PlanScope } from '../model/plan.ts'
import type { Outline } from './outline.ts'
import { portsOf } from './ports.ts'
import type { ScopeGraph } from './scope-graph.ts'

type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] }

/**
 * Builds a plan with numbered parts. Expects an outline without problems. With problems, the plan is wrong, but
 * nothing throws.
 */
export function buildPlan(outline: Outline, graphs: readonly ScopeGraph[], types: NodeTypes): Plan {
  const { definition } = outline
  const settings = definition.settings ?? {}
  const maxParallel = settings.maxParallel ?? DEFAULTS.maxParallel
  const fallback = settings.onError ?? 'fail'
  const nodes = outline.nodes.map(({ node, index, name, scope, body, supplied }) => {
    // The settings of the definition do not apply to the nodes of a supplied body.
    const { isOurs, names } = outline.scopes[scope]!
    const draft = planNode(node, types, body, isOurs ? 'fail' : fallback, maxParallel)
    draft.index = index
    draft.name = name
    draft.scope = scope
    draft.supplied = node.disabled ? null : supplied
    draft.undo = node.undo === undefined ? -1 : (names.get(node.undo) ?? -1)
    return draft
  })
  for (const { undo } of nodes) if (undo >= 0) nodes[undo]!.isUndoTarget = true

  const edges: Draft<PlanEdge>[] = []
  const scopes: PlanScope[] = []
  const regions: Draft<PlanRegion>[] = []
  const regionOfHead = new Map<number, number>()
  for (const scope of outline.scopes) {
    const graph = graphs[scope.index]!
    addRegions(scope.index, graph, nodes, regions)
    for (const { head, index } of regions) regionOfHead.set(head, index)
    for (const { from, to, edge } of scope.edges) {
      const index = edges.length
      const back = edge.back ?? false
      const port = edge.port ?? 'main'
      edges.push({
        index,
        from,
        to,
        port,
        toPort: edge.toPort ?? 'main',
        back,
        ...crossing(nodes[from]!, nodes[to]!),
      })
      nodes[from]!.outgoing.push(index)
      const leaves = edges[index]!.leaves
      if (leaves >= 0 && !back) regions[leaves]!.exits.push(index)
      if (back) {
        nodes[to]!.back.push(index)
        const region = regions[regionOfHead.get(to) ?? -1]
        if (region)
          region.maxIterations = Math.min(region.maxIterations, edge.maxIterations ?? DEFAULTS.maxIterations)
      } else nodes[to]!.incoming.push(index)
    }
    const live = graph.order
      .map((position) => graph.nodes[position]!)
      .filter((node) => !nodes[node]!.isUndoTarget)
    scopes.push({
      index: scope.index,
      group: scope.group,
      nodes: live,
      entries: live.filter((node) => nodes[node]!.incoming.length === 0),
      units:
        live.filter((node) => nodes[node]!.regions.length === 0).length +
        regions.filter((region) => region.scope === scope.index && region.parent < 0).length,
      output: scope.output,
      names: scope.names,
    })
  }
  for (const node of nodes) {
    if (node.join.mode === 'first')
      node.onlyThroughHere = dominatedByMerge(node, nodes, edges, scopes[node.scope]!)
  }
  return {
    firing: 'join',
    definition,
    nodes,
    edges,
    scopes,
    regions,
    byId: outline.byId,
    bodies: bodiesOf(nodes),
    maxParallel,
    timeoutMs: settings.timeoutMs ?? 0,
    deadlineMs: settings.deadlineMs ?? 0,
  }
}

function bodiesOf(nodes: readonly Pick<PlanNode, 'name' | 'supplied'>[]): Bodies | null {
  const bodies: Record<string, Body> = {}
  for (const { name, supplied } of nodes) if (supplied !== null) bodies[name] = supplied
  return Object.keys(bodies).length === 0 ? null : bodies
}

function planNode(
  node: Node,
  types: NodeTypes,
  body: number,
  fallback: 'fail' | 'continue',
  maxParallel: number,
): Draft<PlanNode> {
  const info = types.get(node.type)
  const params = node.params ?? {}
  // A disabled node only passes its input on, and a merge only collects: neither does work.
  const pure = node.disabled === true || (body < 0 && (info?.pure ?? false))
  const named = portsOf(info, node)
  const ports = named ?? ['main']
  const hasMain = named?.includes('main') ?? info === undefined
  const each: EachPlan | null =
    node.each && !node.disabled
      ? {
          concurrency: node.each.concurrency ?? maxParallel,
          onItemError: node.each.onItemError ?? 'fail',
        }
      : null
  return {
    index: -1,
    id: node.id,
    name: node.id,
    type: node.type,
    node,
    scope: -1,
    body: node.disabled ? -1 : body,
    supplied: null,
    pure,
    join: {
      mode: mergeMode(info?.kind, params.mode),
      count: typeof params.count === 'number' ? params.count : 1,
    },
    // Without a main port, the run cannot continue, and a failure must not become a success unnoticed.
    onError: node.onError ?? (hasMain ? fallback : 'fail'),
    retry: node.retry ?? null,
    timeoutMs: pure
      ? 0
      : (node.timeoutMs ?? (body >= 0 ? 0 : (info?.defaultTimeoutMs ?? DEFAULTS.timeoutMs))),
    waitTimeoutMs: node.disabled || body >= 0 ? 0 : (node.timeoutMs ?? 0),
    each,
    atMostOnce: node.effect === 'at-most-once',
    firstPort: ports[0] ?? 'main',
    undo: -1,
    isUndoTarget: false,
    regions: [],
    incoming: [],
    outgoing: [],
    back: [],
    onlyThroughHere: [],
  }
}

function mergeMode(kind: string | undefined, mode: unknown): MergeMode {
  if (kind !== 'merge') return 'all'
  return mode === 'any' || mode === 'first' || mode === 'quorum' ? mode : 'all'
}

function addRegions(
  scope: number,
  graph: ScopeGraph,
  nodes: Draft<PlanNode>[],
  regions: Draft<PlanRegion>[],
): void {
  for (const found of graph.regions.regions) {
    const head = graph.nodes[found.head]!
    const around = nodes[head]!.regions
    const index = regions.length
    const parent = around.at(-1) ?? -1
    regions.push({
      index,
      head,
      scope,
      parent,
      depth: around.length,
      units: 0,
      exits: [],
      maxIterations: Number.POSITIVE_INFINITY,
    })
    // Outer regions come first, so each pass appends the next inner one.
    for (const member of found.members) nodes[graph.nodes[member]!]!.regions.push(index)
  }
  for (const node of graph.nodes) {
    const inner = nodes[node]!.regions.at(-1)
    if (inner !== undefined) regions[inner]!.units++
  }
  for (const { parent, scope: own } of regions) if (own === scope && parent >= 0) regions[parent]!.units++
}

function crossing(from: Draft<PlanNode>, to: Draft<PlanNode>): { common: number; leaves: number } {
  let common = 0
  while (common < from.regions.length && from.regions[common] === to.regions[common]) common++
  return { common, leaves: from.regions[common] ?? -1 }
}

/** The forward ancestors of a merge that can reach a leaf only through the merge. */
function dominatedByMerge(
  merge: Draft<PlanNode>,
  nodes: readonly Draft<PlanNode>[],
  edges: readonly PlanEdge[],
  scope: PlanScope,
): number[] {
  const before = new Map<number, number[]>()
  for (const node of scope.nodes) {
    for (const edge of nodes[node]!.outgoing) {
      const { to } = edges[edge]!
      const list = before.get(to)
      if (list) list.push(node)
      else before.set(to, [node])
    }
  }
  // A node whose only way on is back to the head of its loop ends its branch, like a node without edges.
  const leaves = scope.nodes.filter((node) => nodes[node]!.outgoing.every((edge) => edges[edge]!.back))
  const elsewhere = reach(leaves, (node) => before.get(node) ?? [], merge.index)
  const ancestors = reach([merge.index], (node) => nodes[node]!.incoming.map((edge) => edges[edge]!.from))
  return scope.nodes.filter((node) => node !== merge.index && ancestors.has(node) && !elsewhere.has(node))
}
