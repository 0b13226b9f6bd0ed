// The entry of a node in the plan of a dry run.
import type { PlanNode } from '../../../engine/model/plan.ts'
import type { PlannedNode } from '../schema/plan.ts'
import { evaluate, type World } from './known.ts'

export function failed(
  base: PlannedNode,
  node: PlanNode,
  error: { code: string; message: string },
): PlannedNode {
  const shownError = { code: error.code, message: error.message }
  if (node.onError === 'fail') return { ...base, verdict: 'fails', port: null, error: shownError }
  const port = node.onError === 'route' ? 'error' : 'main'
  return { ...withOutput(base, { value: { error: shownError } }), port, error: shownError }
}

/** An output larger than this is known but not shown. */
const MAX_SHOWN_CHARS = 20_000

export const shown = (value: unknown): PlannedNode['params'] => {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > MAX_SHOWN_CHARS ? `(${text.length} characters)` : JSON.parse(text)
}

export const withOutput = (base: PlannedNode, output: { value: unknown } | null): PlannedNode =>
  output === null ? base : { ...base, output: output.value as PlannedNode['output'] }

export function planEach(world: World, node: PlanNode, base: PlannedNode): PlannedNode {
  const items = evaluate(world, node, node.node.each?.items)
  if (items.kind === 'error') return failed(base, node, items)
  if (items.kind === 'unknown')
    return { ...base, unresolved: ['each.items'], reason: 'Its items are not known yet' }
  if (!Array.isArray(items.value))
    return failed(base, node, { code: 'each.not_a_list', message: 'each.items must be an array' })
  return { ...base, items: items.value.length, reason: 'Runs once for each item' }
}
