import type * as z from 'zod'
import { BodyHead, type Definition, DefinitionHead, Edge, LIMITS, Node } from '../definition.ts'
import { nearest } from '../expression/index.ts'
import type { NodeTypes } from '../node-type.ts'
import { type Location, type Problems, quoted } from '../problem.ts'
import { type Outline, outline, type Reader } from './outline.ts'

/**
 * Reads a definition of the right size, reporting every part that is not well formed and going on without it.
 * Undefined when there are more parts than may be; the rest is not looked at then.
 */
export function readDefinition(raw: unknown, types: NodeTypes, problems: Problems): Outline | undefined {
  let nodes = 0
  let edges = 0
  // Nodes that are there but cannot be read: an edge to one is not reported a second time.
  const broken = new Set<string>()
  const loose: { edge: Edge; at: Location }[] = []
  const reader: Reader = {
    head(value) {
      const head = parse(DefinitionHead, value, [], problems)
      if (head) return head as Definition
      return { nodes: fieldOf(value, 'nodes'), edges: fieldOf(value, 'edges') } as Definition
    },
    node(value, at) {
      if (++nodes > LIMITS.nodes) return undefined
      const node = parse(Node, value, at, problems)
      if (node === undefined) broken.add(String((value as { id?: unknown } | null)?.id))
      return node
    },
    edge: (value, at) => (++edges > LIMITS.edges ? undefined : parse(Edge, value, at, problems)),
    body: (value, at) =>
      parse(BodyHead, value, at, problems) ?? {
        nodes: fieldOf(value, 'nodes'),
        edges: fieldOf(value, 'edges'),
      },
    duplicate: (id, at) =>
      problems.add([...at, 'id'], 'node.duplicate_id', `Another node is called ${quoted(id)}`),
    dangling: (edge, at) => {
      loose.push({ edge, at })
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
      `${count} ${what}, at most ${limit} are allowed`,
    )
    return undefined
  }
  for (const { edge, at } of loose) reportLoose(edge, at, result, broken, problems)
  return result
}

function reportLoose(
  edge: Edge,
  at: Location,
  { byId }: Outline,
  broken: ReadonlySet<string>,
  problems: Problems,
): void {
  const missing = (['from', 'to'] as const).filter((end) => !byId.has(edge[end]))
  for (const end of missing) {
    if (broken.has(edge[end])) continue
    const near = nearest(edge[end], byId.keys())
    const hint = near === undefined ? undefined : `Did you mean "${near}"?`
    problems.add([...at, end], 'edge.unknown_node', `There is no node ${quoted(edge[end])}`, hint)
  }
  if (missing.length > 0) return
  problems.add(
    at,
    'edge.crosses_bodies',
    `${quoted(edge.from)} and ${quoted(edge.to)} are not in the same body`,
    'Connect the group itself; inside its body, connect its own nodes',
  )
}

export function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  at: Location,
  problems: Problems,
): T | undefined {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues) {
    problems.add([...at, ...path], 'definition.invalid', message)
  }
  return undefined
}

function fieldOf(value: unknown, name: string): unknown[] {
  const field = (value as Record<string, unknown> | null | undefined)?.[name]
  return Array.isArray(field) ? field : []
}
