// What an expression sees. The shell asks before it evaluates; what is found here is recorded with the outcome, so an
// answer that depends on the moment (a loop that still runs) is asked once.
import { nodePath } from './path.ts'
import type { Plan } from './plan.ts'
import { type Activation, isSettled, type RunState } from './state.ts'
import { upstreamOf } from './upstream.ts'

/**
 * The activation that `nodes.<id>` means, seen from another. In the same loop: this iteration where it lies upstream,
 * else the one before. After a loop: its last iteration that gave an outcome. Undefined when there is none.
 */
export function visibleActivation(
  plan: Plan,
  state: RunState,
  from: Activation,
  id: string,
): Activation | undefined {
  const index = plan.byId.get(id)
  const target = index === undefined ? undefined : plan.nodes[index]!
  if (target === undefined) return undefined
  const origin = from.undoes === null ? from : state.activations.get(from.undoes)
  const seen = climb(plan, state, origin, target.scope)
  if (seen === undefined) return undefined
  if (from.undoes !== null && seen.node === target.index) return withOutcome(seen)
  const around = plan.nodes[seen.node]!.regions
  let common = 0
  while (common < around.length && around[common] === target.regions[common]) common++
  const iteration = seen.iteration.slice(0, common)
  if (common > 0 && !upstreamOf(plan, target.scope).forward(target.index, seen.node)) iteration[common - 1]!--
  if (common > 0 && iteration[common - 1] === 0) return undefined
  return newest(state, seen.frame, target.id, target.regions, iteration)
}

/** The activation seen from the body itself, for its output. `frame` is '' for the run. */
export function activationInFrame(
  plan: Plan,
  state: RunState,
  frame: string,
  id: string,
): Activation | undefined {
  const index = plan.byId.get(id)
  const target = index === undefined ? undefined : plan.nodes[index]!
  if (target === undefined) return undefined
  const group = frame === '' ? undefined : state.activations.get(frame)
  const body = group === undefined ? 0 : plan.nodes[group.node]!.body
  if (target.scope === body) return newest(state, frame, id, target.regions, [])
  return group === undefined ? undefined : visibleActivation(plan, state, group, id)
}

/**
 * What a body without an `output` gives: the outcomes that led nowhere. Those that only went round a loop are not among
 * them, unless there are no others.
 */
export function lastOutcomes(plan: Plan, state: RunState, scope: number, frame: string): Activation[] {
  const last: Activation[] = []
  const goingRound: Activation[] = []
  for (const index of plan.scopes[scope]!.nodes) {
    const { id, outgoing } = plan.nodes[index]!
    if (outgoing.some((edge) => !plan.edges[edge]!.back)) continue
    const seen = activationInFrame(plan, state, frame, id)
    if (seen === undefined) continue
    const wentRound = outgoing.some((edge) => plan.edges[edge]!.port === seen.port)
    if (wentRound) goingRound.push(seen)
    else last.push(seen)
  }
  return last.length > 0 ? last : goingRound
}

/** What `prev` is made of: one output, or an object of outputs by node id. */
export type Previous =
  | { readonly single: true; readonly path: string | undefined }
  | { readonly single: false; readonly paths: readonly (readonly [id: string, path: string])[] }

/**
 * Whether `prev` is one output is settled by the graph, not by which branches were taken, so that an expression never
 * meets two shapes. The first nodes of a body see what the group saw.
 */
export function previous(plan: Plan, state: RunState, activation: Activation): Previous {
  const { causes, frame, undoes, iteration } = activation
  const node = plan.nodes[activation.node]!
  if (undoes !== null) return { single: true, path: undoes }
  const goesRound = node.back.length > 0 && (iteration.at(-1) ?? 1) > 1
  if (node.incoming.length === 0 && !goesRound && frame !== '') {
    return previous(plan, state, state.activations.get(frame)!)
  }
  const edges = goesRound ? node.back : node.incoming
  const sources = new Set(edges.map((edge) => plan.edges[edge]!.from))
  if (sources.size <= 1) return { single: true, path: causes[0] }
  return {
    single: false,
    paths: causes.map((path) => [plan.nodes[state.activations.get(path)!.node]!.id, path] as const),
  }
}

/** The activation around `from`, or itself, that lies in `scope`. */
function climb(
  plan: Plan,
  state: RunState,
  from: Activation | undefined,
  scope: number,
): Activation | undefined {
  let at = from
  while (at !== undefined && plan.nodes[at.node]!.scope !== scope) {
    at = at.frame === '' ? undefined : state.activations.get(at.frame)
  }
  return at
}

/** Walks back through the iterations of the loops that the viewer stands outside of. */
function newest(
  state: RunState,
  frame: string,
  id: string,
  regions: readonly number[],
  iteration: readonly number[],
): Activation | undefined {
  if (iteration.length === regions.length)
    return withOutcome(state.activations.get(nodePath(frame, id, iteration)))
  const loop = state.regions.get(`${frame}|${regions[iteration.length]}|${iteration.join('~')}`)
  for (let last = loop?.iteration ?? 0; last > 0; last--) {
    const found = newest(state, frame, id, regions, [...iteration, last])
    if (found) return found
  }
  return undefined
}

const withOutcome = (activation: Activation | undefined): Activation | undefined =>
  activation !== undefined && isSettled(activation.status) && activation.port !== null
    ? activation
    : undefined
