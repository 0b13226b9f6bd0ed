// What a node in a supplied body can read of the nodes beside it, also in earlier iterations of their loop.
import { regionKey } from '../advance/region.ts'
import { nodePath } from '../model/path.ts'
import type { Plan } from '../model/plan.ts'
import { type Activation, isSettled, type RunState } from '../model/state.ts'

/**
 * The outcomes of a node in the body around `from`, by iteration, as they were when `from` became ready. Empty
 * outside supplied bodies.
 */
export function insideOf(plan: Plan, state: RunState, from: Activation, id: string): Activation[] {
  const body = bodyAround(plan, state, from)
  const index = body && plan.scopes[body.scope]!.names.get(id)
  if (body === undefined || index === undefined) return []
  const { regions, scope } = plan.nodes[index]!
  if (scope !== body.scope || regions.length > 1) return []
  const region = regions[0]
  const rounds =
    region === undefined ? 1 : (state.regions.get(regionKey(region, body.frame, []))?.iteration ?? 1)
  const until = from.readySeq ?? Number.POSITIVE_INFINITY
  const found: Activation[] = []
  for (let round = 1; round <= rounds; round++) {
    const path = nodePath(body.frame, id, region === undefined ? [] : [round])
    const one = state.activations.get(path)
    if (one === undefined || one === from || !isSettled(one.status) || one.port === null) continue
    if (one.order <= until) found.push(one)
  }
  return found
}

function bodyAround(
  plan: Plan,
  state: RunState,
  from: Activation,
): { frame: string; scope: number } | undefined {
  let at: Activation | undefined = from
  while (at !== undefined) {
    const { scope } = plan.nodes[at.node]!
    const { group } = plan.scopes[scope]!
    if (group >= 0 && plan.nodes[group]!.supplied !== null) return { frame: at.frame, scope }
    at = at.frame === '' ? undefined : state.activations.get(at.frame)
  }
  return undefined
}
