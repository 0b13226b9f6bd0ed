import { describe, expect, it } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { loadPlan } from '../../src/engine/compile/load.ts'
import { topologicalOrder } from '../../src/engine/graph/graph.ts'
import { findRegions } from '../../src/engine/graph/regions.ts'
import { casesOf, SEED } from '../helpers/random-cases.ts'
import { mangle } from './support/mangle.ts'
import { random } from './support/random.ts'
import { randomFlow } from './support/random-flow.ts'
import { simulate, simulation } from './support/simulate.ts'
import { TYPES } from './support/types.ts'

const CASES = casesOf(5_000)

describe('random definitions', () => {
  it(`never break the compiler, and accepted ones run to an end (${CASES} from seed ${SEED})`, () => {
    let accepted = 0
    for (let seed = SEED; seed < SEED + CASES; seed++) {
      const dice = random(seed)
      const definition = randomFlow(dice)
      if (dice.chance(0.7)) mangle(dice, definition as unknown as Record<string, unknown>)
      const result = compile(definition, TYPES)
      if (!result.ok) {
        const broken = result.error.find(({ code }) => code === 'definition.unreadable')
        if (broken) throw new Error(`seed ${seed}: ${broken.message}`)
        continue
      }
      accepted++
      expect(JSON.stringify(loadPlan(definition, TYPES).edges)).toBe(JSON.stringify(result.value.edges))
      try {
        simulate(simulation(result.value, dice), [{ type: 'run.started', runId: 'r', keyRoot: 'r' }])
      } catch (thrown) {
        throw new Error(`seed ${seed}: ${(thrown as Error).message}`)
      }
    }
    expect(accepted).toBeGreaterThan(CASES / 10)
  })

  it(`have the loops that brute force finds (${CASES} from seed ${SEED})`, () => {
    for (let seed = SEED; seed < SEED + CASES; seed++) {
      const dice = random(seed)
      const count = 2 + dice.int(6)
      const forward = Array.from({ length: dice.int(10) }, () => {
        const to = 1 + dice.int(count - 1)
        return { from: dice.int(to), to }
      })
      const back = { from: dice.int(count), to: dice.int(count) }
      const { order } = topologicalOrder(count, forward)
      const { regions, noLoop, notDominated } = findRegions(order, forward, [back], count, new Set())
      // Brute force: remove the head. If the source can still be reached from a start, the head does not dominate.
      const reach = (from: number[], without: number) => {
        const seen = new Set(from.filter((node) => node !== without))
        for (const node of seen)
          for (const arc of forward) if (arc.from === node && arc.to !== without) seen.add(arc.to)
        return seen
      }
      const starts = Array.from({ length: count }, (_, i) => i).filter(
        (node) => !forward.some(({ to }) => to === node),
      )
      const closes = reach([back.to], -1).has(back.from)
      const dominated = back.from === back.to || !reach(starts, back.to).has(back.from)
      const expected = !closes ? 'none' : dominated ? 'loop' : 'entered'
      const got = noLoop.length > 0 ? 'none' : notDominated.length > 0 ? 'entered' : 'loop'
      expect(`seed ${seed} ${got}`).toBe(`seed ${seed} ${expected}`)
      if (got !== 'loop') continue
      const members = Array.from({ length: count }, (_, i) => i).filter(
        (node) =>
          reach([back.to], -1).has(node) && (node === back.to || reach([node], back.to).has(back.from)),
      )
      expect([...regions[0]!.members].sort()).toEqual(members.sort())
    }
  })
})
