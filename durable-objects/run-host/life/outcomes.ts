// What an effect has come to, on its way into a turn of its run.
import type { RunShell } from '../run-shell.ts'
import type { EffectOutcome } from '../turn/effects.ts'
import { outcomeFact } from '../turn/outcome.ts'
import type { Crashes } from './crashes.ts'

/** Nobody waits for it: what its turn throws has been logged, and the run is loaded again. */
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
  } else machine.feed([outcomeFact(machine.shell, path, attempt, outcome.result, machine.now())])
}
