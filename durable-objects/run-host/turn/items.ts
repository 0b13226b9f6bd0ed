// The items of an `each`. Items of a pure node have no activation of their own: they are computed in batches within a
// turn, and stored batch by batch.
import type { NodeError } from '../../../src/engine/model/event.ts'
import { itemPath } from '../../../src/engine/model/path.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import { mockResult } from '../../../src/nodes/mock.ts'
import { NodeFailure, type NodeResult } from '../../../src/nodes/node.ts'
import { asNodeError } from './compute.ts'
import { nodeInput, planNode } from './node-input.ts'
import { prepareNode } from './prepared.ts'
import { evaluate, itemsPath, outputOf, type Run, scopeOf } from './scope.ts'
import { computePure, hasWorkedLong, Unfinished } from './work.ts'

/**
 * Computes the pure items from `from` to `to`. Returns the outputs in order, and the failures among them. Returns
 * fewer if the turn has computed enough; throws `Unfinished` if that leaves none.
 */
export function computeItems(
  run: Run,
  activation: Activation,
  from: number,
  to: number,
  now: number,
): { outputs: unknown[]; failed: { item: number; error: NodeError }[] } {
  const node = planNode(run, activation)
  const { type, params } = prepareNode(node)
  const outputs: unknown[] = []
  const failed: { item: number; error: NodeError }[] = []
  const stopsAtFirst = node.each?.onItemError === 'fail'
  const items = run.values.read(itemsPath(activation.path)) as unknown[]
  for (let index = from; index < to; index++) {
    let result: NodeResult
    try {
      if (type === undefined || !type.pure)
        throw new NodeFailure({
          code: 'node.unknown_type',
          message: `The node type ${node.type} does not exist`,
          retryable: false,
        })
      const at = { from: activation }
      const view = scopeOf(run, at, now, { item: items[index], index })
      const mock = run.spec.mocks?.[node.name]
      const { attempt } = activation
      const call = { activation, attempt, key: '', nowMs: now, view }
      const input = () => nodeInput(run, call, type, evaluate(run, at, params, view))
      result = mock
        ? mockResult(type, node.node, mock, () => type.compute(input()))
        : computePure(run, `${itemPath(activation.path, index)} ${attempt}`, type, input)
    } catch (error) {
      if (error instanceof Unfinished) {
        if (outputs.length === 0) throw error
        break
      }
      result = { error: asNodeError(error) }
    }
    if ('wait' in result)
      result = {
        error: { code: 'each.cannot_wait', message: 'Items of a pure node cannot wait', retryable: false },
      }
    if ('error' in result) {
      failed.push({ item: index, error: result.error })
      outputs.push({ error: result.error })
      if (stopsAtFirst) break
    } else outputs.push(result.output ?? null)
    if (hasWorkedLong(run)) break
  }
  return { outputs, failed }
}

/** The path of the outputs of pure items, by the first item of their batch. */
export const batchPath = (path: string, from: number): string => `${path}@out${from}`

type Batch = { from: number; outputs: unknown[]; failed: number[] }

/** In order, as far as they are computed. */
function* batchesOf(run: Run, { path, each }: Activation): Generator<Batch> {
  for (let from = 0; from < (each?.count ?? 0); ) {
    const batch = run.values.read(batchPath(path, from)) as Omit<Batch, 'from'> | undefined
    if (batch === undefined || batch.outputs.length === 0) return
    yield { from, ...batch }
    from += batch.outputs.length
  }
}

/** The outcome of one pure item. Undefined if it is not computed yet. */
export function itemOutcome(
  run: Run,
  activation: Activation,
  item: number,
): { output: unknown; failed: boolean } | undefined {
  for (const { from, outputs, failed } of batchesOf(run, activation)) {
    if (item < from + outputs.length) return { output: outputs[item - from], failed: failed.includes(item) }
  }
  return undefined
}

/** The output of an `each`, in order. Failed items are left out or appear as `{ error }`, depending on the policy. */
export function collectItems(run: Run, activation: Activation): unknown[] {
  const node = planNode(run, activation)
  const skips = node.each?.onItemError === 'skip'
  const outputs: unknown[] = []
  if (node.pure) {
    for (const batch of batchesOf(run, activation)) {
      const failed = new Set(batch.failed)
      batch.outputs.forEach((output, offset) => {
        if (!skips || !failed.has(batch.from + offset)) outputs.push(output)
      })
    }
    return outputs
  }
  for (let index = 0; index < (activation.each?.count ?? 0); index++) {
    const item = run.state.activations.get(itemPath(activation.path, index))
    if (item === undefined) outputs.push(null)
    else if (item.status !== 'failed' || !skips) outputs.push(outputOf(item, run.values.read) ?? null)
  }
  return outputs
}
