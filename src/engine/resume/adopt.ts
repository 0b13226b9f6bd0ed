// What a new run keeps of the run that it follows.
// K1. An outcome is kept if it succeeded, or failed and was handled, its effect was not undone, and all its causes
//     are kept.
// K2. An effect that was undone, by the run itself or by a compensation, is executed again under a new key, and so is
//     its undo. In a retry, all other keys stay the same.
// K3. Outcomes inside a kept group or `each` are only kept if they can be undone.
// K4. An at-most-once effect that was interrupted is not repeated: it is unknown, and a person resolves it.
// K5. Nodes that a retry executes again see the same time as before, so that their parameters are the same unless
//     something was changed.
import { adoptedOrder } from '../advance/start.ts'
import { undoable } from '../advance/undo.ts'
import { type AdoptedOutcome, OUTCOME_UNKNOWN, type Sent } from '../model/event.ts'
import { isUndoPath, outerPath, undoPath, withoutItem } from '../model/path.ts'
import { nodeAt, type Plan } from '../model/plan.ts'
import type { Activation, RunState } from '../model/state.ts'

export interface Adoption {
  readonly outcomes: AdoptedOutcome[]
  /** For `run.started`. */
  readonly generations: Record<string, number>
}

/** Selects activations that must be executed again, with everything that follows from them. */
export type Again = (activation: Activation) => boolean

/** What the shell knows of the run that is followed. */
export interface Known {
  readonly isAgain?: Again
  /**
   * Whether this node may request decisions of people. If anything has changed, outcomes that were not reached are
   * not kept there.
   */
  readonly asks?: (node: number) => boolean
  /** Paths that a compensation has undone, or has started to undo. */
  readonly compensated?: ReadonlySet<string>
  /** The last run that a node has started and waited for. */
  readonly childOf?: (path: string) => string | undefined
  /** The parameters that a node was last sent with. */
  readonly sentOf?: (activation: Activation) => Sent | undefined
}

/** Keeps everything that succeeded. */
export const adoptForRetry = (plan: Plan, state: RunState, known: Known = {}): Adoption =>
  adopt(plan, state, known, { isRetry: true, from: undefined })

/** Keeps everything that does not follow from the node `from`, in any item or iteration of it. */
export const adoptForRerun = (plan: Plan, state: RunState, from: string, known: Known = {}): Adoption => ({
  ...adopt(plan, state, known, { isRetry: false, from: plan.byId.get(from) }),
  generations: {},
})

/** What a compensation must undo, in order of completion: effects, and the runs of sub-workflows. */
export function adoptForCompensation(plan: Plan, state: RunState, known: Known = {}): Adoption {
  const { childOf = () => undefined } = known
  const undoOf = (path: string) => state.activations.get(undoPath(path))
  const isUndone = (path: string) => undoOf(path)?.status === 'succeeded'
  const outcomes = undoable(plan, state, isUndone).map((one) => withChild(outcomeOf(one), childOf(one.path)))
  if (state.run.mode !== 'rerun') outcomes.push(...unreachedUndoable(plan, state))
  const taken = new Set(outcomes.map(({ path }) => path))
  for (const activation of state.activations.values()) {
    const { path, finishedAt, undoes, adopted } = activation
    const child = childOf(path)
    if (child === undefined || finishedAt === null || undoes !== null || taken.has(path)) continue
    if (plan.nodes[activation.node]!.undo >= 0 || isUndone(path)) continue
    if (adopted && state.run.mode === 'rerun') continue
    outcomes.push({ ...withChild(outcomeOf(activation), child), status: 'succeeded' })
  }
  outcomes.sort((a, b) => a.order - b.order)
  for (const { path } of [...outcomes]) {
    const undo = undoOf(path)
    if (undo !== undefined && isUnknown(plan, undo)) outcomes.push({ ...outcomeOf(undo), status: 'unknown' })
  }
  return { outcomes, generations: { ...state.run.generations } }
}

/** What a retry kept but did not reach, such as the inside of a group that it kept as a whole. */
function unreachedUndoable(plan: Plan, state: RunState): AdoptedOutcome[] {
  const found: AdoptedOutcome[] = []
  for (const outcome of state.adopted.values()) {
    const { path, status, child, order } = outcome
    if (status !== 'succeeded' || state.activations.has(path)) continue
    const node = nodeAt(plan, path)
    if (node === undefined || (plan.nodes[node]!.undo < 0 && child === undefined)) continue
    found.push({ ...outcome, order: adoptedOrder(order) })
  }
  return found
}

interface How {
  readonly isRetry: boolean
  /** The node to start again from. */
  readonly from: number | undefined
}

function adopt(plan: Plan, state: RunState, known: Known, { isRetry, from }: How): Adoption {
  const { compensated = new Set(), childOf = () => undefined, sentOf = () => undefined } = known
  const { isAgain = () => false, asks = () => false } = known
  const generations: Record<string, number> = { ...state.run.generations }
  const kept = new Set<string>()
  const broken = new Set<string>()
  const candidates: Activation[] = []
  const again: AdoptedOutcome[] = []
  const settled = [...state.activations.values()].filter(({ finishedAt }) => finishedAt !== null)
  // Causes and contents complete before their consequences, so one pass in that order is enough.
  for (const activation of settled.sort((a, b) => a.order - b.order)) {
    const { path, attempt } = activation
    if (isUndoPath(path)) continue
    const isKept = activation.status === 'succeeded' || activation.port !== null
    const undone = state.activations.has(undoPath(path)) || compensated.has(path)
    if (undone) startGeneration(generations, path)
    const isExcluded = isAtOrInside(activation) || isAgain(activation)
    const lost = undone || isExcluded || broken.has(path) || !isRooted(state, kept, activation)
    if (lost) broken.add(parentPath(activation))
    else if (isKept) {
      kept.add(path)
      candidates.push(activation)
      continue
    }
    if (undone) continue
    const before = state.adopted.get(path)
    if (isUnknown(plan, activation) && (isRetry || !lost)) again.push(takenUp(activation, 'unknown'))
    else if (isRetry && attempt > 0) again.push(takenUp(activation, 'open'))
    else if (isRetry && before?.status === 'open') again.push(before)
  }
  const outcomes = candidates
    .filter(
      (one) =>
        !isCovered(state, kept, one) || plan.nodes[one.node]!.undo >= 0 || childOf(one.path) !== undefined,
    )
    .map((one) => withChild(outcomeOf(one), childOf(one.path)))
  return { outcomes: [...outcomes, ...again, ...unreached()], generations }

  /** Whether the activation is the node that the run starts again from, or inside it. */
  function isAtOrInside(activation: Activation): boolean {
    if (from === undefined) return false
    let at: Activation | undefined = activation
    while (at !== undefined && at.node !== from) at = state.activations.get(parentPath(at))
    return at !== undefined
  }

  function takenUp(activation: Activation, status: 'unknown' | 'open'): AdoptedOutcome {
    const sent = sentOf(activation)
    const taken = withChild({ ...outcomeOf(activation), status }, childOf(activation.path))
    return sent === undefined ? taken : { ...taken, sent }
  }

  /** What this run itself kept and did not reach. */
  function unreached(): AdoptedOutcome[] {
    const found: AdoptedOutcome[] = []
    for (const outcome of state.adopted.values()) {
      const { path, status, causes } = outcome
      if (state.activations.has(path)) continue
      if (compensated.has(path)) {
        startGeneration(generations, path)
        continue
      }
      const node = nodeAt(plan, path)
      if (node === undefined) continue
      const taken = { ...outcome, order: adoptedOrder(outcome.order) }
      const around = ancestorsOf(path)
      const isInside = around.some((one) => kept.has(one))
      const isAgainFrom = from !== undefined && [path, ...around].some((one) => nodeAt(plan, one) === from)
      const isKept = isInside || (!isAgainFrom && causes.every((cause) => kept.has(cause)))
      if (status === 'open' ? isRetry : status === 'unknown' ? isRetry || isKept : isKept && !asks(node))
        found.push(taken)
      else if (isRetry && isKept) found.push({ ...taken, status: 'open' })
    }
    return found
  }
}

/** The effect gets a new key, and so does its undo: a receiver would mistake either for the earlier one. */
function startGeneration(generations: Record<string, number>, path: string): void {
  const generation = (generations[path] ?? 0) + 1
  generations[path] = generation
  generations[undoPath(path)] = generation
}

/** Whether it was stopped while its at-most-once effect may have happened. */
function isUnknown(plan: Plan, { node, status, error }: Activation): boolean {
  const { pure, atMostOnce } = plan.nodes[node]!
  const isOver = status === 'cancelled' || status === 'failed'
  return isOver && atMostOnce && !pure && (error?.code === OUTCOME_UNKNOWN || error?.outcomeUnknown === true)
}

const withChild = (outcome: AdoptedOutcome, child: string | undefined): AdoptedOutcome =>
  child === undefined ? outcome : { ...outcome, child }

function ancestorsOf(path: string): string[] {
  const found: string[] = []
  for (let at = outerPath(path); at !== ''; at = outerPath(at)) found.push(at)
  return found
}

const parentPath = ({ path, item, frame }: Activation): string => (item >= 0 ? withoutItem(path) : frame)

/** Whether its own causes are kept, and those of every group around it. */
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
  const { path, causes, order, startedAt, finishedAt, error, readyAt } = activation
  const status = activation.status === 'failed' ? 'failed' : 'succeeded'
  const outcome = {
    path,
    status,
    port: activation.port ?? 'main',
    causes,
    order,
    startedAt,
    finishedAt,
    ...(readyAt === undefined ? {} : { readyAt }),
  } as const
  return error === null ? outcome : { ...outcome, error }
}
