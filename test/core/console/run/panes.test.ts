// The lines between graph, timeline and panel: every pane stays readable, and what a browser remembers can be anything.
import { expect, test } from 'vitest'
import {
  type Arrangement,
  axisOf,
  DEFAULT_LINES,
  type Lines,
  readLines,
  withLine,
  writeLines,
} from '../../../../console/src/features/run/model/panes.ts'
import { random } from '../../../engine/support/random.ts'
import { casesOf, repeatWith, SEED } from '../../../helpers/random-cases.ts'

const LAPTOP = { width: 1200, height: 780 }
const WALL = { width: 2300, height: 1100 }

/** In pixels: the graph, the timeline and the panel along the axis that they share. */
function panesOf({ graph, timeline }: Lines, arrangement: Arrangement, { width, height }: typeof WALL) {
  const px = (share: number) => (share / 100) * width
  if (arrangement === 'row')
    return { graph: px(graph), timeline: px(timeline - graph), panel: px(100 - timeline) }
  const high = (timeline / 100) * height
  return { graph: px(graph), timeline: high, panel: height - high, column: px(100 - graph) }
}

test('a line goes where it is put, and stops where a pane would become unreadable', () => {
  const { column } = DEFAULT_LINES
  expect(withLine(column, 'graph', 55, 'column', LAPTOP)).toEqual({ graph: 55, timeline: 50 })
  expect(panesOf(withLine(column, 'graph', 0, 'column', LAPTOP), 'column', LAPTOP).graph).toBeCloseTo(260)
  expect(panesOf(withLine(column, 'graph', 100, 'column', LAPTOP), 'column', LAPTOP).column).toBeCloseTo(320)
  expect(panesOf(withLine(column, 'timeline', 2, 'column', LAPTOP), 'column', LAPTOP).timeline).toBeCloseTo(
    120,
  )
  expect(panesOf(withLine(DEFAULT_LINES.row, 'graph', 99, 'row', WALL), 'row', WALL).timeline).toBeCloseTo(
    320,
  )
  expect(panesOf(withLine(DEFAULT_LINES.row, 'timeline', 0, 'row', WALL), 'row', WALL).timeline).toBeCloseTo(
    320,
  )
  expect([axisOf('column', 'timeline'), axisOf('row', 'timeline'), axisOf('column', 'graph')]).toEqual([
    'y',
    'x',
    'x',
  ])
})

test('where there is no room for all panes, a line stays where it is', () => {
  const lines = { graph: 40, timeline: 50 }
  expect(withLine(lines, 'graph', 10, 'column', { width: 500, height: 400 })).toBe(lines)
  expect(withLine(lines, 'timeline', 10, 'column', { width: 500, height: 200 })).toBe(lines)
})

test('however the lines are moved, every pane keeps its least size', () => {
  for (let round = 0; round < casesOf(500); round++) {
    const { next, chance } = random(SEED + round)
    const arrangement: Arrangement = chance(0.5) ? 'row' : 'column'
    const size = arrangement === 'row' ? WALL : LAPTOP
    const least = arrangement === 'row' ? 320 : 120
    let lines: Lines = DEFAULT_LINES[arrangement]
    for (let i = 0; i < 12; i++) {
      lines = withLine(lines, chance(0.5) ? 'graph' : 'timeline', next() * 140 - 20, arrangement, size)
      const { graph, timeline, panel, column = 320 } = panesOf(lines, arrangement, size)
      const spare = Math.min(graph - 260, timeline - least, panel - least, column - 320)
      expect(spare, repeatWith(SEED + round)).toBeGreaterThan(-0.01)
    }
  }
})

test('each arrangement remembers its own lines', () => {
  const first = writeLines(null, 'column', { graph: 30, timeline: 60 })
  const both = writeLines(first, 'row', { graph: 20, timeline: 55 })
  expect(readLines(both, 'column')).toEqual({ graph: 30, timeline: 60 })
  expect(readLines(both, 'row')).toEqual({ graph: 20, timeline: 55 })
  expect(readLines(first, 'row')).toEqual(DEFAULT_LINES.row)
})

test.each([
  null,
  '',
  'no json',
  'null',
  '[]',
  '7',
  '{"row":null}',
  '{"row":7}',
  '{"row":{"graph":"a","timeline":50}}',
  '{"row":{"graph":-4,"timeline":50}}',
  '{"row":{"graph":60,"timeline":50}}',
  '{"row":{"graph":1e999,"timeline":50}}',
])('%s in the memory of the browser counts as nothing', (text) => {
  expect(readLines(text, 'row')).toEqual(DEFAULT_LINES.row)
  expect(readLines(writeLines(text, 'row', { graph: 20, timeline: 55 }), 'row')).toEqual({
    graph: 20,
    timeline: 55,
  })
})
