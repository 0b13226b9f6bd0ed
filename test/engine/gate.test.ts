// The decisions of a gate, in a world that loses, delays, repeats and reorders messages.
import { describe, expect, it } from 'vitest'
import {
  applyRunMessage,
  countInside,
  enterGate,
  type Gate,
  type GateNeed,
  newGate,
  noChanges,
  placesIn,
  type WhenFull,
} from '../../src/engine/gate.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'
import { type Random, random } from './support/random.ts'

const CASES = casesOf(30_000)

/** A run: what it needs, and the message in which it last said so. */
type Life = {
  id: string
  need: GateNeed
  begun: boolean
  seq: number
  received: number
  has: boolean
  whenFull: WhenFull
}
type Message = { life: Life; need: GateNeed; again: boolean; seq: number }
type World = { gate: Gate; dice: Random; limit: number; lives: Life[]; mail: Message[] }

/** Sends a message, perhaps twice. It is repeated until it is received, so the newest is never lost for good. */
function say(world: World, life: Life, need: GateNeed): void {
  life.need = need
  life.seq++
  const message = { life, need, again: life.begun, seq: life.seq }
  world.mail.push(message)
  if (world.dice.chance(0.2)) world.mail.push(message)
}

function deliver(world: World, { life, need, again, seq }: Message): void {
  const { gate, limit } = world
  life.received = Math.max(life.received, seq)
  const changes = noChanges()
  if (need === 'slot' || need === 'place') {
    const ask = { runId: life.id, limit, whenFull: life.whenFull, again, held: need === 'place', seq }
    const answer = enterGate(gate, ask, changes)
    if (answer === 'rejected') end(world, life)
    else if (answer === 'inside' && seq === life.seq) take(life)
  } else applyRunMessage(gate, life.id, { need, seq }, changes)
  for (const id of gate.rows.keys()) if (gate.replaced.has(id)) throw new Error(`${id} is here and replaced`)
  if (countInside(gate) > limit) throw new Error(`${countInside(gate)} inside, ${limit} may be`)
  if (countInside(gate) < limit && [...gate.rows.values()].some(({ state }) => state === 'line'))
    throw new Error('there is room, and somebody waits')
}

/** An answer only counts for what the run needs by then. */
function take(life: Life): void {
  if (life.need !== 'slot') return
  life.begun = true
  life.has = true
}

function end(world: World, life: Life): void {
  if (life.need === 'gone') return
  life.has = false
  say(world, life, 'gone')
}

/** The gate notifies runs that it has admitted or replaced. The notification may be lost. */
function notifyRuns(world: World): void {
  const { gate, lives, dice } = world
  for (const life of lives) {
    if (dice.chance(0.3)) continue
    if (gate.replaced.has(life.id)) {
      end(world, life)
      gate.replaced.delete(life.id)
    }
    const row = gate.rows.get(life.id)
    if (row?.state !== 'inside' || row.notified) continue
    if (life.received === life.seq) take(life)
    if (dice.chance(0.8)) applyRunMessage(gate, life.id, { need: life.need, seq: life.seq }, noChanges())
  }
}

/**
 * Every few minutes the gate asks runs that are inside or held, which finds what an old message has restored after
 * the newest.
 */
function watch({ gate, lives }: World): void {
  for (const { id, need, seq } of lives) {
    const row = gate.rows.get(id)
    if (row?.state === 'held' || (row?.state === 'inside' && row.notified))
      applyRunMessage(gate, id, { need, seq }, noChanges())
  }
}

function live(world: World): void {
  const { dice, lives } = world
  const life = dice.pick(lives)
  const roll = dice.next()
  if (life.need === 'gone') return
  if (life.seq === 0) say(world, life, 'slot')
  else if (life.has) {
    if (roll < 0.5) end(world, life)
    else if (roll < 0.8) {
      life.has = false
      say(world, life, 'none')
    }
  } else if (life.need === 'none') say(world, life, roll < 0.9 ? 'slot' : 'gone')
  else if (life.need === 'slot' && roll < 0.2) say(world, life, 'place')
  else if (life.need === 'place' && roll < 0.5) say(world, life, 'slot')
  else if (roll > 0.97) end(world, life)
}

/** When all is quiet, the gate agrees with the runs: no run has an unneeded slot, and no run waits beside a free one. */
function checkRest({ gate, lives, limit }: World): void {
  for (const { id, need, has } of lives) {
    const state = gate.rows.get(id)?.state
    const fits = { slot: has ? 'inside' : 'line', place: 'held', none: undefined, gone: undefined }[need]
    // A run that an old message has put in line after the newest is found when its turn comes.
    if (state === 'line' && fits === undefined) continue
    if (state !== fits) throw new Error(`${id} wants ${need}, has ${has}, and is ${state}`)
  }
  if (lives.filter(({ has }) => has).length > limit) throw new Error('more have a slot than may')
  if (gate.replaced.size > 0) throw new Error('a replaced run was not notified')
}

function runWorld(seed: number): World {
  const dice = random(seed)
  const limit = 1 + dice.int(3)
  const policies = dice.pick<WhenFull[]>([['queue'], ['reject'], ['replace'], ['queue', 'reject', 'replace']])
  const lives = Array.from({ length: 2 + dice.int(7) }, (_, i) => ({
    id: `run_${i}`,
    need: 'none' as GateNeed,
    begun: false,
    seq: 0,
    received: 0,
    has: false,
    whenFull: dice.pick(policies),
  }))
  const world: World = { gate: newGate(), dice, limit, lives, mail: [] }
  for (let step = 0; step < 60; step++) {
    if (world.mail.length > 0 && dice.chance(0.5)) {
      const [message] = world.mail.splice(dice.int(world.mail.length), 1)
      if (message) deliver(world, message)
    } else if (dice.chance(0.3)) notifyRuns(world)
    else live(world)
  }
  // All messages arrive, in any order, and every run is notified. Then all is quiet.
  for (let round = 0; round < 60; round++) {
    while (world.mail.length > 0) {
      const [message] = world.mail.splice(dice.int(world.mail.length), 1)
      if (message) deliver(world, message)
    }
    notifyRuns(world)
    watch(world)
  }
  checkRest(world)
  return world
}

describe('a gate', () => {
  it(`keeps its invariants in ${CASES} worlds from seed ${SEED}`, { timeout: 600_000 }, () => {
    for (let i = 0; i < CASES; i++) {
      try {
        runWorld(SEED + i)
      } catch (thrown) {
        throw new Error(`${repeatWith(SEED + i)} shows it: ${(thrown as Error).message}`, {
          cause: thrown,
        })
      }
    }
  })

  const ask = (gate: Gate, runId: string, more: Partial<Parameters<typeof enterGate>[1]> = {}) =>
    enterGate(
      gate,
      { runId, limit: 1, whenFull: 'queue', again: false, held: false, seq: 1, ...more },
      noChanges(),
    )

  it('admits by place and passes over held runs, which keep their place', () => {
    const gate = newGate()
    expect(['a', 'b', 'c', 'd'].map((id) => ask(gate, id))).toEqual(['inside', 'line', 'line', 'line'])
    ask(gate, 'b', { held: true, seq: 2 })
    expect(placesIn(gate, ['a', 'b', 'c', 'd', 'x'])).toEqual({ a: 0, b: 1, c: 1, d: 2 })
    applyRunMessage(gate, 'a', { need: 'gone', seq: 9 }, noChanges())
    expect(placesIn(gate, ['b', 'c', 'd'])).toEqual({ b: 1, c: 0, d: 1 })
    expect(ask(gate, 'b', { seq: 3 })).toBe('line')
    expect(placesIn(gate, ['b', 'd'])).toEqual({ b: 1, d: 2 })
    applyRunMessage(gate, 'c', { need: 'none', seq: 2 }, noChanges())
    expect(placesIn(gate, ['b', 'd'])).toEqual({ b: 0, d: 1 })
  })

  it('ignores messages older than the newest', () => {
    const gate = newGate()
    ask(gate, 'a', { seq: 5 })
    applyRunMessage(gate, 'a', { need: 'none', seq: 4 }, noChanges())
    expect(placesIn(gate, ['a'])).toEqual({ a: 0 })
    expect(ask(gate, 'a', { seq: 4, held: true })).toBe('inside')
    expect(placesIn(gate, ['a'])).toEqual({ a: 0 })
  })

  it('neither rejects a run that comes again nor lets it replace others', () => {
    for (const whenFull of ['reject', 'replace'] as const) {
      const gate = newGate()
      ask(gate, 'a', { whenFull })
      expect(ask(gate, 'b', { whenFull, again: true })).toBe('line')
      expect(gate.replaced.size).toBe(0)
    }
  })

  it('keeps a started run in line when a newer run replaces the one inside', () => {
    const gate = newGate()
    ask(gate, 'a')
    ask(gate, 'again', { again: true })
    ask(gate, 'new')
    expect(ask(gate, 'b', { whenFull: 'replace' })).toBe('inside')
    expect([...gate.replaced]).toEqual(['a', 'new'])
    expect(ask(gate, 'a', { seq: 2 })).toBe('rejected')
    expect(placesIn(gate, ['again'])).toEqual({ again: 1 })
  })

  it('admits nobody after its limit was lowered until there is room', () => {
    const gate = newGate()
    for (const id of ['a', 'b']) ask(gate, id, { limit: 2 })
    expect(ask(gate, 'c', { limit: 1 })).toBe('line')
    applyRunMessage(gate, 'a', { need: 'gone', seq: 2 }, noChanges())
    expect(placesIn(gate, ['c'])).toEqual({ c: 1 })
    applyRunMessage(gate, 'b', { need: 'gone', seq: 2 }, noChanges())
    expect(placesIn(gate, ['c'])).toEqual({ c: 0 })
  })
})
