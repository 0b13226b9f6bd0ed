// What calls of models cost.
//  Q1. The use of an attempt is counted once, with its outcome, also when that comes late: the provider was paid for it.
//  Q2. It is counted for the node, for each node around it, and for the run.

import type { Activation, RunState } from '../model/state.ts'
import { NO_USAGE, sumOf, type Usage } from '../model/usage.ts'
import { parentPathOf } from './parent.ts'

/** Answers the activations that have changed; none when this attempt was counted before. */
export function spend(state: RunState, path: string, attempt: number, usage: Usage): Activation[] {
  const activation = state.activations.get(path)
  if (activation === undefined) return []
  const { attempts = [] } = activation.spent ?? {}
  if (attempts.includes(attempt)) return []
  const changed: Activation[] = []
  let at: Activation | undefined = activation
  while (at !== undefined) {
    const { usage: before = NO_USAGE, attempts: own = [] } = at.spent ?? {}
    at.spent = { usage: sumOf(before, usage), attempts: at === activation ? [...own, attempt] : own }
    changed.push(at)
    at = state.activations.get(parentPathOf(at))
  }
  state.run.usage = sumOf(state.run.usage ?? NO_USAGE, usage)
  return changed
}
