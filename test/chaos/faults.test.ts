// Every durable write and every effect of a run fails in every way, on random workflows. The short form tries each
// point in each way once; `npm run test:chaos` tries 2,400 at random. `CHAOS_SEED` repeats one.
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import type { Definition } from '../../src/engine/model/definition.ts'
import { NODE_TYPES } from '../../src/nodes/registry.ts'
import { type Random, random } from '../engine/support/random.ts'
import { newPerson } from '../helpers/people.ts'
import { newSpec } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { checkEffects, checkEvents, checkIndex, checkOutcomes, outcomeOf } from './support/check.ts'
import { disturb, type Fault, MODES, type Mode } from './support/disturb.ts'
import { drive, lose } from './support/drive.ts'
import { randomRun } from './support/random-run.ts'
import { time } from './support/time.ts'

const { CHAOS_SEED, CHAOS_RUNS } = env as unknown as Record<string, string>
const SEED = Number(CHAOS_SEED || 1)
const RUNS = Number(CHAOS_RUNS || 0)
const POOL = 20

/** All points on a run's way to its end. Their names come from `durable-objects/run-host/rows/faults.ts`. */
const CALLS = [
  'store.create',
  'store.writeMeta',
  'store.writeTurn',
  'store.writeOutput',
  'store.writePiece',
  'store.writeReference',
  'store.writeSignal',
  'store.takeSignal',
  'store.writeWait',
  'store.writeChild',
  'store.pushOutbox',
  'store.writeUnreported',
  'store.settle',
  'store.removeOutbox',
  'alarm.set',
  'alarm.remove',
  'effect.start',
  'effect.take',
  'host.commit',
  'host.report',
  'host.takeReports',
]
const around = (call: string): string[] => [`${call}:before`, `${call}:after`]
const POINTS = CALLS.flatMap(around)
/**
 * Points that a run reaches only, or mostly, after it was lost, with the way to lose it: its load when it is called,
 * and its reload after a turn.
 */
const AFTER_LOSS: [call: string, loss: Mode][] = [
  ['host.load', 'abort'],
  ['host.reload', 'throw'],
]
const POINTS_AFTER_LOSS = AFTER_LOSS.flatMap(([call, loss]) =>
  around(call).map((point): [point: string, loss: Mode] => [point, loss]),
)
/** Fewer crashes than fail a node. */
const MAX_FAULTS = 2

type Reference = { seed: number; definition: Definition; counts: Map<string, number>; outcome: unknown }

let teamId = ''
let child = ''

beforeAll(async () => {
  time.start()
  ;({ teamId } = await newPerson())
  const url = `${inject('httpTarget')}/flaky/{{ run.parentRunId }}-child`
  const nodes = [{ id: 'call', type: 'http.request', params: { method: 'POST', url } }]
  child = await newWorkflow(teamId, { nodes, output: { done: true } })
})
afterAll(() => time.stop())

/** Executes one run with these faults, checks the invariants of every run, and returns its outcome. */
async function live({ seed, definition }: Pick<Reference, 'seed' | 'definition'>, faults: readonly Fault[]) {
  const spec = newSpec(definition as never, { teamId, input: { n: seed % 10 } })
  const disturbance = disturb(spec.runId, faults)
  try {
    const { view, resolved } = await drive(spec, disturbance)
    const events = await checkEvents(view, disturbance)
    checkOutcomes(events)
    await checkEffects(view, definition, resolved)
    const outcome = await outcomeOf(view, disturbance)
    // Lost once more after its end, before its last report was sent. The next call wakes it, and it reports.
    if (faults.length > 0) await lose(spec.runId)
    await checkIndex(view, disturbance)
    return { outcome, counts: disturbance.counts, hit: disturbance.hit }
  } catch (error) {
    const message = `seed ${seed}, ${JSON.stringify(faults)}: ${error instanceof Error ? error.message : error}`
    // Printed immediately, because after hours of runs the runtime may not live to report it.
    console.error(message)
    throw new Error(message, { cause: error })
  } finally {
    disturbance.end()
  }
}

async function reference(seed: number): Promise<Reference> {
  const definition = randomRun({ random: random(seed), target: inject('httpTarget'), child })
  const compiled = compile(definition, NODE_TYPES)
  expect(compiled.ok ? [] : compiled.error, `seed ${seed}`).toEqual([])
  const { outcome, counts } = await live({ seed, definition }, [])
  return { seed, definition, counts, outcome }
}

/** Whether every fault was reached. If nodes race, a run may end without. */
async function compare(known: Reference, faults: readonly Fault[]): Promise<boolean> {
  const { outcome, hit } = await live(known, faults)
  expect(outcome, `seed ${known.seed}, ${JSON.stringify(faults)}`).toEqual(known.outcome)
  return hit.length === faults.length
}

const faultAt = (dice: Random, { counts }: Reference, point: string, mode: Mode): Fault => ({
  point,
  nth: 1 + dice.int(counts.get(point) ?? 1),
  mode,
})

/** The first time that it reaches the point after a turn was lost. */
const faultsAfterLoss = (
  dice: Random,
  known: Reference,
  [point, loss]: [string, Mode],
  mode: Mode,
): Fault[] => [
  faultAt(dice, known, 'store.writeTurn:after', loss),
  { point, nth: 1 + (known.counts.get(point) ?? 0), mode },
]

test.runIf(RUNS === 0)(
  'a run reaches the same result whatever write or effect is lost',
  {
    timeout: 900_000,
  },
  async () => {
    const pool: Reference[] = []
    for (let seed = SEED; pool.length < POOL; seed++) pool.push(await reference(seed))
    const dice = random(SEED)
    for (const point of POINTS) {
      const known = pool.filter(({ counts }) => counts.has(point))
      expect(known.length, `workflows that come to ${point}`).toBeGreaterThan(0)
      for (const mode of MODES) {
        let tries = 1
        while (!(await compare(...oneOf(known, dice, point, mode)))) expect(tries++, point).toBeLessThan(5)
      }
    }
    for (const at of POINTS_AFTER_LOSS)
      for (const mode of MODES) {
        const hits = async () => {
          const known = dice.pick(pool)
          return compare(known, faultsAfterLoss(dice, known, at, mode))
        }
        for (let tries = 1; !(await hits()); tries++) expect(tries, at[0]).toBeLessThan(5)
      }
  },
)

function oneOf(known: Reference[], dice: Random, point: string, mode: Mode): [Reference, Fault[]] {
  const one = dice.pick(known)
  return [one, [faultAt(dice, one, point, mode)]]
}

test.runIf(RUNS > 0)(`${RUNS} runs with random faults`, { timeout: 60_000 + RUNS * 2_000 }, async () => {
  const dice = random(SEED)
  let whole = 0
  for (let done = 0; done < RUNS; ) {
    const known = await reference(dice.int(1_000_000_000))
    for (let i = 0; i < 8 && done < RUNS; i++, done++) {
      const atRandom = () => faultAt(dice, known, dice.pick([...known.counts.keys()]), dice.pick(MODES))
      const faults = dice.chance(0.1)
        ? faultsAfterLoss(dice, known, dice.pick(POINTS_AFTER_LOSS), dice.pick(MODES))
        : Array.from({ length: 1 + dice.int(MAX_FAULTS) }, atRandom)
      if (await compare(known, faults)) whole++
    }
  }
  console.log(`${RUNS} runs from the seed ${SEED}; in ${whole} of them every fault was come to`)
})
