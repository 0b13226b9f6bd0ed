// What an expression sees. The result is as of the moment in which the viewer first became ready, however much later
// an attempt asks: an effect that is retried is sent with the same content.
import { regionKey } from '../advance/region.ts'
import { upstreamOf } from '../graph/upstream.ts'
import { nodePath } from '../model/path.ts'
import type { Plan, PlanNode } from '../model/plan.ts'
import { type Activation, isSettled, type RunState } from '../model/state.ts'

/**
 * The activation that `nodes.<id>` means, seen from another one. In the same loop: this iteration if it is upstream,
 * else the previous one. After a loop: the iteration that led here or, if that has no outcome, the last earlier one
 * that has. Outcomes after the viewer became ready are not visible, so all its attempts see the same.
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
  const seen = collectVisible(plan, state, origin, target.scope)
  if (seen === undefined) return undefined
  if (from.undoes !== null && seen.node === target.index) return withOutcome(seen)
  const around = plan.nodes[seen.node]!.regions
  let common = 0
  while (common < around.length && around[common] === target.regions[common]) common++
  const iteration = seen.iteration.slice(0, common)
  if (common > 0 && !upstreamOf(plan, target.scope).forward(target.index, seen.node)) iteration[common - 1]!--
  if (common > 0 && iteration[common - 1] === 0) return undefined
  const exit = exitTo(plan, state, seen, target, iteration)
  return newest(
    { state, frame: seen.frame, target, until: seen.readySeq ?? Number.POSITIVE_INFINITY },
    iteration,
    exit,
  )
}

/** The iterations of all loops around the target in which the run last left them towards the viewer. */
function exitTo(
  plan: Plan,
  state: RunState,
  viewer: Activation,
  target: PlanNode,
  outer: readonly number[],
): readonly number[] | undefined {
  const region = target.regions[outer.length]
  const { readySeq } = viewer
  if (region === undefined || readySeq === undefined) return undefined
  const { forward } = upstreamOf(plan, target.scope)
  const exit = state.regions
    .get(regionKey(region, viewer.frame, outer))
    ?.exits.findLast(([edge, , seq = 0]) => {
      const { to } = plan.edges[edge]!
      return seq <= readySeq && (to === viewer.node || forward(to, viewer.node))
    })
  const source = exit && state.activations.get(exit[1])
  if (source === undefined) return undefined
  const { regions } = plan.nodes[source.node]!
  return source.iteration.filter((_, depth) => regions[depth] === target.regions[depth])
}

/** The activation seen from the body itself, for its output. `frame` is '' for the run. */
export function activationInFrame(
  plan: Plan,
  state: RunState,
  frame: string,
  id: string,
): Activation | undefined {
  const group = frame === '' ? undefined : state.activations.get(frame)
  const body = group === undefined ? 0 : plan.nodes[group.node]!.body
  const index = plan.scopes[body]?.names.get(id)
  const target = index === undefined ? undefined : plan.nodes[index]!
  if (target === undefined) return undefined
  if (target.scope === body)
    return newest({ state, frame, target, until: Number.POSITIVE_INFINITY }, [], undefined)
  return group === undefined ? undefined : visibleActivation(plan, state, group, id)
}

/**
 * The output of a body without an `output`: the outcomes that led nowhere. Outcomes that only continued a loop are
 * left out, unless there are no others.
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

/** The sources of `prev`: one output, or an object of outputs by node id. */
export type Previous =
  | { readonly single: true; readonly path: string | undefined }
  | { readonly single: false; readonly paths: readonly (readonly [id: string, path: string])[] }

/**
 * The graph decides whether `prev` is one output, not the branches that were taken, so an expression always gets the
 * same shape. The first nodes of a body see what the group sees.
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

/** The activation that is `from` or contains it, and is in `scope`. */
function collectVisible(
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

interface Access {
  readonly state: RunState
  readonly frame: string
  readonly target: PlanNode
  /** Later outcomes are not visible. */
  readonly until: number
}

/** Searches backwards through the iterations of the loops that the viewer is outside of, starting at `from`. */
function newest(
  access: Access,
  iteration: readonly number[],
  from: readonly number[] | undefined,
): Activation | undefined {
  const { state, frame, target, until } = access
  const depth = iteration.length
  const region = target.regions[depth]
  if (region === undefined) {
    const found = withOutcome(state.activations.get(nodePath(frame, target.id, iteration)))
    return found !== undefined && found.order <= until ? found : undefined
  }
  const first = from?.[depth]
  const last = state.regions.get(regionKey(region, frame, iteration))?.iteration ?? 0
  for (let at = first === undefined ? last : Math.min(first, last); at > 0; at--) {
    const found = newest(access, [...iteration, at], at === first ? from : undefined)
    if (found) return found
  }
  return undefined
}

const withOutcome = (activation: Activation | undefined): Activation | undefined =>
  activation !== undefined && isSettled(activation.status) && activation.port !== null
    ? activation
    : undefined
