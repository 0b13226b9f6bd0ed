import { expect, test } from 'vitest'
import {
  divideRounded,
  hasSixDecimals,
  microsToText,
  multiplyToMicros,
  parseDecimal,
  toMicros,
  toMicroUsd,
  toUsd,
} from '../../../src/core/money.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'

const decimal = (text: string) => parseDecimal(text) ?? expect.fail(`${text} is a decimal`)

test.each([
  ['1', '1', 1_000_000],
  ['0.000001', '1', 1],
  ['0.0000005', '1', 1],
  ['-0.0000005', '1', -1],
  ['0.00000049', '1', 0],
  ['1234.567891', '0.5', 617_283_946],
  ['0.1', '0.2', 20_000],
  ['100', '1.0847', 108_470_000],
  ['1.5e-6', '2', 3],
  ['2E3', '1', 2_000_000_000],
])('%s × %s is %i micro-dollars', (a, b, micros) => {
  expect(multiplyToMicros(decimal(a), decimal(b))).toBe(micros)
})

test.each(['', 'x', '1,5', '1e308', 'NaN', 'Infinity', '--1', '0x10', '1.', '.5', '9'.repeat(31)])(
  '%j is no decimal number',
  (text) => {
    expect(parseDecimal(text)).toBeNull()
  },
)

test('an amount that cannot be counted exactly is refused', () => {
  expect(toMicros(decimal('9007199254.740991'))).toBe(Number.MAX_SAFE_INTEGER)
  expect(toMicros(decimal('9007199254.740992'))).toBeNull()
})

test('rounding is half away from zero', () => {
  expect([5n, 15n, -5n, -15n, 4n, -4n].map((value) => divideRounded(value, 10n))).toEqual([
    1n,
    2n,
    -1n,
    -2n,
    0n,
    0n,
  ])
})

test.each([
  [1.000001, true],
  [0.0000001, false],
  [Number.NaN, false],
  [123_456_789.123456, true],
])('%d has at most six decimals: %s', (value, expected) => {
  expect(hasSixDecimals(value)).toBe(expected)
})

test('sums, texts and conversions of random amounts equal exact integers', () => {
  const cases = casesOf(100_000)
  const random = randomFrom(SEED)
  let sum = 0
  let exact = 0n
  for (let i = 0; i < cases; i++) {
    const micros = random.below(2_000_000_000) * (random.chance(0.2) ? -1 : 1)
    sum += micros
    exact += BigInt(micros)
    if (Math.abs(sum) > 9e15) throw new Error('too large')
    const text = microsToText(micros)
    if (toMicros(decimal(text)) !== micros || toMicroUsd(toUsd(micros)) !== micros)
      throw new Error(`${text}: ${repeatWith(SEED, cases)}`)
    const a = random.below(1_000_000)
    const product = multiplyToMicros({ units: BigInt(micros), scale: 6 }, { units: BigInt(a), scale: 5 })
    const expected = divideRounded(BigInt(micros) * BigInt(a), 100_000n)
    if (BigInt(product ?? 0) !== expected) throw new Error(`${micros} × ${a}: ${repeatWith(SEED, cases)}`)
  }
  expect(BigInt(sum)).toBe(exact)
})
