// Which answers of people a following run does not keep. Invariants:
// 1. An approval was given for an input and for what was shown: with another input it is asked again, and so it is where
//    the version or the variables make it show something else.
// 2. A sub-workflow sees only what its node hands it: it is run again when that changed, but only if sub-workflows of the
//    run have asked anybody, since all else that it did would be done twice.
// 3. What cannot be evaluated any more counts as changed.
import { canonicalJson, type Json } from '../../../src/core/json.ts'
import type { Plan, PlanNode } from '../../../src/engine/model/plan.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import type { Again } from '../../../src/engine/resume/adopt.ts'
import type { RunRpc, RunSpec } from '../../../src/objects/workflow-run.ts'
import { planNode } from '../turn/node-input.ts'
import { planFor, prepareNode } from '../turn/prepared.ts'
import { evaluate, type Run, scopeOf } from '../turn/scope.ts'

type Changes = Parameters<RunRpc['carriedOver']>[0]

/** Null where nothing is changed that an answer depends on. */
export function askedAgain(run: Run, changes: Changes): Again | null {
  const { definition, input, vars, subRunsAsked = false } = changes
  const hasOtherInput = input !== undefined && canonicalJson(input) !== canonicalJson(run.spec.input)
  const hasOtherVars = vars !== undefined && canonicalJson(vars) !== canonicalJson(run.spec.vars)
  if (!hasOtherInput && definition === undefined && !hasOtherVars) return null
  const next: Run = { ...run, spec: specOf(run.spec, changes), input: input ?? run.input }
  const plan = definition === undefined ? run.plan : planFor(definition)
  return (activation) => {
    const node = planNode(run, activation)
    if (prepareNode(node).type?.onDecision !== undefined)
      return hasOtherInput || showsOther(run, next, plan, activation, node)
    const asked = subRunsAsked && node.type === 'flow.workflow' && node.node.params?.wait !== false
    return asked && showsOther(run, next, plan, activation, node)
  }
}

/** Whether people are asked at this node, or inside it, as far as anybody was asked at all. */
export function mayAsk(run: Run, changes: Changes, index: number): boolean {
  const node = run.plan.nodes[index]
  if (node === undefined) return false
  if (prepareNode(node).type?.onDecision !== undefined) return true
  if (node.type === 'flow.workflow') return changes.subRunsAsked === true
  return (run.plan.scopes[node.body]?.nodes ?? []).some((inner) => mayAsk(run, changes, inner))
}

const specOf = (spec: RunSpec, { workflowVersion, workflowName, input, vars }: Changes): RunSpec => ({
  ...spec,
  ...(workflowVersion === undefined ? {} : { workflowVersion }),
  ...(workflowName === undefined ? {} : { workflowName }),
  ...(input === undefined ? {} : { input }),
  ...(vars === undefined ? {} : { vars }),
})

/** A node that the new version does not have is kept or refused by the comparison of kept nodes. */
function showsOther(run: Run, next: Run, plan: Plan, activation: Activation, node: PlanNode): boolean {
  const index = plan.byId.get(node.id)
  const now = index === undefined ? undefined : plan.nodes[index]
  if (now === undefined || now.type !== node.type) return false
  try {
    return shown(run, activation, node) !== shown(next, activation, now)
  } catch {
    return true
  }
}

/** With the time of its start, so that `now` alone makes no difference. */
function shown(run: Run, activation: Activation, node: PlanNode): string {
  const at = { from: activation }
  const view = scopeOf(run, at, activation.startedAt ?? 0)
  return canonicalJson((evaluate(run, at, prepareNode(node).params, view) ?? null) as Json)
}
