import type * as z from 'zod'
import type { Body, Node } from './definition.ts'

export type MergeMode = 'all' | 'any' | 'first' | 'quorum'

export interface ParamFault {
  readonly at: readonly PropertyKey[]
  readonly message: string
}

/** What the engine knows of a node type. The registry of `src/nodes` fills it; the engine never runs a node. */
export interface NodeTypeInfo {
  readonly type: string
  /** Of a `flow.group` the schema sees the params without `body`; the engine reads that itself. */
  readonly params: z.ZodType
  /** The ports that an outcome may name, without `error`, which belongs to `onError: route`. */
  ports(params: Readonly<Record<string, unknown>>): readonly string[]
  /** Computed by the shell at once, without effect: no slot, no intent, no timeout. */
  readonly pure: boolean
  readonly needsCredential: boolean
  /** Whether it may name a credential that it does not need. */
  readonly takesCredential?: boolean
  /** A pure node that may wait: it cannot run for each item by itself, since its items have no state of their own. */
  readonly mayWait?: boolean
  /** Whether the node changes something outside, so that it can be at-most-once or be undone. */
  readonly effectful: boolean
  readonly defaultTimeoutMs?: number
  readonly kind?: 'leaf' | 'merge' | 'group'
  /**
   * Of a group that supplies its body itself. What it makes may depend on the node alone. Its nodes have names of their own:
   * nothing outside can name them, and they name nothing outside but by what the node stands on (`prev`, `item`).
   */
  body?(node: Node): Body
  /** Stands only in bodies that node types supply: nobody writes it into a definition. */
  readonly internal?: true
  /** Parameters that the node evaluates by itself, where there may be an `item`. */
  readonly deferred?: readonly string[]
  /** What is wrong with fixed parameters that the schema cannot tell; those with expressions are seen by the run only. */
  check?(params: Readonly<Record<string, unknown>>): Iterable<ParamFault>
  /** Parameters that are conditions, such as `condition`, `cases[].when`. */
  readonly conditions?: readonly string[]
}

export interface NodeTypes {
  get(type: string): NodeTypeInfo | undefined
  types(): Iterable<string>
}

/** A registry out of a list. */
export function nodeTypes(list: Iterable<NodeTypeInfo>): NodeTypes {
  const byType = new Map<string, NodeTypeInfo>()
  for (const info of list) byType.set(info.type, info)
  return { get: (type) => byType.get(type), types: () => byType.keys() }
}
