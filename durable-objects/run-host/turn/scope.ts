// The names that the expressions of an activation can use. Outputs are loaded when an expression first uses them. The
// total is limited, so that no expression can load a whole run into memory.
import {
  type Budget,
  evaluateParams,
  type Scope,
  ScopeFailure,
  UUID_SEED,
} from '../../../src/engine/expression/index.ts'
import { withoutItem } from '../../../src/engine/model/path.ts'
import type { Plan } from '../../../src/engine/model/plan.ts'
import type { Activation, RunState } from '../../../src/engine/model/state.ts'
import { activationInFrame, previous, visibleActivation } from '../../../src/engine/read/scope.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import type { RunValues } from '../rows/values.ts'
import type { Expressions } from './prepared.ts'
import type { Begun } from './work.ts'

export const MAX_SCOPE_CHARS = 16 * 1024 * 1024

/** The path of the items of an `each`. */
export const itemsPath = (path: string): string => `${path}@items`

export type Run = {
  plan: Plan
  state: RunState
  spec: RunSpec
  input: unknown
  values: RunValues
  /**
   * The work budget of a turn. It starts above anything that the expressions of a turn can use, and their use is
   * subtracted.
   */
  work: Budget
  /** Characters of JSON that a turn has written or read. */
  chars: number
  begun: Begun
}

/** Of an activation, or, with `from` null, of the end of the body that `frame` names. */
export type Viewpoint = { from: Activation } | { from: null; frame: string }

export type ActivationScope = { scope: Scope; load: (path: string) => unknown }

export function scopeOf(
  run: Run,
  at: Viewpoint,
  now: number,
  extra: Record<string, unknown> = {},
): ActivationScope {
  let loaded = 0
  const known = new Map<string, unknown>()
  const load = (path: string): unknown => {
    // An expression that is evaluated for each item loads the same output many times. It counts once.
    if (known.has(path)) return known.get(path)
    loaded += run.values.chars(path)
    if (loaded > MAX_SCOPE_CHARS) {
      throw new NodeFailure({
        code: 'data.too_large',
        message: 'The expressions of this node load more than 16 MB',
        retryable: false,
      })
    }
    const value = run.values.read(path)
    known.set(path, value)
    return value
  }
  // The same on every attempt. Rows of older code do not have the time at which their activation became ready.
  const time = at.from?.readyAt ?? now
  const scope: Record<string | symbol, unknown> = { ...namesOf(run.spec, run.input, time), ...extra }
  scope[UUID_SEED] = seedOf(run, at, extra.index)
  const item = at.from === null ? itemOfFrame(run, at.frame, load) : itemOf(run, at.from, load)
  if (item && !('item' in extra)) Object.assign(scope, item)
  if (at.from !== null) {
    const from = at.from
    Object.defineProperty(scope, 'prev', { enumerable: true, get: reading(() => prevOf(run, from, load)) })
  }
  return { scope, load }
}

/** The seed of `uuid()`: the same for every attempt, and for a retry in another run. */
function seedOf(run: Run, at: Viewpoint, index: unknown): string {
  const place = at.from === null ? `${at.frame} output` : at.from.path
  return `${run.state.run.keyRoot} ${place}${index === undefined ? '' : `:${String(index)}`}`
}

/** What is known from the start on. */
export const namesOf = (spec: RunSpec, input: unknown, now: number): Record<string, unknown> => ({
  input,
  vars: spec.vars,
  run: {
    id: spec.runId,
    startedBy: spec.startedBy,
    trigger: spec.trigger,
    parentRunId: spec.parent?.runId ?? null,
  },
  workflow: { id: spec.workflowId, name: spec.workflowName, version: spec.workflowVersion },
  now,
})

/** Evaluates prepared expressions. Throws a NodeFailure with the place in the parameters. */
export const evaluate = (run: Run, at: Viewpoint, expressions: Expressions, view: ActivationScope): unknown =>
  evaluateIn(expressions, scopeFor(run, at, expressions, view), run.work)

/** The scope with the outputs of other nodes that these expressions use. */
export function scopeFor(
  run: Run,
  at: Viewpoint,
  expressions: Expressions,
  { scope, load }: ActivationScope,
): Scope {
  if (expressions.nodeIds.length === 0 && !expressions.dynamic) return scope
  return Object.create(scope, {
    nodes: { enumerable: true, value: nodesOf(run, at, expressions, load) },
  }) as Scope
}

export function evaluateIn(expressions: Expressions, scope: Scope, shared: Budget): unknown {
  if (expressions.error !== null)
    throw new NodeFailure({ code: 'expression.syntax', message: expressions.error, retryable: false })
  const result = evaluateParams(expressions.compiled, scope, undefined, shared)
  if (result.ok) return result.value
  const { path, error } = result.error
  const place = path === '' ? '' : `${path}, `
  throw new NodeFailure({
    code: error.code,
    message: `${place}column ${error.column}: ${error.message}`,
    retryable: false,
  })
}

/** The output of an activation as others see it. If it failed and the failure was handled, its error. */
export function outputOf(activation: Activation, load: (path: string) => unknown): unknown {
  if (activation.status === 'failed') return { error: activation.error }
  return load(activation.path)
}

function nodesOf(
  run: Run,
  at: Viewpoint,
  expressions: Expressions,
  load: (path: string) => unknown,
): Record<string, unknown> {
  const ids = expressions.dynamic ? [...run.plan.byId.keys()] : expressions.nodeIds
  const nodes: Record<string, unknown> = {}
  for (const id of ids) {
    const read = () => {
      const seen =
        at.from === null
          ? activationInFrame(run.plan, run.state, at.frame, id)
          : visibleActivation(run.plan, run.state, at.from, id)
      return seen === undefined ? undefined : outputOf(seen, load)
    }
    Object.defineProperty(nodes, id, { enumerable: true, configurable: true, get: reading(memo(read)) })
  }
  return nodes
}

const memo = (read: () => unknown): (() => unknown) => {
  let known: { value: unknown } | undefined
  return () => {
    known ??= { value: read() }
    return known.value
  }
}

/** For getters of a scope: an error here is not caused by the expression, and keeps its own code. */
const reading = (read: () => unknown) => (): unknown => {
  try {
    return read()
  } catch (error) {
    throw new ScopeFailure(error)
  }
}

/** The outputs of the predecessors whose edge was taken, by node id. */
export function takenOf(
  run: Run,
  from: Activation,
  load: (path: string) => unknown,
): Record<string, unknown> {
  const taken: Record<string, unknown> = {}
  for (const path of eachActivationOf(run, from).causes) {
    const cause = run.state.activations.get(path)
    const id = cause === undefined ? undefined : run.plan.nodes[cause.node]?.id
    if (cause !== undefined && id !== undefined) taken[id] = outputOf(cause, load)
  }
  return taken
}

export function prevOf(run: Run, from: Activation, load: (path: string) => unknown): unknown {
  const before = previous(run.plan, run.state, eachActivationOf(run, from))
  const read = (path: string): unknown => {
    const cause = run.state.activations.get(path)
    return cause === undefined ? undefined : outputOf(cause, load)
  }
  if (before.single) return before.path === undefined ? undefined : read(before.path)
  return Object.fromEntries(before.paths.map(([id, path]) => [id, read(path)]))
}

/** An item has the predecessors of its `each`. */
function eachActivationOf(run: Run, from: Activation): Activation {
  if (from.item < 0) return from
  return run.state.activations.get(withoutItem(from.path)) ?? from
}

function itemOf(
  run: Run,
  from: Activation,
  load: (path: string) => unknown,
): { item: unknown; index: number } | null {
  if (from.item < 0) return itemOfFrame(run, from.frame, load)
  const items = load(itemsPath(withoutItem(from.path)))
  return { item: Array.isArray(items) ? items[from.item] : undefined, index: from.item }
}

function itemOfFrame(
  run: Run,
  frame: string,
  load: (path: string) => unknown,
): { item: unknown; index: number } | null {
  const around = frame === '' ? undefined : run.state.activations.get(frame)
  return around === undefined ? null : itemOf(run, around, load)
}
