// The node types as data, for the API, the reference and forms in editors.
import * as z from 'zod'
import { Body, DEFAULTS } from '../engine/model/definition.ts'
import type { NodeCategory, NodeType } from './node.ts'
import { NODES } from './registry.ts'

export type NodeTypeDescription = {
  type: string
  category: NodeCategory
  summary: string
  /** A JSON Schema. Any string in the parameters may contain expressions. */
  params: Record<string, unknown>
  /** The ports for the example if they depend on the parameters. With `onError: route`, every node that can fail also has `error`. */
  ports: readonly string[]
  output: string
  example: Record<string, unknown>
  needsCredential: boolean
  takesCredential: boolean
  /** Whether it computes immediately, without external effects. */
  pure: boolean
  /** Null if the node takes no time, or waits as long as its parameters say. */
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
  // The engine takes the body of a group out before the node's schema sees the rest.
  const schema =
    node.kind === 'group' && node.body === undefined && own instanceof z.ZodObject
      ? own.extend({ body: Body.describe('The nodes, edges and output of the body.') })
      : own
  const { $schema: _dialect, ...params } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return params
}
