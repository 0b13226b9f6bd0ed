// State is a fold over events: feeding the recorded facts to `advance` gives the same state, and the same derived
// events.
import { advance } from '../advance/index.ts'
import { spend } from '../advance/spend.ts'
import type { RunEvent } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import { newRun, type RunState } from '../model/state.ts'

/** Folds events in order, on top of `state` if it was restored from rows. Events that it already contains are skipped. */
export function replay(plan: Plan, events: Iterable<RunEvent>, state: RunState = newRun()): RunState {
  for (const event of events) {
    if (event.seq <= state.run.seq) continue
    if (event.type === 'node.late') {
      state.run.seq = event.seq
      if (event.usage !== undefined) spend(state, event.path, event.attempt, event.usage)
    } else if (!event.auto) advance(plan, state, event, event.at)
  }
  return state
}
