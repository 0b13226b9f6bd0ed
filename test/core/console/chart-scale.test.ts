// The axes and shapes of charts.
import { expect, test } from 'vitest'
import { endsOf, labelled, linePath, placeOf, scaleOf, stackOf } from '../../../console/src/ui/chart/scale.ts'

test.each([
  [
    [3, 97],
    [0, 50, 100],
  ],
  [[0.3], [0, 0.1, 0.2, 0.3]],
  [
    [0, 2],
    [0, 1, 2],
  ],
  [[1_234_567], [0, 500_000, 1_000_000, 1_500_000]],
  [
    [-20, 60],
    [-20, 0, 20, 40, 60],
  ],
  [[0.000_012], [0, 0.000_005, 0.000_01, 0.000_015]],
  [[], [0]],
  [[0, 0], [0]],
])('the axis of %j has the round lines %j', (values, ticks) => {
  expect(scaleOf(values).ticks).toEqual(ticks)
})

test('every value lies on its axis', () => {
  for (let power = -6; power < 9; power++)
    for (const digit of [1, 1.01, 2.5, 4.999, 5, 9.99])
      for (const sign of [1, -1]) {
        const value = sign * digit * 10 ** power
        const scale = scaleOf([value])
        expect(placeOf(value, scale), String(value)).toBeGreaterThanOrEqual(-1e-9)
        expect(placeOf(value, scale), String(value)).toBeLessThanOrEqual(1 + 1e-9)
        expect(scale.ticks.length, String(value)).toBeLessThan(8)
      }
})

test('positive values are stacked upwards and credits downwards from 0', () => {
  const values = [30, -10, 50, 0, -5]
  expect(endsOf(values)).toEqual([-15, 80])
  const scale = { min: -20, max: 80, ticks: [] }
  expect(stackOf(values, scale)).toEqual([
    { series: 0, value: 30, top: 0.5, height: expect.closeTo(0.3) },
    { series: 1, value: -10, top: 0.8, height: expect.closeTo(0.1) },
    { series: 2, value: 50, top: 0, height: expect.closeTo(0.5) },
    { series: 4, value: -5, top: 0.9, height: expect.closeTo(0.05) },
  ])
})

test('a line has a gap where a value is missing', () => {
  const scale = { min: 0, max: 10, ticks: [] }
  expect(linePath([0, 5, null, 10], scale)).toBe('M0.5 100.000L1.5 50.000M3.5 0.000')
})

test('names below the axis are spread evenly, and never more than fit', () => {
  expect(labelled(5, 8)).toEqual([0, 1, 2, 3, 4])
  expect(labelled(31, 8)).toEqual([0, 4, 8, 12, 16, 20, 24, 28])
  for (let columns = 0; columns < 400; columns++) expect(labelled(columns, 8).length).toBeLessThanOrEqual(8)
})
