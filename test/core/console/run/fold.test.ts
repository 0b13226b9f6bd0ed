// The fold of a run's events, compared with the server's view of the same run.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../../../console/src/features/run/model/event.ts'
import { fold } from '../../../../console/src/features/run/model/fold.ts'
import { NOTHING_YET } from '../../../../console/src/features/run/model/live.ts'
import {
  kindsOf,
  lookOf,
  lookOfStep,
  lookOfWire,
  placeAt,
} from '../../../../console/src/features/run/model/look.ts'
import { outlineOf } from '../../../../console/src/features/run/model/steps.ts'
import { random } from '../../../engine/support/random.ts'
import { startProcessorTime } from '../../../helpers/processor-time.ts'
import { repeatWith, SEED } from '../../../helpers/random-cases.ts'
import { liveOf, RECORDED, recorded } from './recorded.ts'

const isoOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

test.each(RECORDED)('folding the events of %s gives the same as reading the run', (name) => {
  const {
    events,
    run: { nodes, ...run },
  } = recorded(name)
  const live = liveOf(events)
  expect({
    status: live.status,
    progress: live.progress,
    startedAt: isoOf(live.startedAt),
    finishedAt: isoOf(live.endedAt),
    waitingFor: [...live.waits].map(([path, { kind }]) => ({ path, kind })),
  }).toEqual(run)
  for (const node of nodes) {
    const place = placeAt(live, node.path)
    const shown = place ?? { status: lookOf(null, live.status), attempt: 0, from: null, to: null }
    expect({ path: node.path, status: shown.status, attempt: shown.attempt }).toEqual({
      path: node.path,
      status: node.status,
      attempt: node.status === 'skipped' ? 0 : node.attempt,
    })
    if (place && node.status !== 'skipped') expect(isoOf(place.to)).toBe(node.finishedAt)
  }
})

test.each(RECORDED)('batches of any size, and repeated events, give the same result for %s', (name) => {
  const { events } = recorded(name)
  const whole = liveOf(events)
  for (let round = 0; round < 20; round++) {
    const { int } = random(SEED + round)
    let live = NOTHING_YET
    for (let at = 0; at < events.length; ) {
      const size = 1 + int(9)
      const again = int(at + 1)
      live = fold(live, [...events.slice(again, at), ...events.slice(at, at + size)])
      at += size
    }
    expect(live, repeatWith(SEED + round)).toEqual(whole)
  }
})

test('earlier results do not change', () => {
  const { events } = recorded('items-and-loop')
  const half = liveOf(events.slice(0, 30))
  const kept = structuredClone(half)
  fold(half, events)
  expect(half).toEqual(kept)
})

test('events after a gap are ignored, and the gap is reported', () => {
  const { events } = recorded('order')
  const holed = fold(liveOf(events.slice(0, 5)), events.slice(6))
  expect(holed).toMatchObject({ lastSeq: 5, hasHole: true })
  expect(fold(holed, events.slice(5))).toEqual(liveOf(events))
})

test('an event of an unknown type is counted and changes nothing else', () => {
  const { events } = recorded('order')
  const unknown: RunEvent = { seq: 6, at: events[5]!.at, type: 'node.dreamt', path: 'stock' }
  const before = liveOf(events.slice(0, 5))
  expect(fold(before, [unknown])).toEqual({ ...before, lastSeq: 6 })
})

test('items are counted, including failed ones', () => {
  const live = liveOf(recorded('items-and-loop').events)
  expect(live.steps.get('each')?.items).toEqual({ count: 6, done: 6, failed: 3 })
  expect(live.steps.get('each.fetch')?.counts.succeeded).toBe(6)
  expect(live.steps.get('each.odd')?.counts).toEqual({ skipped: 3, failed: 3 })
  expect(live.steps.get('count')?.spots.get('')).toHaveLength(3)
})

test('ten thousand items in batches cost only the changed parts', () => {
  const at = '2026-01-01T00:00:00.000Z'
  const events: RunEvent[] = [
    { seq: 1, at, type: 'run.started' },
    { seq: 2, at, type: 'node.started', path: 'map', attempt: 1 },
    { seq: 3, at, type: 'node.expanded', path: 'map', attempt: 1, count: 10_000 },
  ]
  for (let item = 0; item < 10_000; item++) {
    const path = `map:${item}`
    events.push({ seq: events.length + 1, at, type: 'node.started', path, attempt: 1 })
    events.push({ seq: events.length + 1, at, type: 'node.succeeded', path, attempt: 1, output: item })
  }
  const spentMs = startProcessorTime()
  let live = NOTHING_YET
  for (let from = 0; from < events.length; from += 500) live = fold(live, events.slice(from, from + 500))
  expect(spentMs()).toBeLessThan(2_000)
  expect(live.steps.get('map')?.items).toEqual({ count: 10_000, done: 10_000, failed: 0 })
})

test('items that only compute are known by their batch', () => {
  const at = '2026-01-01T00:00:00.000Z'
  const live = liveOf([
    { seq: 1, at, type: 'node.started', path: 'm', attempt: 1 },
    { seq: 2, at, type: 'node.expanded', path: 'm', attempt: 1, count: 5 },
    {
      seq: 3,
      at,
      type: 'items.settled',
      path: 'm',
      from: 0,
      count: 3,
      failed: [{ item: 1, error: { code: 'x', message: 'y' } }],
    },
  ])
  expect([0, 1, 2, 3].map((item) => placeAt(live, `m:${item}`)?.status)).toEqual([
    'succeeded',
    'failed',
    'succeeded',
    'pending',
  ])
  expect(placeAt(live, 'm:5')).toBeNull()
})

test('an edge is taken if the run continued at its port, not if both ends ran', () => {
  const { definition, events } = recorded('order')
  const { wires } = outlineOf(definition)
  const live = liveOf(events)
  const looks = Object.fromEntries(
    wires.map((wire) => [`${wire.from}>${wire.to}`, lookOfWire(wire, live)] as const),
  )
  // Both `large` and `settle` have run, and nothing after `ask` has.
  expect(looks).toMatchObject({
    'large>settle': 'taken',
    'large>ask': 'dead',
    'ask>settle': 'dead',
    'ask>refuse': 'dead',
    'label>ship': 'taken',
  })
})

test('a step inside items looks as it did where it failed, one in a loop as in its last iteration', () => {
  const { events } = recorded('items-and-loop')
  const live = liveOf(events)
  const look = (key: string) => lookOfStep(live.steps.get(key), live.status)
  expect(['each.odd', 'each.even', 'count'].map(look)).toEqual(['failed', 'succeeded', 'succeeded'])
})

test('waiting for a person is not the same as sleeping', () => {
  const live = liveOf(recorded('asking').events)
  expect(kindsOf(live)).toEqual(['approval'])
  expect(lookOfStep(live.steps.get('ask'), live.status)).toBe('waiting')
  const { events } = recorded('order')
  const atTimer = events.findIndex(({ type, path }) => type === 'node.waiting' && path === 'settle')
  const asleep = liveOf(events.slice(0, atTimer + 1))
  expect(lookOfStep(asleep.steps.get('settle'), asleep.status)).toBe('sleeping')
})
