import { adoptForCompensation, adoptForRerun, adoptForRetry } from '../../../src/engine/adopt.ts'
import { loadPlan } from '../../../src/engine/compile/load.ts'
import type { Fact } from '../../../src/engine/event.ts'
import { replay } from '../../../src/engine/replay.ts'
import { hasEnded } from '../../../src/engine/state.ts'
import { checkEnd } from './check-end.ts'
import { expectSame } from './expect-same.ts'
import { fingerprint } from './fingerprint.ts'
import { random } from './random.ts'
import { randomFlow } from './random-flow.ts'
import { feed, restored, type Simulation, simulate, simulation } from './simulate.ts'
import { TYPES } from './types.ts'

/** One random workflow through one random world; throws where a promise is broken, else says how the run ended. */
export function runCase(seed: number): string {
  const dice = random(seed)
  const plan = loadPlan(randomFlow(dice), TYPES)
  const starts = plan.scopes[0]!.nodes.filter((node) => plan.nodes[node]!.regions.length === 0)
  const entry = starts.length > 0 && dice.chance(0.1) ? plan.nodes[dice.pick(starts)]!.id : undefined
  const sim = simulation(plan, dice)
  runToEnd(
    sim,
    [{ type: 'run.started', runId: 'run_1', keyRoot: 'run_1', ...(entry ? { entry } : {}) }],
    entry,
  )
  if (dice.chance(0.3)) follow(sim, entry)
  return sim.state.run.status
}

function runToEnd(sim: Simulation, start: readonly Fact[], entry?: string): void {
  simulate(sim, start)
  expectSame(fingerprint(replay(sim.plan, sim.events)), fingerprint(sim.state), 'replay')
  expectSame(fingerprint(restored(sim)), fingerprint(sim.state), 'restore')
  checkEnd(sim, entry)
  const count = sim.events.length
  for (const event of sim.events) {
    if (event.auto) continue
    const step = feed(sim, event)
    if (step.accepted || step.events.length + step.commands.length > 0) throw new Error('spoke after its end')
  }
  if (sim.events.length !== count || !hasEnded(sim.state)) throw new Error('changed after its end')
}

/** A run that takes up another: what it kept is never run again. */
function follow(parent: Simulation, entry: string | undefined): void {
  const { plan, state, random: dice } = parent
  const mode = dice.pick(['retry', 'rerun', 'compensate'] as const)
  const from = dice.pick(plan.nodes).id
  const { outcomes, generations } =
    mode === 'retry'
      ? adoptForRetry(plan, state)
      : mode === 'rerun'
        ? adoptForRerun(plan, state, from)
        : adoptForCompensation(plan, state)
  const sim = simulation(plan, dice)
  const keyRoot = mode === 'rerun' ? 'run_2' : 'run_1'
  runToEnd(
    sim,
    [
      { type: 'run.adopted', outcomes },
      { type: 'run.started', runId: 'run_2', keyRoot, mode, generations, ...(entry ? { entry } : {}) },
    ],
    entry,
  )
  for (const { path } of outcomes) {
    if (sim.keys.has(path)) throw new Error(`${path} was kept and ran again`)
  }
  for (const [path, key] of sim.keys) {
    const before = parent.keys.get(path)
    const undone = state.activations.has(`${path}!undo`)
    if (mode === 'rerun' ? before === key : before !== undefined && (before !== key) !== undone) {
      throw new Error(`${path} had the key ${before} and has ${key} in a ${mode}`)
    }
  }
}
