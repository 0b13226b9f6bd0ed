import { AppError, type FieldError } from '../../../core/errors.ts'
import type { Node } from '../../../engine/definition.ts'
import { mockFault } from '../../../nodes/mock.ts'
import { nodeOf } from '../../../nodes/registry.ts'
import type { Mocks } from '../schema/mocks.ts'

/** Throws 422 unless each mock stands for a node that is there, and says all that is needed to go on after it. */
export function requireMocks(definition: { nodes: unknown[] }, mocks: Mocks): void {
  const known = new Map(nodesIn(definition.nodes).map((node) => [node.id, node]))
  const errors: FieldError[] = []
  for (const [id, mock] of Object.entries(mocks)) {
    const node = known.get(id)
    if (node === undefined) {
      errors.push({ path: `mocks.${id}`, message: 'The workflow has no such node.', code: 'not_found' })
      continue
    }
    const fault = mockFault(nodeOf(node.type), node, mock)
    if (fault) errors.push({ path: `mocks.${id}${fault.field}`, message: fault.message, code: 'custom' })
  }
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
}

function nodesIn(nodes: unknown[]): Node[] {
  return nodes.flatMap((raw) => {
    const node = raw as Node
    const { body } = (node.params ?? {}) as { body?: { nodes?: unknown[] } }
    return [node, ...nodesIn(node.type === 'flow.group' ? (body?.nodes ?? []) : [])]
  })
}
