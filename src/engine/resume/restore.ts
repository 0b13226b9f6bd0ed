import { undoable } from '../advance/undo.ts'
import { addWaiter } from '../advance/waiters.ts'
import type { AdoptedOutcome } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import {
  type Activation,
  isSettled,
  newRun,
  type RegionState,
  type RunRow,
  type RunState,
} from '../model/state.ts'

/** Everything of a run that is stored as rows. Signals and adopted outcomes are written by their own events. */
export interface StoredRun {
  readonly run: RunRow
  readonly activations: Iterable<Activation>
  readonly regions: Iterable<RegionState>
  readonly signals?: Iterable<readonly [seq: number, name: string]>
  readonly adopted?: Iterable<AdoptedOutcome>
}

const isFan = ({ status, frame, each }: Activation): boolean =>
  !isSettled(status) && frame === '' && each !== null

/** They are shown in this order, and unfinished ones are resumed in it. */
const byOrder = (a: Activation, b: Activation): number => (a.nth ?? 0) - (b.nth ?? 0)

/** Builds the state from its rows, in any order. Takes over the row objects. */
export function restore(plan: Plan, stored: StoredRun): RunState {
  const state: RunState = { ...newRun(), run: stored.run }
  // Missing in rows of older code.
  state.run.held ??= false
  const queued: Activation[] = []
  for (const activation of [...stored.activations].sort(byOrder)) {
    state.activations.set(activation.path, activation)
    if (!isSettled(activation.status)) state.open.add(activation.path)
    if (isFan(activation)) state.fans.add(activation.path)
    if (activation.ticket > 0) queued.push(activation)
    const name = activation.status === 'waiting' ? activation.wait?.name : undefined
    if (name !== undefined && activation.wait?.kind === 'signal') addWaiter(state, name, activation.path)
  }
  for (const { path } of queued.sort((a, b) => a.ticket - b.ticket)) state.queue.paths.push(path)
  for (const region of stored.regions) state.regions.set(region.key, region)
  const signals = [...(stored.signals ?? [])].sort(([a], [b]) => a - b)
  for (const [seq, name] of signals) state.signals.set(seq, name)
  for (const outcome of stored.adopted ?? []) state.adopted.set(outcome.path, outcome)
  if (state.run.phase === 'undoing') state.undo = undoable(plan, state).map(({ path }) => path)
  return state
}
