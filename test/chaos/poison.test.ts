// The run crashes when it applies some fact, on random workflows. If it crashes a few times, it reaches its normal
// result; if it crashes each time, something is given up. Either way it ends, and all invariants of a run's end hold.
// `CHAOS_SEED` repeats or moves a run, `CHAOS_RUNS` sets how many there are.
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Definition } from '../../src/engine/model/definition.ts'
import type { Fact } from '../../src/engine/model/event.ts'
import { random } from '../engine/support/random.ts'
import { newPerson } from '../helpers/people.ts'
import { newSpec } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { checkEffects, checkEvents, checkIndex, checkOutcomes, outcomeOf } from './support/check.ts'
import { disturb } from './support/disturb.ts'
import { drive, lose } from './support/drive.ts'
import { randomRun } from './support/random-run.ts'
import { time } from './support/time.ts'

const { CHAOS_SEED, CHAOS_RUNS } = env as unknown as Record<string, string>
const SEED = Number(CHAOS_SEED || 1)
const CASES = Math.max(12, Math.ceil(Number(CHAOS_RUNS || 0) / 20))
/** Fewer crashes than give up work. */
const FEW = 2

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

const nameOf = (fact: Fact): string =>
  `${fact.type} ${'path' in fact ? fact.path : 'key' in fact ? fact.key : ''}`

/** People would be asked for their input again forever: if it is refused, the run keeps waiting and never ends. */
const isAsked = (name: string): boolean => /^(signal|node.resolved|node.succeeded approval)/.test(name)

/** Returns for each fact whether it is in one turn with people's input, whose errors are thrown to them. */
function turnsOfPeople(): (fact: Fact) => boolean {
  let isAsking = false
  return (fact) => {
    if (isAsked(nameOf(fact))) {
      isAsking = true
      setTimeout(() => {
        isAsking = false
      }, 0)
    }
    return isAsking
  }
}

async function live(seed: number, definition: Definition, spy: Parameters<typeof disturb>[2]) {
  const spec = newSpec(definition as never, { teamId, input: { n: seed % 10 } })
  const disturbance = disturb(spec.runId, [], spy)
  try {
    const { view, resolved } = await drive(spec, disturbance)
    const events = await checkEvents(view, disturbance)
    checkOutcomes(events)
    await checkEffects(view, definition, resolved)
    const outcome = await outcomeOf(view, disturbance)
    await lose(spec.runId)
    await checkIndex(view, disturbance)
    return { view, outcome }
  } finally {
    disturbance.end()
  }
}

test('a run survives a crash at any fact, and no accepted fact is lost', {
  timeout: 600_000,
}, async () => {
  const seen = { few: 0, always: 0, givenUp: 0 }
  for (let seed = SEED; seed < SEED + CASES; seed++) {
    const dice = random(seed)
    const definition = randomRun({ random: dice, target: inject('httpTarget'), child })
    const facts: string[] = []
    const asked = new Set<string>()
    const isOfPeople = turnsOfPeople()
    let isStart = false
    const known = await live(seed, definition, (fact) => {
      // A start that crashes in its own turn was not accepted.
      if (fact.type === 'run.started') {
        isStart = true
        setTimeout(() => {
          isStart = false
        }, 0)
      }
      if (isOfPeople(fact)) asked.add(nameOf(fact))
      if (!isStart) facts.push(nameOf(fact))
    })
    for (const always of [false, true]) {
      const may = facts.filter((name) => !(always && asked.has(name)))
      if (may.length === 0) continue
      const poison = dice.pick(may)
      let crashes = 0
      const isThrownBack = turnsOfPeople()
      const label = `seed ${seed}, ${always ? 'always' : FEW} dead of ${poison}`
      const { view, outcome } = await live(seed, definition, (fact, die) => {
        // Turns are cut differently each time, so this is checked again here.
        const mayDie = always ? !isThrownBack(fact) : crashes < FEW
        if (nameOf(fact) !== poison || !mayDie) return
        crashes++
        die(dice.pick(['throw', 'abort']))
      }).catch((error: unknown) => {
        throw new Error(`${label}: ${error instanceof Error ? error.message : error}`, { cause: error })
      })
      if (crashes === 0) continue
      if (!always) expect(outcome, label).toEqual(known.outcome)
      else if (view.nodes?.some(({ error }) => (error as { code?: string } | null)?.code === 'node.poison'))
        seen.givenUp++
      seen[always ? 'always' : 'few']++
    }
  }
  expect(seen.few).toBeGreaterThan(CASES / 2)
  expect(seen.always).toBeGreaterThan(CASES / 2)
  expect(seen.givenUp).toBeGreaterThan(CASES / 6)
})
