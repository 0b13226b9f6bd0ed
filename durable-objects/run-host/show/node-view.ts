// One node of a run as the API shows it. Items of a pure `each` have no activation of their own: their data is in the
// batch that they were computed with.
import type { Json } from '../../../src/core/json.ts'
import { withoutItem } from '../../../src/engine/model/path.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import { nodeView } from '../../../src/engine/read/view.ts'
import { MAX_SHOWN_CHARS, type NodeDetail } from '../../../src/objects/workflow-run.ts'
import type { RunStore } from '../rows/store.ts'
import { itemOutcome } from '../turn/items.ts'
import { prepareNode } from '../turn/prepared.ts'
import { evaluate, itemsPath, type Run, scopeOf } from '../turn/scope.ts'
import { attemptsOf } from './attempts.ts'
import { readable, toNodeView, waitsOf } from './view.ts'

export function viewNode(run: Run, store: RunStore, path: string, now: number): NodeDetail | null {
  const activation = run.state.activations.get(path)
  if (activation === undefined) return viewPureItem(run, path, now)
  const wait = waitsOf(run, store).find((one) => one.path === path) ?? null
  const view = toNodeView(nodeView(run.plan, activation))
  const output = readable(() =>
    activation.status === 'failed' ? null : ((run.values.read(path) ?? null) as Json),
  )
  return {
    ...view,
    error: view.error ?? ((output.error ?? null) as unknown as Json),
    input: inputOf(run, activation, now),
    output: output.value,
    outputBytes: run.values.chars(path),
    wait,
    attempts: attemptsOf(store, path),
  }
}

function viewPureItem(run: Run, path: string, now: number): NodeDetail | null {
  const parent = run.state.activations.get(withoutItem(path))
  const node = parent === undefined ? undefined : run.plan.nodes[parent.node]
  const index = Number(path.slice(path.lastIndexOf(':') + 1))
  if (!parent?.each || !node?.pure || !Number.isInteger(index)) return null
  if (path !== `${parent.path}:${index}` || index < 0 || index >= parent.each.count) return null
  const outcome = itemOutcome(run, parent, index)
  const items = run.values.read(itemsPath(parent.path))
  const item = Array.isArray(items) ? items[index] : undefined
  const output = (outcome?.output ?? null) as Json
  return {
    id: node.id,
    path,
    type: node.type,
    status: outcome === undefined ? 'pending' : outcome.failed ? 'failed' : 'succeeded',
    attempt: outcome === undefined ? 0 : 1,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    error: outcome?.failed ? (((output as { error?: Json } | null)?.error ?? null) as Json) : null,
    input: evaluated(run, parent, now, { item, index }),
    output: outcome?.failed ? null : output,
    outputBytes: outcome === undefined || outcome.failed ? 0 : JSON.stringify(output).length,
    wait: null,
    attempts: [],
  }
}

/** For an `each`, its items. For anything else, its parameters. */
function inputOf(run: Run, activation: Activation, now: number): Json {
  const isWhole = activation.item < 0 && run.plan.nodes[activation.node]?.node.each !== undefined
  if (!isWhole) return evaluated(run, activation, now)
  const items = itemsPath(activation.path)
  if (run.values.chars(items) > MAX_SHOWN_CHARS) return null
  return { items: readable(() => (run.values.read(items) ?? null) as Json).value }
}

/** The parameters as they evaluate now. Null if they cannot be evaluated any more. */
function evaluated(run: Run, activation: Activation, now: number, extra: Record<string, unknown> = {}): Json {
  const node = run.plan.nodes[activation.node]
  if (node === undefined) return null
  try {
    const at = { from: activation }
    const view = scopeOf(run, at, activation.startedAt ?? now, extra)
    return (evaluate(run, at, prepareNode(node).params, view) ?? null) as Json
  } catch {
    return null
  }
}
