// A hash of the parameters that an effect was sent with. A following run compares it.
import { toHex, utf8 } from '../../../src/core/crypto.ts'
import { hashNow } from '../../../src/core/digest.ts'
import { canonicalJson } from '../../../src/core/json.ts'
import type { Sent } from '../../../src/engine/model/event.ts'
import { keySuffix } from '../../../src/engine/model/idempotency.ts'
import type { PlanNode } from '../../../src/engine/model/plan.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import { prepareNode } from './prepared.ts'
import { evaluate, type Run, scopeOf } from './scope.ts'
import { newWork } from './work.ts'

/** Parameters that a node evaluates itself are compared as they are written. */
export function fingerprintOf(plan: PlanNode, values: unknown): string {
  const deferred = prepareNode(plan).type?.deferred ?? []
  const written = deferred.map((name) => plan.node.params?.[name] ?? null)
  const { credential } = plan.node
  const text = canonicalJson([plan.type, values, written, ...(credential === undefined ? [] : [credential])])
  return toHex(hashNow('sha256', utf8(text))).slice(0, 32)
}

/** The last time that the effect of an activation was sent, by this run or an earlier one. */
export function sentBy(run: Run, activation: Activation): Sent | undefined {
  const before = run.state.adopted.get(activation.path)?.sent
  const node = run.plan.nodes[activation.node]
  if (node === undefined || node.pure || node.body >= 0 || activation.attempt === 0 || activation.adopted)
    return before
  if (node.each !== null && activation.item < 0) return before
  try {
    run.work = newWork()
    const at = { from: activation }
    const view = scopeOf(run, at, activation.startedAt ?? 0)
    const params = fingerprintOf(node, evaluate(run, at, prepareNode(node).params, view))
    const suffix = keySuffix(before, params)
    return suffix === undefined ? { params } : { params, suffix }
  } catch {
    // It could not be evaluated, so it was not sent.
    return before
  }
}
