// Which decisions of people a following run does not keep. Invariants:
// 1. An approval applies to one input and to what was shown. It is requested again if the input is different, or if
//    the new version or variables change what is shown.
// 2. A sub-workflow only sees its own parameters. It runs again if they changed, but only if sub-workflows of the run
//    have requested a decision, because everything else would be done twice.
// 3. What cannot be evaluated any more counts as changed.
import { canonicalJson, type Json } from '../../../../src/core/json.ts'
import type { Plan, PlanNode } from '../../../../src/engine/model/plan.ts'
import type { Activation } from '../../../../src/engine/model/state.ts'
import type { Again } from '../../../../src/engine/resume/adopt.ts'
import type { RunSpec } from '../../../../src/objects/run-spec.ts'
import type { RunRpc } from '../../../../src/objects/workflow-run.ts'
import { planNode } from '../../turn/node-input.ts'
import { planFor, prepareNode } from '../../turn/prepared.ts'
import { evaluate, type Run, scopeOf } from '../../turn/scope.ts'

type Changes = Parameters<RunRpc['carriedOver']>[0]

/** Null if nothing changed that a decision depends on. */
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

/** Whether this node, or a node inside it, requests decisions, and any were requested. */
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

/** Nodes that the new version lacks are handled by the comparison of kept nodes. */
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

/** Evaluated at its start time, so that `now` alone makes no difference. */
function shown(run: Run, activation: Activation, node: PlanNode): string {
  const at = { from: activation }
  const view = scopeOf(run, at, activation.startedAt ?? 0)
  return canonicalJson((evaluate(run, at, prepareNode(node).params, view) ?? null) as Json)
}
