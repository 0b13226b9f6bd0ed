// The order of steps, the rows and the axis of the timeline.
import { expect, test } from 'vitest'
import {
  itemsToShow,
  rangeOf,
  rowsOf,
  rowsOfNote,
  workOf,
} from '../../../../console/src/features/run/model/rows.ts'
import { roundStep, scaleOf } from '../../../../console/src/features/run/model/scale.ts'
import { inOrder, outlineOf } from '../../../../console/src/features/run/model/steps.ts'
import { liveOf, recorded } from './recorded.ts'

const node = (id: string) => ({ id, type: 'flow.noop' })

test('a step comes after all steps that lead to it, and a loop does not hang', () => {
  const nodes = ['end', 'left', 'right', 'begin'].map(node)
  const edges = [
    { from: 'begin', to: 'left' },
    { from: 'begin', to: 'right' },
    { from: 'left', to: 'end' },
    { from: 'right', to: 'end' },
    { from: 'end', to: 'begin', back: true },
  ]
  expect(inOrder(nodes, edges).map(({ id }) => id)).toEqual(['begin', 'left', 'right', 'end'])
  const round = [
    { from: 'left', to: 'right' },
    { from: 'right', to: 'left' },
  ]
  expect(inOrder(nodes, round)).toHaveLength(4)
})

test('rows are steps, with opened groups below them', () => {
  const { definition, events } = recorded('items-and-loop')
  const [outline, live] = [outlineOf(definition), liveOf(events)]
  const labels = (opened: [string, number][]) =>
    rowsOf(outline, live, new Map(opened)).map(({ label, depth, tag }) =>
      [' '.repeat(depth) + label, tag].filter(Boolean).join(' '),
    )
  expect(labels([])).toEqual(['begin', 'For each shop × 6', 'count ↻ 3', 'Again? ↻ 3', 'done'])
  expect(
    labels([
      ['each', 4],
      ['each:0', 50],
      ['count~', 50],
    ]),
  ).toEqual([
    'begin',
    'For each shop × 6',
    ' Item 0',
    '  Fetch shop',
    '  check',
    '  even',
    '  odd',
    ' Item 2',
    ' Item 4',
    ' Item 1',
    ' 2 more',
    'count ↻ 3',
    ' Round 1',
    ' Round 2',
    ' Round 3',
    'Again? ↻ 3',
    'done',
  ])
})

test('the selected step is among the rows at any depth', () => {
  const { definition, events } = recorded('items-and-loop')
  const [outline, live] = [outlineOf(definition), liveOf(events)]
  for (const chosen of ['each', 'each:5', 'each:1.fetch', 'count~2']) {
    const rows = rowsOf(outline, live, new Map([['each', 1]]), chosen)
    expect(rows.filter(({ path, more }) => path === chosen && more === undefined).length, chosen).toBe(1)
  }
})

test('each row is opened by its own name', () => {
  const { definition, events } = recorded('items-and-loop')
  const opened = new Map(['each', 'each:0', 'each:1', 'count~', 'again~'].map((path) => [path, 50] as const))
  const names = rowsOf(outlineOf(definition), liveOf(events), opened).map(({ opens }) => opens)
  expect(new Set(names).size).toBe(names.length)
})

test('of ten thousand items, failed ones come first', () => {
  const { events } = recorded('items-and-loop')
  const place = liveOf(events).steps.get('each')!.spots.get('')![0]!
  expect(itemsToShow({ ...place.items!, count: 10_000 }, 5)).toEqual([0, 2, 4, 1, 3])
})

test('a retried step has a bar for each attempt, with its error', () => {
  const { events } = recorded('failing')
  const place = liveOf(events).steps.get('send')!.last!
  expect(place.tries.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, 'failed'],
    [2, 'failed'],
  ])
  expect(place.tries[0]!.to! - place.tries[0]!.from).toBeLessThan(place.to! - place.from!)
  expect(place.tries[0]!.error?.message).toContain('503')
})

test('a step that only computes has one attempt of no length', () => {
  const { events } = recorded('order')
  const place = liveOf(events).steps.get('score')!.last!
  expect(place.tries).toHaveLength(1)
  expect(place.tries[0]!.from).toBe(place.tries[0]!.to)
})

test('a long wait is drawn short, and milliseconds of work stay wide', () => {
  const live = liveOf(recorded('asking').events)
  const begin = live.startedAt!
  const day = 86_400_000
  const range = rangeOf(live, begin, begin + day)
  const scale = scaleOf(workOf(live, range.to), range)
  expect(scale.folds).toHaveLength(1)
  expect(scale.folds[0]!.to).toBe(begin + day)
  expect(scale.x(scale.folds[0]!.from)).toBeGreaterThan(0.8)
})

test('a long call is work and is not folded', () => {
  const scale = scaleOf([{ from: 0, to: 600_000 }], { from: 0, to: 600_000 })
  expect(scale.folds).toEqual([])
  expect(scale.x(300_000)).toBeCloseTo(0.5)
})

test('of two long waits both are folded, and an ordinary pause is not', () => {
  const work = [0, 1_000, 90_000, 91_000, 200_000].map((from) => ({ from, to: from + 400 }))
  const { folds } = scaleOf(work, { from: 0, to: 200_400 })
  expect(folds.map(({ from, to }) => [from, to])).toEqual([
    [1_400, 90_000],
    [91_400, 200_000],
  ])
})

test('the axis is continuous, and converts positions back to times', () => {
  const work = [
    { from: 0, to: 40 },
    { from: 70_000, to: 70_300 },
    { from: 71_000, to: 71_000 },
  ]
  const scale = scaleOf(work, { from: 0, to: 500_000 })
  let last = -1
  for (let time = 0; time <= 500_000; time += 50) {
    const x = scale.x(time)
    expect(x).toBeGreaterThanOrEqual(last)
    expect(scale.time(x)).toBeCloseTo(time, 3)
    last = x
  }
  expect([scale.x(0), scale.x(500_000)]).toEqual([0, expect.closeTo(1)])
})

test('labels do not overlap, and none is at the edge', () => {
  for (const to of [3, 40, 777, 5_392, 61_000, 3_600_000]) {
    const { ticks } = scaleOf([{ from: 0, to }], { from: 0, to })
    expect(ticks.every(({ x }) => x < 0.96)).toBe(true)
    expect(ticks.length).toBeGreaterThan(0)
    for (const [at, tick] of ticks.slice(1).entries()) expect(tick.x - ticks[at]!.x).toBeGreaterThan(0.09)
  }
  expect([3, 99, 1_100, 70_000].map(roundStep)).toEqual([5, 100, 2_000, 120_000])
})

test('notable steps have failed, wait for a person or are working, together with opened ones', () => {
  const note = (name: 'asking' | 'items-and-loop' | 'order', opened: [string, number][] = []) => {
    const { definition, events } = recorded(name)
    return rowsOfNote(rowsOf(outlineOf(definition), liveOf(events), new Map(opened))).map(
      ({ label }) => label,
    )
  }
  expect(note('asking')).toEqual(['Approve large order'])
  expect(note('order')).toEqual([])
  expect(note('items-and-loop', [['each', 2]])).toEqual(['For each shop', 'Item 0', 'Item 2', '4 more'])
})
