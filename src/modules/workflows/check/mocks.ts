import { AppError, type FieldError } from '../../../core/errors.ts'
import type { Pointer } from '../../../core/pointer.ts'
import { loadPlan } from '../../../engine/compile/load.ts'
import type { Definition, Node } from '../../../engine/model/definition.ts'
import { type Mock, mockFault } from '../../../nodes/mock.ts'
import { NODE_TYPES, nodeOf } from '../../../nodes/registry.ts'
import type { Mocks } from '../schema/mocks.ts'

/** Throws 422 unless each mock belongs to an existing node and contains everything the run needs to continue after it. */
export function requireMocks(definition: { nodes: unknown[] }, mocks: Mocks): void {
  const known = nodesOf(definition)
  const errors: FieldError[] = []
  for (const [id, mock] of Object.entries(mocks)) {
    const node = known.get(id)
    if (node === undefined) {
      errors.push({
        path: `/mocks/${id}`,
        message: 'The workflow has no node with this id.',
        code: 'not_found',
      })
      continue
    }
    const fault = node.type === 'ai.model' ? lastAnswer(mock) : mockFault(nodeOf(node.type), node, mock)
    if (fault) errors.push({ path: `/mocks/${id}${fault.field}`, message: fault.message, code: 'custom' })
  }
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
}

/** By name. The name of a node inside a built-in body starts with the outer node's name, such as `agent.model`. */
function nodesOf(definition: { nodes: unknown[] }): Map<string, Node> {
  const { nodes } = loadPlan(definition as Definition, NODE_TYPES)
  return new Map(nodes.map(({ name, node }) => [name, node]))
}

/** One mock answers every call of the model. If it asked for tools, the agent would loop forever. */
const lastAnswer = ({ port }: Mock) =>
  port === undefined || port === 'done'
    ? null
    : {
        field: '/port' as Pointer,
        message: 'A mock of a model is its final answer, so the port must be "done".',
      }
