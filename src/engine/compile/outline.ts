import type { Definition, Edge, Node } from '../definition.ts'
import type { NodeTypeInfo, NodeTypes } from '../node-type.ts'
import type { Location } from '../problem.ts'

export interface OutlineNode {
  readonly index: number
  readonly node: Node
  readonly scope: number
  readonly at: Location
  /** Fields that were broken and left out, `id` also when another node has it: nothing is concluded from their absence. */
  readonly cut: ReadonlySet<string>
  /** The scope of the body, -1 unless the node is a group. */
  body: number
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

/** Lays a definition flat, scope by scope, so that deep nesting never meets the call stack. */
export function outline(raw: unknown, types: NodeTypes, read: Reader): Outline {
  const definition = read.head(raw)
  const result: Outline = { definition, nodes: [], scopes: [], byId: new Map() }
  const waiting: { body: RawBody; at: Location; group: number }[] = [{ body: definition, at: [], group: -1 }]
  for (let i = 0; i < waiting.length; i++) {
    const { body, at, group } = waiting[i]!
    const scope: OutlineScope = { index: i, group, at, nodes: [], edges: [], output: body.output }
    result.scopes.push(scope)
    if (group >= 0) result.nodes[group]!.body = i
    body.nodes.forEach((rawNode, position) => {
      const nodeAt = [...at, 'nodes', position]
      const known = read.node(rawNode, nodeAt)
      if (known === undefined) return
      const { part: node } = known
      const index = result.nodes.length
      const isSecond = result.byId.has(node.id)
      if (isSecond) read.duplicate(node.id, nodeAt)
      else result.byId.set(node.id, index)
      const cut = isSecond ? new Set([...known.cut, 'id']) : known.cut
      result.nodes.push({ index, node, scope: i, at: nodeAt, cut, body: -1 })
      scope.nodes.push(index)
      if (!isGroup(types.get(node.type), node.type)) return
      const bodyAt = [...nodeAt, 'params', 'body']
      const inner = read.body(node.params?.body, bodyAt)
      if (inner) waiting.push({ body: inner, at: bodyAt, group: index })
    })
    const rawEdges = body.edges ?? []
    rawEdges.forEach((rawEdge, position) => {
      const edgeAt = [...at, 'edges', position]
      const known = read.edge(rawEdge, edgeAt)
      if (known === undefined) return
      const { part: edge, cut } = known
      const from = result.byId.get(edge.from)
      const to = result.byId.get(edge.to)
      const inScope = (node: number | undefined) => node !== undefined && result.nodes[node]!.scope === i
      if (inScope(from) && inScope(to)) scope.edges.push({ from: from!, to: to!, edge, at: edgeAt, cut })
      else read.dangling(edge, edgeAt, cut)
    })
  }
  return result
}
