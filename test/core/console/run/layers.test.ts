// The positions of boxes in layers: below their predecessors, without overlap, and with few crossings.
import { expect, test } from 'vitest'
import type { Box, Link, Placed } from '../../../../console/src/features/run/model/columns.ts'
import { toColumns } from '../../../../console/src/features/run/model/columns.ts'
import { inLayers } from '../../../../console/src/features/run/model/layers.ts'
import { random } from '../../../engine/support/random.ts'
import { startProcessorTime } from '../../../helpers/processor-time.ts'
import { casesOf, repeatWith, SEED } from '../../../helpers/random-cases.ts'

const box = (id: string): Box => ({ id, width: 224, height: 52 })
const link = (way: string): Link => {
  const [from = '', to = ''] = way.split('>')
  return { from, to }
}
const boxesOf = (links: readonly Link[]): Box[] =>
  [...new Set(links.flatMap(({ from, to }) => [from, to]))].map(box)

function expectApart(placed: readonly Placed[]): void {
  for (const row of Map.groupBy(placed, ({ y }) => y).values()) {
    const sorted = row.toSorted((a, b) => a.x - b.x)
    for (const [at, one] of sorted.slice(1).entries()) {
      const before = sorted[at]!
      expect(one.x - before.x).toBeGreaterThanOrEqual((one.width + before.width) / 2 + 27.9)
    }
  }
}

test('a box is below all boxes that lead to it, and a start is close above its target', () => {
  const links = ['a>b', 'b>c', 'c>d', 'x>d'].map(link)
  const y = Object.fromEntries(inLayers(boxesOf(links), links).map((one) => [one.id, one.y]))
  expect(y.a! < y.b! && y.b! < y.c! && y.c! < y.d!).toBe(true)
  expect(y.x).toBe(y.c)
})

test('two branches are beside each other and meet in the middle', () => {
  const links = ['if>yes', 'if>no', 'yes>end', 'no>end'].map(link)
  const x = Object.fromEntries(
    toColumns(inLayers(boxesOf(links), links), links).map((one) => [one.id, one.x]),
  )
  expect(x.if).toBe(x.end)
  expect(x.if! - Math.min(x.yes!, x.no!)).toBeCloseTo(Math.max(x.yes!, x.no!) - x.if!)
})

test('edges that need not cross do not', () => {
  const links = ['a>y', 'b>x', 'c>z', 'a>x'].map(link)
  const placed = inLayers(['a', 'b', 'c', 'x', 'y', 'z'].map(box), links)
  const x = new Map(placed.map((one) => [one.id, one.x]))
  const crossing = links.filter((one) =>
    links.some((other) => x.get(one.from)! < x.get(other.from)! && x.get(one.to)! > x.get(other.to)!),
  )
  expect(crossing).toEqual([])
})

test('a cycle without a back edge is laid out anyway', () => {
  const links = ['a>b', 'b>c', 'c>a', 'c>d'].map(link)
  expect(inLayers(boxesOf(links), links)).toHaveLength(4)
})

test('random graphs: boxes are below their predecessors and do not overlap', () => {
  for (let seed = SEED; seed < SEED + casesOf(300); seed++) {
    const { int } = random(seed)
    const count = 2 + int(30)
    const boxes = Array.from({ length: count }, (_, at) => box(`n${at}`))
    const links = Array.from({ length: int(count * 2) }, () => {
      const to = 1 + int(count - 1)
      return { from: `n${int(to)}`, to: `n${to}` }
    })
    const placed = inLayers(boxes, links)
    const y = new Map(placed.map((one) => [one.id, one.y]))
    const wrong = links.filter(({ from, to }) => y.get(from)! >= y.get(to)!)
    expect({ placed: placed.length, wrong }, repeatWith(seed)).toEqual({ placed: count, wrong: [] })
    expectApart(placed)
    expectApart(toColumns(placed, links))
  }
})

test('a thousand boxes are laid out quickly', () => {
  const links = Array.from({ length: 999 }, (_, at) => link(`n${Math.floor(at / 3)}>n${at + 1}`))
  const spentMs = startProcessorTime()
  expectApart(inLayers(boxesOf(links), links))
  expect(spentMs()).toBeLessThan(1_500)
})
