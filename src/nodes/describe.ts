// The node types as data: what the API lists, the reference prints and an editor builds its forms from.
import * as z from 'zod'
import { Body, DEFAULTS } from '../engine/model/definition.ts'
import type { NodeCategory, NodeType } from './node.ts'
import { NODES } from './registry.ts'

export type NodeTypeDescription = {
  type: string
  category: NodeCategory
  summary: string
  /** JSON Schema. Any string in the parameters may hold expressions in place of what it asks for. */
  params: Record<string, unknown>
  /** Of the example where they depend on the parameters; every node that can fail also has `error` with `onError: route`. */
  ports: readonly string[]
  output: string
  example: Record<string, unknown>
  needsCredential: boolean
  takesCredential: boolean
  /** Computed at once, without reaching anything outside. */
  pure: boolean
  /** Null where nothing takes time, or where the node waits as long as its parameters say. */
  defaultTimeoutMs: number | null
}

let known: readonly NodeTypeDescription[] | undefined

export function describeNodeTypes(): readonly NodeTypeDescription[] {
  known ??= NODES.map(describe)
  return known
}

const describe = (node: NodeType): NodeTypeDescription => ({
  type: node.type,
  category: node.category,
  summary: node.summary,
  params: paramsOf(node),
  ports: node.ports(node.example),
  output: node.output,
  example: node.example,
  needsCredential: node.needsCredential,
  takesCredential: node.needsCredential || node.takesCredential === true,
  pure: node.pure,
  defaultTimeoutMs: node.pure ? null : (node.defaultTimeoutMs ?? DEFAULTS.timeoutMs),
})

function paramsOf(node: NodeType): Record<string, unknown> {
  const own = node.params
  // The engine reads the body of a group before the node's schema sees the rest.
  const schema =
    node.kind === 'group' && node.body === undefined && own instanceof z.ZodObject
      ? own.extend({ body: Body.describe('Its nodes, edges and what it gives.') })
      : own
  const { $schema: _dialect, ...params } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return params
}
