// Passes the outcome of an effect to a turn of its run.
import type { RunShell } from '../run-shell.ts'
import type { EffectOutcome } from '../turn/effects.ts'
import { isLarge } from '../turn/large-values.ts'
import { outcomeFact } from '../turn/outcome.ts'
import type { Crashes } from './crashes.ts'

/** No caller waits for it: an error in its turn was logged, and the run is loaded again. */
export function takeOutcome(
  machine: RunShell,
  crashes: Crashes,
  take: (outcome: EffectOutcome) => void,
  outcome: EffectOutcome,
): void {
  try {
    machine.atomically(() => {
      crashes.at(outcome.path)
      take(outcome)
    })
  } catch {}
}

export function effectDone(machine: RunShell, outcome: EffectOutcome): void {
  if (machine.run === null) return
  const { path, attempt } = outcome
  if ('deferMs' in outcome) {
    machine.feed([
      { fact: { type: 'node.deferred', path, attempt, delayMs: outcome.deferMs, reason: outcome.reason } },
    ])
    return
  }
  const next = outcomeFact(machine.shell, path, attempt, outcome.result, machine.now())
  if (isLarge(next)) machine.takeLarge(next)
  else machine.feed([next])
}
