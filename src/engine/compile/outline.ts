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
  /** Fields that were invalid and left out, and `id` if another node has the same. Their absence means nothing. */
  readonly cut: ReadonlySet<string>
  /** The scope of the body, or -1 if the node is not a group. */
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
  /** The ids that can be used here. All bodies share them, except supplied ones. */
  readonly names: Map<string, number>
  /** In a body that a node type supplies. It is not checked. */
  readonly isOurs: boolean
}

/** All bodies of a definition as a flat list. */
export interface Outline {
  readonly definition: Definition
  readonly nodes: OutlineNode[]
  readonly scopes: OutlineScope[]
  /** If nodes share an id, the first of them. */
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

/** How raw parts become nodes and edges. Undefined leaves a part out, after it was reported. */
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

/** For definitions that were checked before, and for supplied bodies. */
export const TRUSTED: Reader = {
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
 * Flattens a definition, scope by scope, so that deep nesting cannot overflow the call stack. `bodies` are those that
 * a run has stored; all others are created now.
 */
export function outline(raw: unknown, types: NodeTypes, given: Reader, bodies: Bodies = {}): Outline {
  const definition = given.head(raw)
  const result: Outline = { definition, nodes: [], scopes: [], byId: new Map() }
  const root = { body: definition, at: [], group: -1, names: result.byId, prefix: '', isOurs: false }
  const waiting: Waiting[] = [root]
  for (let i = 0; i < waiting.length; i++) {
    const { body, at, group, names, prefix, isOurs } = waiting[i]!
    const read = isOurs ? TRUSTED : given
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
