// The cost of model calls.
// Q1. The usage of an attempt is counted once, with its outcome, even if it is late: the provider was paid.
// Q2. It is counted for the node, for each node around it, and for the run.
import { outerPath } from '../model/path.ts'
import type { Activation, RunState } from '../model/state.ts'
import { NO_USAGE, sumOf, type Usage } from '../model/usage.ts'

/** Returns the changed activations. None if this attempt was counted before. */
export function spend(state: RunState, path: string, attempt: number, usage: Usage): Activation[] {
  const activation = state.activations.get(path)
  if (activation === undefined) return []
  const { attempts = [] } = activation.spent ?? {}
  if (attempts.includes(attempt)) return []
  const changed: Activation[] = []
  // A retry may keep a group without its items, so an enclosing activation may be missing.
  for (let at = path; at !== ''; at = outerPath(at)) {
    const around = state.activations.get(at)
    if (around === undefined) continue
    const { usage: before = NO_USAGE, attempts: own = [] } = around.spent ?? {}
    around.spent = { usage: sumOf(before, usage), attempts: at === path ? [...own, attempt] : own }
    changed.push(around)
  }
  state.run.usage = sumOf(state.run.usage ?? NO_USAGE, usage)
  return changed
}
