// Which kept nodes are different in the definition that a new run uses.
import { canonicalJson } from '../../core/json.ts'
import type { Node } from '../model/definition.ts'
import type { AdoptedOutcome } from '../model/event.ts'
import { type Plan, writtenIds } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'

/** Why a run cannot continue in another version: a kept node is missing or was changed. */
export function changedKept(before: Plan, after: Plan, outcomes: readonly AdoptedOutcome[]): Problem[] {
  const whole = new Map<string, boolean>()
  const found: Problem[] = []
  const kept = outcomes.filter(({ status }) => status === 'succeeded' || status === 'failed')
  for (const { path } of kept) {
    const ids = writtenIds(before, path)
    ids.forEach((id, i) => {
      if (i === ids.length - 1) whole.set(id, true)
      else if (!whole.has(id)) whole.set(id, false)
    })
  }
  for (const [id, withBody] of whole) {
    const now = after.byId.get(id)
    if (now === undefined) {
      found.push({
        path: '',
        nodeId: id,
        code: 'rerun.node_missing',
        message: `This version has no node "${id}", whose outcome would be kept`,
      })
    } else if (shapeOf(before, before.byId.get(id)!, withBody) !== shapeOf(after, now, withBody)) {
      const hint = 'Start from this node, or from one before it'
      found.push({
        path: '',
        nodeId: id,
        code: 'rerun.node_changed',
        message: `The node "${id}", whose outcome would be kept, was changed`,
        hint,
      })
    }
  }
  for (const { path, status } of outcomes) {
    const id = writtenIds(before, path).at(-1) ?? ''
    const now = after.byId.get(id)
    if (status !== 'unknown' || now === undefined || whole.has(id)) continue
    // Under another path, it would not be recognized and be executed a second time.
    if (placeOf(before, before.byId.get(id)!) !== placeOf(after, now)) {
      const message = `The outcome of "${id}" is unknown, and the node was moved in this version`
      found.push({ path: '', nodeId: id, code: 'rerun.node_changed', message })
    }
  }
  return found
}

/** The group and the loops around a node. Its path consists of them. */
function placeOf(plan: Plan, index: number): string {
  const { scope, regions } = plan.nodes[index]!
  const { group } = plan.scopes[scope]!
  const around = group < 0 ? '' : `${placeOf(plan, group)}.${plan.nodes[group]!.id}`
  return `${around}~${regions.map((region) => plan.nodes[plan.regions[region]!.head]!.id).join('~')}`
}

/** What determines an outcome: the node without its appearance, and its incoming edges. */
function shapeOf(plan: Plan, index: number, withBody: boolean): string {
  const { node, incoming } = plan.nodes[index]!
  const { name: _name, notes: _notes, position: _position, meta: _meta, ...rest } = node
  const { body: _body, ...params } = (rest.params ?? {}) as NonNullable<Node['params']>
  const edges = incoming.map((edge) => {
    const { from, port, toPort } = plan.edges[edge]!
    return `${plan.nodes[from]!.id}:${port}>${toPort}`
  })
  return canonicalJson([withBody ? rest : { ...rest, params }, edges.sort(), placeOf(plan, index)])
}
