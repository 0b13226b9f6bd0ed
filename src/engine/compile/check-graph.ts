import { adjacency, findCycles, reach } from '../graph/graph.ts'
import { LIMITS } from '../model/definition.ts'
import type { NodeTypes } from '../model/node-type.ts'
import { type Problems, quoted } from '../model/problem.ts'
import type { Outline, OutlineEdge, OutlineScope } from './outline.ts'
import { portsOf } from './ports.ts'
import type { ScopeGraph } from './scope-graph.ts'

const MAX_CYCLES = 20

export function checkEdges(outline: Outline, types: NodeTypes, problems: Problems): void {
  const portsAt = portSets(outline, types)
  for (const { edges, isOurs } of outline.scopes) {
    if (isOurs) continue
    const seen = new Set<string>()
    for (const one of edges) {
      const { edge, at, cut } = one
      if (cut.has('port') || cut.has('toPort')) continue
      const key = JSON.stringify([edge.from, edge.port ?? 'main', edge.to, edge.toPort ?? 'main'])
      if (seen.has(key)) problems.add(at, 'edge.duplicate', 'The edge is a duplicate')
      seen.add(key)
      checkPort(one, outline, portsAt, problems)
      // Every node has one input. The field exists for imported workflows, whose merges distinguish their inputs.
      if (edge.toPort !== undefined && edge.toPort !== 'main') {
        const message = `${quoted(edge.to)} has no input ${quoted(edge.toPort)}`
        problems.add([...at, 'toPort'], 'edge.unknown_port', message, 'Leave "toPort" out')
      }
      if (edge.maxIterations !== undefined && !edge.back && !cut.has('back')) {
        problems.add(
          [...at, 'maxIterations'],
          'edge.not_back',
          'Only a back edge can have maxIterations',
          'Add "back": true if this edge closes a loop',
        )
      }
    }
  }
}

/** The ports of each node, computed once: a node may have thousands of them, and of edges. */
function portSets(outline: Outline, types: NodeTypes): (index: number) => ReadonlySet<string> | undefined {
  const known = new Map<number, ReadonlySet<string> | undefined>()
  return (index) => {
    if (!known.has(index)) {
      const { node } = outline.nodes[index]!
      const ports = portsOf(types.get(node.type), node)
      known.set(index, ports && new Set(ports))
    }
    return known.get(index)
  }
}

function checkPort(
  { edge, from, at }: OutlineEdge,
  outline: Outline,
  portsAt: (index: number) => ReadonlySet<string> | undefined,
  problems: Problems,
): void {
  const { node, cut } = outline.nodes[from]!
  const ports = portsAt(from)
  const port = edge.port ?? 'main'
  if (ports === undefined || ports.has(port)) return
  if (port === 'error') {
    if (node.onError === 'route' || cut.has('onError')) return
    problems.add(
      [...at, 'port'],
      'edge.unknown_port',
      `${quoted(edge.from)} never uses the port "error"`,
      'Set "onError": "route" on the node',
    )
    return
  }
  const names = [...ports].slice(0, 20).map((name) => `"${name}"`)
  const hint = `The ports are ${names.join(', ')}`
  problems.add([...at, 'port'], 'edge.unknown_port', `${quoted(edge.from)} has no port ${quoted(port)}`, hint)
}

/** Checks for cycles, invalid loops and unreachable nodes. Returns whether the graph has no problems. */
export function checkGraph(outline: Outline, graphs: readonly ScopeGraph[], problems: Problems): boolean {
  const before = problems.list.length
  for (const scope of outline.scopes) {
    const graph = graphs[scope.index]!
    if (graph.cyclic.length > 0) reportCycles(outline, scope, graph, problems)
    for (const index of graph.regions.noLoop) {
      const { edge, at } = graph.backEdges[index]!
      problems.add(
        at,
        'loop.no_loop',
        `The back edge does not form a loop: no path leads from ${quoted(edge.to)} to ${quoted(edge.from)}`,
        'Remove "back" if the edge goes forward',
      )
    }
    for (const index of graph.regions.notDominated) {
      const { edge, at } = graph.backEdges[index]!
      problems.add(
        at,
        'loop.not_dominated',
        `The loop can be entered at another node than its head: ${quoted(edge.from)} can be reached without ${quoted(edge.to)}`,
        `Let every path into the loop go through "${edge.to}"`,
      )
    }
    checkLoopDepth(outline, graph, problems)
  }
  return problems.list.length === before
}

function checkLoopDepth(
  outline: Outline,
  { nodes, regions: { regions } }: ScopeGraph,
  problems: Problems,
): void {
  if (regions.length <= LIMITS.loopDepth) return
  const depth = new Int32Array(nodes.length)
  for (const { members } of regions) for (const position of members) depth[position]!++
  const deepest = depth.indexOf(depth.reduce((most, one) => Math.max(most, one), 0))
  if (depth[deepest]! <= LIMITS.loopDepth) return
  const { node, at } = outline.nodes[nodes[deepest]!]!
  const message = `${quoted(node.id)} is inside ${depth[deepest]} loops; at most ${LIMITS.loopDepth} are allowed`
  problems.add(at, 'loop.too_deep', message, 'Move the inner loops into a group')
}

function reportCycles(outline: Outline, scope: OutlineScope, graph: ScopeGraph, problems: Problems): void {
  const name = (position: number) => outline.nodes[graph.nodes[position]!]!.node.id
  const cycles = findCycles(graph.nodes.length, graph.forward, MAX_CYCLES)
  const stuck = new Set<number>()
  for (const cycle of cycles) {
    for (const position of cycle) stuck.add(position)
    const names = cycle.map(name)
    const shown = names.length > 20 ? [...names.slice(0, 10), '…', ...names.slice(-9)] : names
    problems.add(
      [...scope.at, 'edges'],
      'graph.cycle',
      `These nodes wait for each other: ${[...shown, names[0]].join(' → ')}`,
      `To make a loop, mark the edge that goes back, such as ${names.at(-1)} → ${names[0]}, with "back": true`,
    )
  }
  const hasIncoming = new Set(graph.forward.map(({ to }) => to))
  const starts = graph.nodes.map((_, position) => position).filter((position) => !hasIncoming.has(position))
  const { out } = adjacency(graph.nodes.length, graph.forward)
  const reached = reach(starts, (position) => out[position]!)
  graph.nodes.forEach((node, position) => {
    if (reached.has(position) || stuck.has(position)) return
    const { node: lost, at } = outline.nodes[node]!
    problems.add(at, 'node.unreachable', `No path from a start leads to ${quoted(lost.id)}`)
  })
}
