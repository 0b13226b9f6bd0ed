import { BodyHead, type Definition, DefinitionHead, Edge, LIMITS, Node } from '../model/definition.ts'
import type { NodeTypes } from '../model/node-type.ts'
import { formatLocation, type Location, type Problems, quoted } from '../model/problem.ts'
import { type Outline, outline, type Reader } from './outline.ts'
import { isObject, readPartial } from './read-partial.ts'

const MAX_ID_CHARS = 64

/**
 * Reads a definition of acceptable size. Reports every invalid field and continues without it. Undefined if it has
 * too many parts; the rest is not checked then.
 */
export function readDefinition(raw: unknown, types: NodeTypes, problems: Problems): Outline | undefined {
  let nodes = 0
  let edges = 0
  const loose: { edge: Edge; at: Location; cut: ReadonlySet<string> }[] = []
  const reader: Reader = {
    head(value) {
      const head = readPartial(DefinitionHead, value, [], problems)?.value
      return { ...head, ...partsOf(head) } as Definition
    },
    node(value, at) {
      if (++nodes > LIMITS.nodes) return undefined
      const read = readPartial(Node, value, at, problems)
      if (read === undefined) return undefined
      const { id, type } = value as { id?: unknown; type?: unknown }
      const part = { ...read.value, id: nameOf(id) ?? `(${formatLocation(at)})`, type: nameOf(type) ?? '' }
      return { part, cut: read.cut }
    },
    edge(value, at) {
      if (++edges > LIMITS.edges) return undefined
      const read = readPartial(Edge, value, at, problems)
      if (read === undefined) return undefined
      const from = nameOf((value as { from?: unknown }).from)
      const to = nameOf((value as { to?: unknown }).to)
      if (from === undefined || to === undefined) return undefined
      return { part: { ...read.value, from, to }, cut: read.cut }
    },
    body(value, at) {
      const body = readPartial(BodyHead, value, at, problems)?.value
      return { ...body, ...partsOf(body) }
    },
    duplicate: (id, at) =>
      problems.add([...at, 'id'], 'node.duplicate_id', `Another node has the id ${quoted(id)}`),
    dangling: (edge, at, cut) => {
      loose.push({ edge, at, cut })
    },
  }
  const result = outline(raw, types, reader)
  if (nodes > LIMITS.nodes || edges > LIMITS.edges) {
    const [what, count, limit] =
      nodes > LIMITS.nodes ? ['nodes', nodes, LIMITS.nodes] : ['edges', edges, LIMITS.edges]
    problems.list.length = 0
    problems.add(
      [String(what)],
      `definition.too_many_${what}`,
      `The definition has ${count} ${what}; at most ${limit} are allowed`,
    )
    return undefined
  }
  for (const { edge, at, cut } of loose) reportLoose(edge, at, result, cut, problems)
  return result
}

function reportLoose(
  edge: Edge,
  at: Location,
  { byId }: Outline,
  cut: ReadonlySet<string>,
  problems: Problems,
): void {
  const missing = (['from', 'to'] as const).filter((end) => !byId.has(edge[end]))
  for (const end of missing) {
    if (cut.has(end)) continue
    const hint = problems.didYouMean(edge[end], byId.keys())
    problems.add([...at, end], 'edge.unknown_node', `The node ${quoted(edge[end])} does not exist`, hint)
  }
  if (missing.length > 0) return
  problems.add(
    at,
    'edge.crosses_bodies',
    `${quoted(edge.from)} and ${quoted(edge.to)} are not in the same body`,
    'Connect the group itself. Inside its body, connect its own nodes',
  )
}

/** An invalid name was reported, and still identifies the node. */
const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS ? value : undefined

const partsOf = (value: unknown) => ({ nodes: fieldOf(value, 'nodes'), edges: fieldOf(value, 'edges') })

function fieldOf(value: unknown, name: string): unknown[] {
  const field = isObject(value) ? value[name] : undefined
  return Array.isArray(field) ? field : []
}
