import type { Body, Definition, Edge, Node } from '../model/definition.ts'
import type { NodeTypeInfo, NodeTypes } from '../model/node-type.ts'
import type { Bodies } from '../model/plan.ts'
import type { Location } from '../model/problem.ts'

export interface OutlineNode {
  readonly index: number
  readonly name: string
  readonly node: Node
  readonly scope: number
  readonly at: Location
  /** Fields that were broken and left out, `id` also when another node has it: nothing is concluded from their absence. */
  readonly cut: ReadonlySet<string>
  /** The scope of the body, -1 unless the node is a group. */
  body: number
  /** The body that its type supplies. */
  supplied: Body | null
}

export interface OutlineEdge {
  readonly from: number
  readonly to: number
  readonly edge: Edge
  readonly at: Location
  readonly cut: ReadonlySet<string>
}

export interface OutlineScope {
  readonly index: number
  readonly group: number
  readonly at: Location
  readonly nodes: number[]
  readonly edges: OutlineEdge[]
  readonly output: unknown
  /** The ids that stand here, shared by all bodies but those that node types supply. */
  readonly names: Map<string, number>
  /** In a body that a node type supplies: it is ours, and is not checked. */
  readonly isOurs: boolean
}

/** All bodies of a definition laid flat. */
export interface Outline {
  readonly definition: Definition
  readonly nodes: OutlineNode[]
  readonly scopes: OutlineScope[]
  /** Of nodes that share an id, the first. */
  readonly byId: Map<string, number>
}

export interface RawBody {
  readonly nodes: readonly unknown[]
  readonly edges?: readonly unknown[] | undefined
  readonly output?: unknown
}

export interface Read<Part> {
  readonly part: Part
  readonly cut: ReadonlySet<string>
}

/** How raw parts become nodes and edges; undefined leaves one out (it has been reported). */
export interface Reader {
  head(raw: unknown): Definition
  node(raw: unknown, at: Location): Read<Node> | undefined
  edge(raw: unknown, at: Location): Read<Edge> | undefined
  body(raw: unknown, at: Location): RawBody | undefined
  duplicate(id: string, at: Location): void
  dangling(edge: Edge, at: Location, cut: ReadonlySet<string>): void
}

export const isGroup = (info: NodeTypeInfo | undefined, type: string): boolean =>
  info ? info.kind === 'group' : type === 'flow.group'

const NOTHING: ReadonlySet<string> = new Set()

/** For what was checked before, or is ours. */
export const TRUSTING: Reader = {
  head: (raw) => raw as Definition,
  node: (raw) => ({ part: raw as Node, cut: NOTHING }),
  edge: (raw) => ({ part: raw as Edge, cut: NOTHING }),
  body: (raw) => raw as RawBody | undefined,
  duplicate: () => {},
  dangling: () => {},
}

interface Waiting {
  readonly body: RawBody
  readonly at: Location
  readonly group: number
  readonly names: Map<string, number>
  readonly prefix: string
  readonly isOurs: boolean
}

/**
 * Lays a definition flat, scope by scope, so that deep nesting never meets the call stack. `bodies` are those that a run has
 * kept; all others are made now.
 */
export function outline(raw: unknown, types: NodeTypes, given: Reader, bodies: Bodies = {}): Outline {
  const definition = given.head(raw)
  const result: Outline = { definition, nodes: [], scopes: [], byId: new Map() }
  const root = { body: definition, at: [], group: -1, names: result.byId, prefix: '', isOurs: false }
  const waiting: Waiting[] = [root]
  for (let i = 0; i < waiting.length; i++) {
    const { body, at, group, names, prefix, isOurs } = waiting[i]!
    const read = isOurs ? TRUSTING : given
    const scope: OutlineScope = {
      ...{ index: i, group, at, nodes: [], edges: [], output: body.output },
      ...{ names, isOurs },
    }
    result.scopes.push(scope)
    if (group >= 0) result.nodes[group]!.body = i
    body.nodes.forEach((rawNode, position) => {
      const nodeAt = [...at, 'nodes', position]
      const known = read.node(rawNode, nodeAt)
      if (known === undefined) return
      const { part: node } = known
      const index = result.nodes.length
      const isSecond = names.has(node.id)
      if (isSecond) read.duplicate(node.id, nodeAt)
      else names.set(node.id, index)
      const cut = isSecond ? new Set([...known.cut, 'id']) : known.cut
      const name = `${prefix}${node.id}`
      const info = types.get(node.type)
      const own: OutlineNode = { index, name, node, scope: i, at: nodeAt, cut, body: -1, supplied: null }
      result.nodes.push(own)
      scope.nodes.push(index)
      if (!isGroup(info, node.type)) return
      if (info?.body !== undefined) {
        own.supplied = bodies[name] ?? info.body(node)
        const inside = { names: new Map(), prefix: `${name}.`, isOurs: true }
        waiting.push({ body: own.supplied, at: nodeAt, group: index, ...inside })
        return
      }
      const bodyAt = [...nodeAt, 'params', 'body']
      const inner = read.body(node.params?.body, bodyAt)
      if (inner) waiting.push({ body: inner, at: bodyAt, group: index, names, prefix, isOurs })
    })
    const rawEdges = body.edges ?? []
    rawEdges.forEach((rawEdge, position) => {
      const edgeAt = [...at, 'edges', position]
      const known = read.edge(rawEdge, edgeAt)
      if (known === undefined) return
      const { part: edge, cut } = known
      const from = names.get(edge.from)
      const to = names.get(edge.to)
      const inScope = (node: number | undefined) => node !== undefined && result.nodes[node]!.scope === i
      if (inScope(from) && inScope(to)) scope.edges.push({ from: from!, to: to!, edge, at: edgeAt, cut })
      else read.dangling(edge, edgeAt, cut)
    })
  }
  return result
}
