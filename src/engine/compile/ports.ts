import type { Node } from '../model/definition.ts'
import type { NodeTypeInfo } from '../model/node-type.ts'

/** The ports of a node without `error`; undefined when they depend on an expression or the params are wrong. */
export function portsOf(info: NodeTypeInfo | undefined, node: Node): readonly string[] | undefined {
  if (info === undefined) return undefined
  try {
    const ports = info.ports(node.params ?? {})
    return ports.length > 0 ? ports : undefined
  } catch {
    // `cases: "{{ input.cases }}"` passes as a parameter, but no port can be read off it.
    return undefined
  }
}
