import type * as z from 'zod'
import type { Body, Node } from './definition.ts'

export type MergeMode = 'all' | 'any' | 'first' | 'quorum'

export interface ParamFault {
  readonly at: readonly PropertyKey[]
  readonly message: string
}

/** What the engine knows of a node type. The registry in `src/nodes` provides it. The engine never runs a node. */
export interface NodeTypeInfo {
  readonly type: string
  /** For `flow.group`, the schema sees the params without `body`, which the engine reads itself. */
  readonly params: z.ZodType
  /** The ports that an outcome may name, except `error`, which belongs to `onError: route`. */
  ports(params: Readonly<Record<string, unknown>>): readonly string[]
  /** Computed by the shell immediately, without an effect: no slot, no stored attempt, no timeout. */
  readonly pure: boolean
  readonly needsCredential: boolean
  /** Whether it may have a credential that it does not need. */
  readonly takesCredential?: boolean
  /** A pure node that may wait. It cannot run for each item, because its items have no state of their own. */
  readonly mayWait?: boolean
  /** Whether the node changes something outside, so that it can be at-most-once or be undone. */
  readonly effectful: boolean
  readonly defaultTimeoutMs?: number
  readonly kind?: 'leaf' | 'merge' | 'group'
  /**
   * The body that a group type supplies. It may only depend on the node. Its nodes have their own names: nothing
   * outside can use them, and they can only use what the node itself can use (`prev`, `item`).
   */
  body?(node: Node): Body
  /** Only allowed in supplied bodies, not in definitions of users. */
  readonly internal?: true
  /** Parameters that the node evaluates itself, where there may be an `item`. */
  readonly deferred?: readonly string[]
  /**
   * Problems of fixed parameters that the schema cannot detect. Parameters with expressions are only known in the
   * run.
   */
  check?(params: Readonly<Record<string, unknown>>): Iterable<ParamFault>
  /** Parameters that are conditions, such as `condition`, `cases[].when`. */
  readonly conditions?: readonly string[]
}

export interface NodeTypes {
  get(type: string): NodeTypeInfo | undefined
  types(): Iterable<string>
}

/** Creates a registry from a list. */
export function nodeTypes(list: Iterable<NodeTypeInfo>): NodeTypes {
  const byType = new Map<string, NodeTypeInfo>()
  for (const info of list) byType.set(info.type, info)
  return { get: (type) => byType.get(type), types: () => byType.keys() }
}
