import type { Node } from '../model/definition.ts'
import type { NodeTypeInfo } from '../model/node-type.ts'

/** The ports of a node without `error`. Undefined if they depend on an expression, or the params are invalid. */
export function portsOf(info: NodeTypeInfo | undefined, node: Node): readonly string[] | undefined {
  if (info === undefined) return undefined
  try {
    const ports = info.ports(node.params ?? {})
    return ports.length > 0 ? ports : undefined
  } catch {
    // `cases: "{{ input.cases }}"` is a valid parameter, but its ports are unknown.
    return undefined
  }
}
