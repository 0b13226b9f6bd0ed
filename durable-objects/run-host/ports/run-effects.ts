// Runs the effects of one run: each gets its ports, and its result is reduced to what the run can store.
import { offloadResult } from '../outside/offload.ts'
import type { RunShell } from '../run-shell.ts'
import { type EffectOutcome, runEffects } from '../turn/effects.ts'
import { maxCharsOf } from '../turn/large-values.ts'
import type { EffectStart } from '../turn/open-turn.ts'
import { buildPorts } from './index.ts'

export function effectsOf(machine: RunShell, done: (outcome: EffectOutcome) => void) {
  const open = (effect: EffectStart) => {
    const { path, attempt } = effect
    return buildPorts({
      env: machine.env,
      run: machine.requireRun(),
      store: machine.store,
      effect,
      now: machine.now,
      log: (level, message) => machine.feed([{ fact: { type: 'log', level, message, path } }]),
      progress: (data) =>
        machine.feed([{ fact: { type: 'node.progress', path, attempt, data: data as never } }]),
      delta: (delta) => {
        if (machine.run !== null) machine.live.delta(path, attempt, delta)
      },
    })
  }
  return runEffects(open, done, (path, result, signal) => {
    const run = machine.requireRun()
    return offloadResult(
      { env: machine.env, run, now: machine.now },
      path,
      result,
      maxCharsOf(run, path),
      signal,
    )
  })
}
