import { AppError } from '../../../core/errors.ts'
import type { Node } from '../../../engine/model/definition.ts'

/** Throws 422 unless a run can start at this node: it must be a top-level node and not a compensation. */
export function requireEntry(definition: { nodes: unknown[] }, entry: string): void {
  const nodes = definition.nodes as Node[]
  if (nodes.some(({ id }) => id === entry) && !nodes.some(({ undo }) => undo === entry)) return
  throw new AppError('request.invalid', {
    errors: [
      {
        path: '/entry',
        message: 'A run cannot start at this node, or the node does not exist.',
        code: 'not_found',
      },
    ],
  })
}
