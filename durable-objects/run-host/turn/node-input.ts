// The input of a node: its checked parameters, and what it can ask the run for.
import { UUID_SEED } from '../../../src/engine/expression/index.ts'
import { leavesBy, type PlanNode } from '../../../src/engine/model/plan.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import { insideOf } from '../../../src/engine/read/inside.ts'
import { NodeFailure, type NodeInput, type NodeType } from '../../../src/nodes/node.ts'
import { prepareNode } from './prepared.ts'
import { type ActivationScope, evaluateIn, outputOf, prevOf, type Run, scopeFor, takenOf } from './scope.ts'

/** One attempt, with the scope of its expressions. */
export type Call = {
  activation: Activation
  attempt: number
  key: string
  nowMs: number
  view: ActivationScope
}

export function nodeInput(run: Run, call: Call, type: NodeType, evaluated: unknown): NodeInput<unknown> {
  const node = planNode(run, call.activation)
  const parsed = type.params.safeParse(
    type.deferred ? { ...(evaluated as object), ...deferredOf(node, type) } : evaluated,
  )
  if (!parsed.success) {
    const [first] = parsed.error.issues
    throw new NodeFailure({
      code: 'params.invalid',
      message: `${first?.path.join('.') ?? ''}: ${first?.message ?? 'invalid'}`,
      retryable: false,
    })
  }
  return inputWith(run, call, parsed.data)
}

export function inputWith(run: Run, call: Call, params: unknown): NodeInput<unknown> {
  const { activation, attempt, key, nowMs, view } = call
  const { spec } = run
  return {
    params,
    get prev() {
      return prevOf(run, activation, view.load)
    },
    get taken() {
      return takenOf(run, activation, view.load)
    },
    inside: (id) =>
      insideOf(run.plan, run.state, activation, id).map((one) => ({
        iteration: one.iteration[0] ?? 1,
        output: outputOf(one, view.load),
      })),
    isAgain: run.state.adopted.get(activation.path)?.status === 'open',
    evaluate: deferredEvaluator(run, activation, view),
    hasEdge: (port) => leavesBy(run.plan, activation.node, port),
    nowMs,
    path: activation.path,
    attempt,
    failures: activation.failures,
    idempotencyKey: key,
    credential: planNode(run, activation).node.credential ?? null,
    run: {
      id: spec.runId,
      workflowId: spec.workflowId,
      teamId: spec.teamId,
      startedBy: spec.startedBy,
      depth: spec.depth ?? 0,
    },
  }
}

/** The budget of all evaluations of a node's deferred parameters: a turn must end soon, and fit in memory. */
const DEFERRED_BUDGET = { steps: 2_000_000, bytes: 64 * 1024 * 1024 }

function deferredEvaluator(
  run: Run,
  activation: Activation,
  view: ActivationScope,
): NodeInput<unknown>['evaluate'] {
  const { deferred } = prepareNode(planNode(run, activation))
  const scopes = new Map<string, ActivationScope['scope']>()
  const left = { ...DEFERRED_BUDGET }
  return (param, extra) => {
    const expressions = deferred.get(param)
    if (expressions === undefined) return undefined
    let scope = scopes.get(param)
    if (scope === undefined) {
      scope = scopeFor(run, { from: activation }, expressions, view)
      scopes.set(param, scope)
    }
    const { steps } = left
    try {
      const seed = `${String(scope[UUID_SEED])} ${param} ${extra.index ?? ''}`
      return evaluateIn(expressions, Object.assign(Object.create(scope), extra, { [UUID_SEED]: seed }), left)
    } catch (error) {
      if (!(error instanceof NodeFailure)) throw error
      const place = extra.index === undefined ? param : `${param}, item ${extra.index}`
      throw new NodeFailure({ ...error.error, message: `${place}, ${error.message}` })
    } finally {
      run.work.steps -= steps - left.steps
    }
  }
}

/** Deferred parameters pass the schema as they are written in the definition. */
const deferredOf = (node: PlanNode, type: NodeType): Record<string, unknown> =>
  Object.fromEntries(
    (type.deferred ?? [])
      .filter((name) => node.node.params?.[name] !== undefined)
      .map((name) => [name, node.node.params?.[name]]),
  )

export const planNode = (run: Run, activation: Activation): PlanNode => {
  const node = run.plan.nodes[activation.node]
  if (node === undefined) throw new Error(`The plan has no node ${activation.node}`)
  return node
}
