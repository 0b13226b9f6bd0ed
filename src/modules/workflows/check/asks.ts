// Finds where a workflow asks people before it continues, and which starts would skip that. A sub-workflow that the node
// waits for counts as asking, because its content is only known when it runs.
import { reach } from '../../../engine/graph/graph.ts'
import type { Definition, Edge, Node } from '../../../engine/model/definition.ts'

type Graph = Pick<Definition, 'nodes' | 'edges'>

function asks(node: Node): boolean {
  const { type, params } = node
  if (node.disabled) return false
  if (type === 'flow.approval') return true
  if (type === 'flow.workflow') return params?.wait !== false
  if (type === 'ai.agent') return agentAsks(params ?? {})
  return bodyOf(node).some(asks)
}

/** Agents of the team and settings given as expressions are only known at run time, so they count as asking. */
function agentAsks({ agent, agentId, onLimit }: Record<string, unknown>): boolean {
  if (agentId !== undefined) return true
  const tools = (agent as { tools?: unknown } | undefined)?.tools
  if (typeof agent === 'string' || typeof tools === 'string') return true
  if (onLimit !== undefined && onLimit !== 'end') return true
  const policies = Array.isArray(tools)
    ? tools.map((tool) => (tool as { policy?: unknown } | null)?.policy)
    : []
  return policies.some((policy) => policy !== undefined && policy !== 'allow' && policy !== 'deny')
}

const bodyOf = ({ type, params }: Node): Node[] =>
  type === 'flow.group' ? ((params?.body as { nodes?: Node[] } | undefined)?.nodes ?? []) : []

/** The top-level node that is this node or contains it. */
const holderOf = (nodes: readonly Node[], id: string): Node | undefined =>
  nodes.find((node) => node.id === id || holderOf(bodyOf(node), id) !== undefined)

/** The top-level nodes that ask, or contain a node that does. */
export const askingNodes = ({ nodes }: Graph): string[] => nodes.filter(asks).map(({ id }) => id)

/** The nodes reachable from `from` without following loop edges. */
function after(edges: readonly Edge[], from: string): Set<string> {
  const next = Map.groupBy(
    edges.filter(({ back }) => back !== true),
    (edge) => edge.from,
  )
  const ids = [...new Set([from, ...edges.flatMap((edge) => [edge.from, edge.to])])]
  const indexes = new Map(ids.map((id, index) => [id, index]))
  const found = reach([indexes.get(from) ?? 0], (index) =>
    (next.get(ids[index] ?? '') ?? []).map(({ to }) => indexes.get(to) ?? 0),
  )
  return new Set([...found].map((index) => ids[index] ?? ''))
}

/**
 * Whether a run that starts at `entry` reaches nodes that normally come after a question, without asking it. A start in the
 * middle of a group may also skip a question of that group.
 */
export function skipsQuestion({ nodes, edges = [] }: Graph, entry: string): boolean {
  const holder = holderOf(nodes, entry)
  if (holder !== undefined && holder.id !== entry && asks(holder)) return true
  const reached = after(edges, holder?.id ?? entry)
  return askingNodes({ nodes, edges })
    .filter((id) => !reached.has(id))
    .some((id) => [...after(edges, id)].some((behind) => reached.has(behind)))
}
