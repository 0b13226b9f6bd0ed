import { loadPlan } from '../../../src/engine/compile/load.ts'
import { replay } from '../../../src/engine/replay.ts'
import { hasEnded } from '../../../src/engine/state.ts'
import { checkEnd } from './check-end.ts'
import { expectSame } from './expect-same.ts'
import { random } from './random.ts'
import { randomFlow } from './random-flow.ts'
import { feed, fingerprint, restored, simulate, simulation } from './simulate.ts'
import { TYPES } from './types.ts'

/** One random workflow through one random world; throws where a promise is broken, else says how the run ended. */
export function runCase(seed: number): string {
  const dice = random(seed)
  const definition = randomFlow(dice)
  const plan = loadPlan(definition, TYPES)
  const sim = simulation(plan, dice)
  simulate(sim, [{ type: 'run.started', runId: 'run_1', keyRoot: 'run_1' }])

  expectSame(fingerprint(replay(plan, sim.events)), fingerprint(sim.state), 'replay')
  expectSame(fingerprint(restored(sim)), fingerprint(sim.state), 'restore')
  checkEnd(sim)

  const count = sim.events.length
  for (const event of sim.events) {
    if (event.auto) continue
    const step = feed(sim, event)
    if (step.accepted || step.events.length + step.commands.length > 0) throw new Error('spoke after its end')
  }
  if (sim.events.length !== count || !hasEnded(sim.state)) throw new Error('changed after its end')
  return sim.state.run.status
}
