// A run stores the bodies that its node types supplied when it started, even if a later release supplies others. A
// retry or rerun with another version of the workflow reuses the body of each node that did not change, so the kept
// steps still match.
import { canonicalJson } from '../../core/json.ts'
import type { Node } from '../model/definition.ts'
import type { Bodies, Plan } from '../model/plan.ts'

export function bodiesToKeep(before: Plan, after: Plan): Bodies {
  const kept: [name: string, body: Bodies[string]][] = []
  for (const [name, body] of Object.entries(before.bodies ?? {})) {
    const [id = ''] = name.split('.')
    const was = before.nodes[before.byId.get(id) ?? -1]?.node
    const is = after.nodes[after.byId.get(id) ?? -1]?.node
    if (was !== undefined && is !== undefined && isSame(was, is)) kept.push([name, body])
  }
  return Object.fromEntries(kept)
}

/** Without its appearance. */
const isSame = (one: Node, other: Node): boolean => partsOf(one) === partsOf(other)

const partsOf = ({ name: _name, notes: _notes, position: _position, meta: _meta, ...rest }: Node): string =>
  canonicalJson(rest)
