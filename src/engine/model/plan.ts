// A plan is the definition in the form that the core uses: nodes, edges, scopes and loop regions by integer index
// over all bodies. It never changes, contains nothing about a run, and may be cached by version.
import type { Body, Definition, Node, RetryPolicy } from './definition.ts'
import type { MergeMode } from './node-type.ts'
import { parsePath } from './path.ts'

/** How many pure items the shell computes per command, so that it can yield in between. */
export const ITEMS_PER_TURN = 256

export type Bodies = Readonly<Record<string, Body>>

export interface PlanNode {
  readonly index: number
  readonly id: string
  /** The id. In a supplied body, it is prefixed by the name of the node that supplies it: `agent.model`. */
  readonly name: string
  readonly type: string
  readonly node: Node
  readonly scope: number
  /** The scope of the body of a group, else -1. */
  readonly body: number
  /** The body that its type supplies. The shell is asked before it opens, because a mock may replace the whole node. */
  readonly supplied: Body | null
  readonly pure: boolean
  /** For merges. Every other node joins `all`. */
  readonly join: { readonly mode: MergeMode; readonly count: number }
  readonly onError: 'fail' | 'continue' | 'route'
  readonly retry: RetryPolicy | null
  /** The limit for the work of an attempt. 0 means none: pure nodes, and groups without a timeout. */
  readonly timeoutMs: number
  /** The limit for an attempt including its waits. 0 means none, as for all nodes without a timeout of their own. */
  readonly waitTimeoutMs: number
  readonly each: EachPlan | null
  readonly atMostOnce: boolean
  /** The port of a node that only passes its input on. */
  readonly firstPort: string
  /** The node that undoes this one, else -1. */
  readonly undo: number
  readonly isUndoTarget: boolean
  /** Loop regions around the node, outermost first. */
  readonly regions: readonly number[]
  /** Edges by index. `incoming` contains only forward edges, because only they count for a join. */
  readonly incoming: readonly number[]
  readonly outgoing: readonly number[]
  /** Incoming back edges. Only the head of a loop has any. */
  readonly back: readonly number[]
  /** For a `first` merge: the nodes, in order, that can reach the end only through it. */
  readonly onlyThroughHere: readonly number[]
}

export interface EachPlan {
  readonly concurrency: number
  readonly onItemError: 'fail' | 'skip' | 'collect'
}

export interface PlanEdge {
  readonly index: number
  readonly from: number
  readonly to: number
  readonly port: string
  readonly toPort: string
  readonly back: boolean
  /** How many loop regions both ends share. */
  readonly common: number
  /** The outermost region that the edge leaves, else -1. */
  readonly leaves: number
}

/** Whether an outcome at this port leads anywhere. */
export const leavesBy = (plan: Plan, node: number, port: string): boolean =>
  plan.nodes[node]!.outgoing.some((edge) => plan.edges[edge]!.port === port)

export interface PlanScope {
  readonly index: number
  /** The group with this body, or -1 for the workflow itself. */
  readonly group: number
  /** In topological order, without undo targets. */
  readonly nodes: readonly number[]
  /** Nodes without incoming forward edge. */
  readonly entries: readonly number[]
  /** Units to settle: nodes outside loops, and outermost loops. */
  readonly units: number
  readonly output: unknown
  /** The nodes that can be used here. All bodies share the names of the workflow, except supplied ones. */
  readonly names: ReadonlyMap<string, number>
}

export interface PlanRegion {
  readonly index: number
  readonly head: number
  readonly scope: number
  /** The next region around this one, else -1. */
  readonly parent: number
  /** The number of regions around it. */
  readonly depth: number
  /** Units to settle in an iteration: nodes directly inside and regions directly inside. */
  readonly units: number
  readonly exits: readonly number[]
  readonly maxIterations: number
}

export interface Plan {
  readonly firing: 'join'
  readonly definition: Definition
  readonly nodes: readonly PlanNode[]
  readonly edges: readonly PlanEdge[]
  readonly scopes: readonly PlanScope[]
  readonly regions: readonly PlanRegion[]
  /** The nodes of the definition as it was written. */
  readonly byId: ReadonlyMap<string, number>
  /** The supplied bodies, by the names of their nodes. Null if there are none. */
  readonly bodies: Bodies | null
  readonly maxParallel: number
  readonly timeoutMs: number
  readonly deadlineMs: number
}

/** The node that a path names. Undefined if the plan has none. */
export function nodeAt(plan: Plan, path: string): number | undefined {
  let { byId: names } = plan
  let found: number | undefined
  for (const { id } of parsePath(path)?.segments ?? []) {
    found = names.get(id)
    const node = found === undefined ? undefined : plan.nodes[found]!
    if (node?.supplied) names = plan.scopes[node.body]!.names
  }
  return found
}

/** The ids of a path that are in the definition: a node in a supplied body belongs to the node that supplies it. */
export function writtenIds(plan: Plan, path: string): string[] {
  const ids: string[] = []
  for (const { id } of parsePath(path)?.segments ?? []) {
    ids.push(id)
    if (plan.nodes[plan.byId.get(id) ?? -1]?.supplied) break
  }
  return ids
}
