// Computes a node: evaluates and checks its parameters, then executes it. Pure nodes have their result immediately;
// for others, this makes the input of the effect.
import type { Fact, NodeError } from '../../../src/engine/model/event.ts'
import { keySuffix, keyWith } from '../../../src/engine/model/idempotency.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import { lastOutcomes } from '../../../src/engine/read/scope.ts'
import { mockResult } from '../../../src/nodes/mock.ts'
import {
  type EffectNode,
  NodeFailure,
  type NodeInput,
  type NodeResult,
  type NodeType,
} from '../../../src/nodes/node.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Call, inputWith, nodeInput, planNode } from './node-input.ts'
import { prepareNode, prepareOutput } from './prepared.ts'
import { evaluate, outputOf, prevOf, type Run, scopeOf } from './scope.ts'
import { computePure, Unfinished } from './work.ts'

export type Prepared =
  | { kind: 'result'; result: NodeResult }
  | { kind: 'declined' }
  /** The turn has computed enough. The same command continues it later. */
  | { kind: 'unfinished' }
  | {
      kind: 'effect'
      work: EffectNode['run']
      input: NodeInput<unknown>
      /** The parameters differ from those that an earlier run sent. */
      isChanged: boolean
    }

export type Attempt = { activation: Activation; attempt: number; key: string }

/** Everything up to the effect. Never throws: errors become the node's error. */
export function prepareAttempt(run: Run, attempt: Attempt, nowMs: number): Prepared {
  try {
    return prepare(run, attempt, nowMs)
  } catch (error) {
    if (error instanceof Unfinished) return { kind: 'unfinished' }
    return { kind: 'result', result: { error: asNodeError(error) } }
  }
}

function prepare(run: Run, attempt: Attempt, nowMs: number): Prepared {
  const { activation, key } = attempt
  const node = planNode(run, activation)
  const at = { from: activation }
  const view = scopeOf(run, at, nowMs)
  const call = { ...attempt, nowMs, view }
  const { type, params, when } = prepareNode(node)
  if (activation.undoes !== null && !node.isUndoTarget) return undoing(run, call, type)
  const work = `${activation.path} ${attempt.attempt}`
  const isBegun = run.begun.has(work)
  if (!isBegun && activation.item < 0 && when !== null && !evaluate(run, at, when, view))
    return { kind: 'declined' }
  if (node.node.disabled) return { kind: 'result', result: { output: prevOf(run, activation, view.load) } }
  const mock = activation.undoes === null ? run.spec.mocks?.[node.name] : undefined
  if (mock !== undefined) {
    const compute = () => computeMocked(type, () => evaluated(type as NodeType))
    return { kind: 'result', result: mockResult(type, node.node, mock, compute) }
  }
  if (type === undefined)
    throw new NodeFailure({
      code: 'node.unknown_type',
      message: `The node type ${node.type} does not exist`,
      retryable: false,
    })
  if (type.pure) return { kind: 'result', result: computePure(run, work, type, () => evaluated(type)) }
  const values = evaluate(run, at, params, view)
  const sent = run.state.adopted.get(activation.path)?.sent
  const fingerprint = sent === undefined ? '' : fingerprintOf(node, values)
  const input = nodeInput(run, { ...call, key: keyWith(key, keySuffix(sent, fingerprint)) }, type, values)
  return {
    kind: 'effect',
    work: type.run,
    input,
    isChanged: sent !== undefined && sent.params !== fingerprint,
  }

  function evaluated(known: NodeType): NodeInput<unknown> {
    return nodeInput(run, call, known, evaluate(run, at, params, view))
  }
}

/** A node that undoes its own effect. Its parameters are not needed, and may not be available any more. */
function undoing(run: Run, call: Call, type: NodeType | undefined): Prepared {
  if (type === undefined || type.pure || type.undo === undefined)
    return { kind: 'result', result: { output: null } }
  return { kind: 'effect', work: type.undo, input: inputWith(run, call, {}), isChanged: false }
}

const unneeded = (): never => {
  throw new Error('A supplied body says nothing of the port of a mock')
}

/** Only for pure nodes can the port of a mock depend on the parameters. */
function computeMocked(type: NodeType | undefined, input: () => NodeInput<unknown>): NodeResult {
  if (!type?.pure) throw new Error('The port of this mock cannot be computed')
  return type.compute(input())
}

export type Expanded = { fact: Fact; items?: unknown[] } | { result: NodeResult }

/**
 * The items of an `each`, or whether a group is executed. Returns the fact and the items to store, or a result that
 * replaces them.
 */
export function expand(run: Run, activation: Activation, now: number): Expanded {
  const { path, attempt, item } = activation
  const node = planNode(run, activation)
  const { type, when, items } = prepareNode(node)
  const at = { from: activation }
  try {
    const view = scopeOf(run, at, now)
    if (item < 0 && when !== null && !evaluate(run, at, when, view))
      return { fact: { type: 'node.declined', path, attempt } }
    if (items === null || item >= 0) {
      const mock = node.supplied === null ? undefined : run.spec.mocks?.[node.name]
      if (mock !== undefined)
        return { result: mockResult(type, node.node, mock, () => computeMocked(type, unneeded)) }
      return { fact: { type: 'node.expanded', path, attempt } }
    }
    const list = evaluate(run, at, items, view)
    if (!Array.isArray(list)) {
      const error = {
        code: 'each.not_a_list',
        message: `each.items must be an array, not ${list === null ? 'null' : typeof list}`,
        retryable: false,
      }
      return { fact: { type: 'node.failed', path, attempt, error } }
    }
    return { fact: { type: 'node.expanded', path, attempt, count: list.length }, items: list }
  } catch (error) {
    return { fact: { type: 'node.failed', path, attempt, error: asNodeError(error) } }
  }
}

/** The output of a body or of the workflow: its `output` if it has one, else the outputs of its last nodes. */
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

/** The total size of the outputs of the workflow's last nodes. */
export function lastChars(run: Run): number {
  let chars = 0
  for (const { path } of lastOutcomes(run.plan, run.state, 0, '')) chars += run.values.chars(path)
  return chars
}

export const lastOutputsTooLarge = (chars: number): NodeError => ({
  code: 'data.too_large',
  message: `The outputs of the last nodes have ${chars} characters together, which is too much even for a file of the run. Return less with \`output\` in the definition.`,
  retryable: false,
})

export function asNodeError(error: unknown): NodeError {
  if (error instanceof NodeFailure) return error.error
  return { code: 'node.error', message: error instanceof Error ? error.message : String(error) }
}
