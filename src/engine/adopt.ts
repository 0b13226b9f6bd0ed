// What a new run keeps of the one it follows.
//  K1. Kept is what succeeded, or failed and was handled, whose effect stands, and whose causes are all kept.
//  K2. An effect that was undone is made again under a new key; all other keys stay as they are in a retry.
//  K3. What is inside a kept group or `each` comes along only if it can be undone.
import { canonicalJson } from '../core/json.ts'
import { undoable } from './advance/undo.ts'
import type { Node } from './definition.ts'
import type { AdoptedOutcome } from './event.ts'
import { isUndoPath, parsePath, undoPath, withoutItem } from './path.ts'
import type { Plan } from './plan.ts'
import type { Problem } from './problem.ts'
import type { Activation, RunState } from './state.ts'

export interface Adoption {
  readonly outcomes: AdoptedOutcome[]
  /** For `run.started`. */
  readonly generations: Record<string, number>
}

/** What has to come to an outcome again, with all that follows from it. */
export type Again = (activation: Activation) => boolean

const NOTHING_AGAIN: Again = () => false

/** Everything that succeeded. */
export const adoptForRetry = (plan: Plan, state: RunState, isAgain = NOTHING_AGAIN): Adoption =>
  adopt(plan, state, isAgain)

/** Everything that does not follow from the node `from`, in any item or iteration of it. */
export function adoptForRerun(plan: Plan, state: RunState, from: string, isAgain = NOTHING_AGAIN): Adoption {
  const again = plan.byId.get(from)
  return { ...adopt(plan, state, (one) => one.node === again || isAgain(one)), generations: {} }
}

/** What a compensation has to undo, first completed first. */
export function adoptForCompensation(plan: Plan, state: RunState): Adoption {
  return { outcomes: undoable(plan, state).map(outcomeOf), generations: {} }
}

function adopt(plan: Plan, state: RunState, isExcluded: (activation: Activation) => boolean): Adoption {
  const generations: Record<string, number> = { ...state.run.generations }
  const kept = new Set<string>()
  const broken = new Set<string>()
  const candidates: Activation[] = []
  const settled = [...state.activations.values()].filter(({ finishedAt }) => finishedAt !== null)
  // Causes and contents complete before what they lead to, so one pass in that order is enough.
  for (const activation of settled.sort((a, b) => a.order - b.order)) {
    const { path } = activation
    if (isUndoPath(path)) continue
    const stands = activation.status === 'succeeded' || activation.port !== null
    const undone = state.activations.has(undoPath(path))
    if (undone) generations[path] = (generations[path] ?? 0) + 1
    const lost = undone || isExcluded(activation) || broken.has(path) || !isRooted(state, kept, activation)
    if (lost) broken.add(parentPath(activation))
    else if (stands) {
      kept.add(path)
      candidates.push(activation)
    }
  }
  const outcomes = candidates
    .filter((one) => !isCovered(state, kept, one) || plan.nodes[one.node]!.undo >= 0)
    .map(outcomeOf)
  return { outcomes, generations }
}

const parentPath = ({ path, item, frame }: Activation): string => (item >= 0 ? withoutItem(path) : frame)

/** Its own causes are kept, and those of every group around it. */
function isRooted(state: RunState, kept: ReadonlySet<string>, activation: Activation): boolean {
  let at: Activation | undefined = activation
  while (at !== undefined) {
    if (at.causes.some((cause) => !kept.has(cause))) return false
    at = state.activations.get(parentPath(at))
  }
  return true
}

function isCovered(state: RunState, kept: ReadonlySet<string>, activation: Activation): boolean {
  let path = parentPath(activation)
  while (path !== '') {
    if (kept.has(path)) return true
    const parent = state.activations.get(path)
    if (parent === undefined) return false
    path = parentPath(parent)
  }
  return false
}

function outcomeOf(activation: Activation): AdoptedOutcome {
  const { path, causes, order, startedAt, finishedAt, error } = activation
  const status = activation.status === 'failed' ? 'failed' : 'succeeded'
  const outcome = {
    path,
    status,
    port: activation.port ?? 'main',
    causes,
    order,
    startedAt,
    finishedAt,
  } as const
  return error === null ? outcome : { ...outcome, error }
}

/** Why a run cannot be continued in another version: a kept node is gone, or is not what it was. */
export function changedKept(before: Plan, after: Plan, outcomes: readonly AdoptedOutcome[]): Problem[] {
  const whole = new Map<string, boolean>()
  for (const { path } of outcomes) {
    const ids = parsePath(path)?.segments.map(({ id }) => id) ?? []
    ids.forEach((id, i) => {
      if (i === ids.length - 1) whole.set(id, true)
      else if (!whole.has(id)) whole.set(id, false)
    })
  }
  const found: Problem[] = []
  for (const [id, withBody] of whole) {
    const now = after.byId.get(id)
    const path = `nodes.${id}`
    if (now === undefined) {
      found.push({
        path,
        code: 'rerun.node_missing',
        message: `The kept node "${id}" is not in this version`,
      })
    } else if (shapeOf(before, before.byId.get(id)!, withBody) !== shapeOf(after, now, withBody)) {
      const hint = 'Start again from this node or from one before it'
      found.push({ path, code: 'rerun.node_changed', message: `The kept node "${id}" was changed`, hint })
    }
  }
  return found
}

/** What decides about an outcome: the node but for its looks, and what leads into it. */
function shapeOf(plan: Plan, index: number, withBody: boolean): string {
  const { node, incoming, scope } = plan.nodes[index]!
  const { name: _name, notes: _notes, position: _position, meta: _meta, ...rest } = node
  const { body: _body, ...params } = (rest.params ?? {}) as NonNullable<Node['params']>
  const edges = incoming.map((edge) => {
    const { from, port, toPort } = plan.edges[edge]!
    return `${plan.nodes[from]!.id}:${port}>${toPort}`
  })
  const around = plan.scopes[scope]!.group
  return canonicalJson([
    withBody ? rest : { ...rest, params },
    edges.sort(),
    around < 0 ? '' : plan.nodes[around]!.id,
  ])
}
