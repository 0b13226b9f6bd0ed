// What a node comes to: parameters evaluated and checked, then the node's own work. Pure nodes come to their result at
// once; for others this makes the input with which the effect is started.

import type { Fact, NodeError } from '../../src/engine/event.ts'
import { UUID_SEED } from '../../src/engine/expression/index.ts'
import { leavesBy, type PlanNode } from '../../src/engine/plan.ts'
import { lastOutcomes } from '../../src/engine/scope.ts'
import type { Activation } from '../../src/engine/state.ts'
import { mockResult } from '../../src/nodes/mock.ts'
import { NodeFailure, type NodeInput, type NodeResult, type NodeType } from '../../src/nodes/node.ts'
import { prepareNode, prepareOutput } from './prepared.ts'
import {
  type ActivationScope,
  evaluate,
  evaluateIn,
  outputOf,
  prevOf,
  type Run,
  scopeFor,
  scopeOf,
  takenOf,
} from './scope.ts'
import { MOST_OUTPUT_CHARS } from './values.ts'

export type Prepared =
  | { kind: 'result'; result: NodeResult }
  | { kind: 'declined' }
  | { kind: 'effect'; type: Extract<NodeType, { pure: false }>; input: NodeInput<unknown> }

export type Attempt = { activation: Activation; attempt: number; key: string }

/** Everything up to the effect. Never throws: what goes wrong is the node's error. */
export function prepareAttempt(run: Run, { activation, attempt, key }: Attempt, now: number): Prepared {
  try {
    return prepare(run, activation, attempt, key, now)
  } catch (error) {
    return { kind: 'result', result: { error: asNodeError(error) } }
  }
}

function prepare(run: Run, activation: Activation, attempt: number, key: string, now: number): Prepared {
  const node = planNode(run, activation)
  const at = { from: activation }
  const view = scopeOf(run, at, now)
  const { type, params, when } = prepareNode(node)
  if (activation.item < 0 && when !== null && !evaluate(run, at, when, view)) return { kind: 'declined' }
  if (node.node.disabled) return { kind: 'result', result: { output: prevOf(run, activation, view.load) } }
  const mock = activation.undoes === null ? run.spec.mocks?.[node.id] : undefined
  if (mock !== undefined) {
    const compute = () => computeMocked(type, () => evaluated(type as NodeType))
    return { kind: 'result', result: mockResult(type, node.node, mock, compute) }
  }
  if (type === undefined)
    throw new NodeFailure({
      code: 'node.unknown_type',
      message: `There is no node type ${node.type}`,
      retryable: false,
    })
  const input = evaluated(type)
  return type.pure ? { kind: 'result', result: type.compute(input) } : { kind: 'effect', type, input }

  function evaluated(known: NodeType): NodeInput<unknown> {
    return nodeInput(run, activation, attempt, key, now, view, known, evaluate(run, at, params, view))
  }
}

/** Only pure nodes leave it to their parameters where a mock goes on. */
function computeMocked(type: NodeType | undefined, input: () => NodeInput<unknown>): NodeResult {
  if (!type?.pure) throw new Error('The port of this mock cannot be computed')
  return type.compute(input())
}

export function nodeInput(
  run: Run,
  activation: Activation,
  attempt: number,
  key: string,
  nowMs: number,
  view: ActivationScope,
  type: NodeType,
  evaluated: unknown,
): NodeInput<unknown> {
  const node = planNode(run, activation)
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
  const { spec } = run
  return {
    params: parsed.data,
    get prev() {
      return prevOf(run, activation, view.load)
    },
    get taken() {
      return takenOf(run, activation, view.load)
    },
    evaluate: deferredEvaluator(run, activation, view),
    hasEdge: (port) => leavesBy(run.plan, activation.node, port),
    nowMs,
    path: activation.path,
    attempt,
    failures: activation.failures,
    idempotencyKey: key,
    run: {
      id: spec.runId,
      workflowId: spec.workflowId,
      teamId: spec.teamId,
      startedBy: spec.startedBy,
      depth: spec.depth ?? 0,
    },
  }
}

/** What all evaluations of a node's deferred parameters may use together: a turn must end soon, and fit in memory. */
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

/** What is left unevaluated passes the schema as it stands in the definition. */
const deferredOf = (node: PlanNode, type: NodeType): Record<string, unknown> =>
  Object.fromEntries(
    (type.deferred ?? [])
      .filter((name) => node.node.params?.[name] !== undefined)
      .map((name) => [name, node.node.params?.[name]]),
  )

/** Items of an `each`, or whether a group is wanted at all. Answers the fact, and the items to keep. */
export function expand(run: Run, activation: Activation, now: number): { fact: Fact; items?: unknown[] } {
  const { path, attempt } = activation
  const { when, items } = prepareNode(planNode(run, activation))
  const at = { from: activation }
  try {
    const view = scopeOf(run, at, now)
    if (when !== null && !evaluate(run, at, when, view))
      return { fact: { type: 'node.declined', path, attempt } }
    if (items === null) return { fact: { type: 'node.expanded', path, attempt } }
    const list = evaluate(run, at, items, view)
    if (!Array.isArray(list)) {
      const error = {
        code: 'each.not_a_list',
        message: `each.items gave ${list === null ? 'null' : typeof list}, not an array`,
        retryable: false,
      }
      return { fact: { type: 'node.failed', path, attempt, error } }
    }
    return { fact: { type: 'node.expanded', path, attempt, count: list.length }, items: list }
  } catch (error) {
    return { fact: { type: 'node.failed', path, attempt, error: asNodeError(error) } }
  }
}

/** What a body, or the workflow, gives back: as its `output` says, else what its last nodes gave. */
export function collectBody(run: Run, scope: number, frame: string, now: number): unknown {
  const body = run.plan.scopes[scope]
  if (body === undefined) return undefined
  if (body.output !== undefined) {
    const at = { from: null, frame } as const
    return evaluate(run, at, prepareOutput(body, body.output), scopeOf(run, at, now))
  }
  const last: Record<string, unknown> = {}
  for (const seen of lastOutcomes(run.plan, run.state, scope, frame))
    last[planNode(run, seen).id] = outputOf(seen, run.values.read)
  const outputs = Object.values(last)
  return outputs.length === 1 ? outputs[0] : last
}

/** The size of what the last nodes of the workflow gave, together. */
export function lastChars(run: Run): number {
  let chars = 0
  for (const { path } of lastOutcomes(run.plan, run.state, 0, '')) chars += run.values.chars(path)
  return chars
}

export function lastOutputsTooLarge(run: Run): NodeError | null {
  const chars = lastChars(run)
  if (chars <= MOST_OUTPUT_CHARS) return null
  const message = `The last nodes gave ${chars} characters together; a run gives at most ${MOST_OUTPUT_CHARS}. Choose a smaller result with \`output\` in the definition.`
  return { code: 'data.too_large', message, retryable: false }
}

export function asNodeError(error: unknown): NodeError {
  if (error instanceof NodeFailure) return error.error
  return { code: 'node.error', message: error instanceof Error ? error.message : String(error) }
}

export const planNode = (run: Run, activation: Activation): PlanNode => {
  const node = run.plan.nodes[activation.node]
  if (node === undefined) throw new Error(`The plan has no node ${activation.node}`)
  return node
}
