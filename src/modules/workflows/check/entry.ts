import { AppError } from '../../../core/errors.ts'
import type { Node } from '../../../engine/model/definition.ts'

/** Throws 422 unless a run can start at this node: one of the workflow itself, not of a body, that undoes nothing. */
export function requireEntry(definition: { nodes: unknown[] }, entry: string): void {
  const nodes = definition.nodes as Node[]
  if (nodes.some(({ id }) => id === entry) && !nodes.some(({ undo }) => undo === entry)) return
  throw new AppError('request.invalid', {
    errors: [
      { path: '/entry', message: 'There is no such node that a run could start at.', code: 'not_found' },
    ],
  })
}
