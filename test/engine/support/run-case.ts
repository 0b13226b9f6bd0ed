import { loadPlan } from '../../../src/engine/compile/load.ts'
import type { Fact } from '../../../src/engine/model/event.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import { adoptForCompensation, adoptForRerun, adoptForRetry } from '../../../src/engine/resume/adopt.ts'
import { replay } from '../../../src/engine/resume/replay.ts'
import { checkEnd } from './check-end.ts'
import { expectSame } from './expect-same.ts'
import { fingerprint } from './fingerprint.ts'
import { random } from './random.ts'
import { randomFlow } from './random-flow.ts'
import { feed, restored, type Simulation, simulate, simulation } from './simulate.ts'
import { TYPES } from './types.ts'

const MODES = ['retry', 'rerun', 'compensate'] as const

/**
 * Executes one random workflow in one random world. Throws if an invariant is violated, else returns how the run
 * ended.
 */
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

/** Runs that follow each other: kept outcomes are never executed again, and at-most-once effects never happen twice. */
function follow(parent: Simulation, entry: string | undefined, generation = 2): void {
  const { plan, state, random: dice } = parent
  // A compensation is followed by one that continues it.
  const modes = state.run.mode === 'compensate' ? (['compensate'] as const) : MODES
  const mode = dice.pick(modes)
  const from = dice.pick(plan.nodes).id
  const { outcomes, generations } =
    mode === 'retry'
      ? adoptForRetry(plan, state)
      : mode === 'rerun'
        ? adoptForRerun(plan, state, from)
        : adoptForCompensation(plan, state)
  const sim = simulation(plan, dice)
  const runId = `run_${generation}`
  const keyRoot = mode === 'rerun' ? runId : state.run.keyRoot
  runToEnd(
    sim,
    [
      { type: 'run.adopted', outcomes },
      { type: 'run.started', runId, keyRoot, mode, generations, ...(entry ? { entry } : {}) },
    ],
    entry,
  )
  for (const { path, status } of outcomes) {
    if (!sim.keys.has(path) || status === 'open') continue
    const isSettledByHand = sim.events.some(
      (event) => event.type === 'node.resolved' && event.path === path && event.outcome === 'retry',
    )
    if (status !== 'unknown' || !isSettledByHand) throw new Error(`${path} was ${status} and ran again`)
  }
  for (const [path, key] of sim.keys) {
    const before = parent.keys.get(path)
    const undone = mode === 'retry' && (state.activations.has(`${path}!undo`) || path.endsWith('!undo'))
    if (mode === 'rerun' ? before === key : before !== undefined && (before !== key) !== undone) {
      throw new Error(`${path} had the key ${before} and has ${key} in a ${mode}`)
    }
  }
  checkTimes(parent, sim, mode)
  if (generation < 4 && dice.chance(0.5)) follow(sim, entry, generation + 1)
}

/** Work that a retry repeats with the old key sees the same time as before. */
function checkTimes(parent: Simulation, sim: Simulation, mode: string): void {
  if (mode !== 'retry') return
  for (const [path, key] of sim.keys) {
    const before = parent.state.activations.get(path)
    if (parent.keys.get(path) === key && before?.readyAt !== sim.state.activations.get(path)?.readyAt)
      throw new Error(`${path} is sent again under its key with another time`)
  }
}
