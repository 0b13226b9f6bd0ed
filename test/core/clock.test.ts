import { expect, test } from 'vitest'
import { toIso } from '../../src/core/clock.ts'
import { SEED } from '../helpers/random-cases.ts'

test('a time is written as the platform writes it', () => {
  const edges = [
    0, -1, 86_399_999, 86_400_000, 1.5, -0.5, 8_640_000_000_000_000, -62_198_755_200_000, 253_402_300_800_000,
  ]
  const random = Array.from({ length: 20_000 }, (_, n) => Math.floor(Math.sin(n + SEED) * 8e12))
  for (const ms of [...edges, ...random]) expect(toIso(ms)).toBe(new Date(ms).toISOString())
})

test.each([Number.NaN, 8_640_000_000_000_001, Number.POSITIVE_INFINITY])('%s is no time', (ms) => {
  expect(() => toIso(ms)).toThrow(RangeError)
})
