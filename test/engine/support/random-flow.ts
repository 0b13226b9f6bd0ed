import { scopeGraph } from '../../../src/engine/compile/scope-graph.ts'
import type { Definition, Edge, Node, Settings } from '../../../src/engine/model/definition.ts'
import type { Random } from './random.ts'

const WORK_PORTS = ['main']
const PORTS: Record<string, string[]> = {
  'flow.if': ['true', 'false'],
  'flow.approval': ['approved', 'rejected', 'timeout'],
  inner: ['main', 'more'],
}

export const portsOf = (type: string): string[] => PORTS[type] ?? WORK_PORTS

/** A small workflow with every feature somewhere. Valid by construction. */
export function randomFlow(random: Random): Definition {
  const names = { count: 0 }
  const { nodes, edges } = randomBody(random, 1 + random.int(12), 0, names)
  const settings: Settings = { maxParallel: 1 + random.int(3) }
  if (random.chance(0.1)) settings.timeoutMs = 100_000
  if (random.chance(0.1)) settings.deadlineMs = 200_000
  if (random.chance(0.1)) settings.onError = 'continue'
  const definition: Definition = { nodes, edges, settings }
  return random.chance(0.3) ? { ...definition, output: '{{ 1 }}' } : definition
}

function randomBody(random: Random, size: number, depth: number, names: { count: number }) {
  const nodes: Node[] = []
  const edges: Edge[] = []
  for (let i = 0; i < size; i++) nodes.push(randomNode(random, `n${names.count++}`, depth, names))
  for (let to = 1; to < size; to++) {
    const degree = random.int(3)
    for (let k = 0; k < degree; k++) {
      const from = nodes[random.int(to)]!
      const ports = [...portsOf(from.type), ...(from.onError === 'route' ? ['error'] : [])]
      const edge: Edge = { from: from.id, to: nodes[to]!.id, port: random.pick(ports) }
      if (
        !edges.some((other) => other.from === edge.from && other.to === edge.to && other.port === edge.port)
      )
        edges.push(edge)
    }
  }
  const loops = random.chance(0.4) ? 1 + random.int(3) : 0
  for (let i = 0; i < loops; i++) addLoop(random, nodes, edges)
  const targets = nodes.filter(({ type }) => type === 'work')
  if (targets.length > 0 && random.chance(0.3)) {
    const undo = `n${names.count++}`
    nodes.push({
      id: undo,
      type: 'work',
      ...(random.chance(0.5) ? { retry: { attempts: 2, delayMs: 5 } } : {}),
    })
    for (const node of targets) if (random.chance(0.6)) node.undo = undo
  }
  return { nodes, edges }
}

function randomNode(random: Random, id: string, depth: number, names: { count: number }): Node {
  const dice = random.next()
  const node: Node = { id, type: 'work' }
  if (dice < 0.25) node.type = 'data.set'
  else if (dice < 0.35) node.type = 'flow.if'
  else if (dice < 0.45) node.type = 'flow.approval'
  else if (dice < 0.57) {
    node.type = 'flow.merge'
    const mode = random.pick(['all', 'any', 'first', 'quorum'])
    node.params = { mode, count: 1 + random.int(2) }
  } else if (dice < 0.65 && depth < 2) {
    node.type = 'flow.group'
    node.params = { body: randomBody(random, 1 + random.int(3), depth + 1, names) }
    if (random.chance(0.2)) node.timeoutMs = 50
  } else if (dice < 0.72) {
    node.type = 'boss'
    if (random.chance(0.2)) node.timeoutMs = 50
    if (random.chance(0.15)) node.effect = 'at-most-once'
  }
  if (random.chance(0.25)) node.onError = random.pick(['continue', 'route', 'fail'])
  const single = portsOf(node.type).length === 1 && node.type !== 'flow.merge'
  if (single && random.chance(0.15)) {
    node.each = { items: [], onItemError: random.pick(['fail', 'skip', 'collect']) }
    if (random.chance(0.5)) node.each.concurrency = 1 + random.int(2)
  }
  if (node.type === 'work' || node.type === 'flow.approval') {
    if (random.chance(0.3)) {
      node.retry = { attempts: 1 + random.int(3), delayMs: random.int(20), jitter: random.chance(0.5) }
    }
    if (random.chance(0.15)) node.effect = 'at-most-once'
    if (random.chance(0.3)) node.timeoutMs = 1 + random.int(100)
  }
  if (random.chance(0.1)) node.when = '{{ input.x }}'
  if (random.chance(0.05)) node.disabled = true
  return node
}

/** Adds a back edge where it forms a valid loop. */
function addLoop(random: Random, nodes: readonly Node[], edges: Edge[]): void {
  const from = random.int(nodes.length)
  const to = random.int(from + 1)
  const source = nodes[from]!
  const edge: Edge = {
    from: source.id,
    to: nodes[to]!.id,
    port: random.pick(portsOf(source.type)),
    back: true,
    maxIterations: 1 + random.int(3),
  }
  const arcs = [...edges, edge].map((one) => ({
    from: nodes.findIndex(({ id }) => id === one.from),
    to: nodes.findIndex(({ id }) => id === one.to),
    edge: one,
    at: [],
    cut: new Set<string>(),
  }))
  const scope = {
    ...{ index: 0, group: -1, at: [], nodes: nodes.map((_, i) => i), edges: arcs, output: undefined },
    ...{ names: new Map(), isOurs: false },
  }
  const { regions } = scopeGraph(
    { definition: { nodes: [] }, nodes: [], scopes: [], byId: new Map() },
    scope,
    new Set(),
  )
  if (regions.noLoop.length === 0 && regions.notDominated.length === 0) edges.push(edge)
}
