import { expect, test } from 'vitest'
import { change, exactMoney, money, percent, shortMoney } from '../../../console/src/ui/format/money.ts'

test.each([
  [0, 'USD', '$0.00'],
  [-0, 'USD', '$0.00'],
  [1234.5, 'USD', '$1,234.50'],
  [-12.345, 'USD', '-$12.35'],
  [0.5, 'USD', '$0.50'],
  [0.0042, 'EUR', '€0.0042'],
  [0.000_012, 'USD', '$0.000012'],
  [99, 'JPY', '¥99'],
  [5, 'CAD', 'CA$5.00'],
])('%d %s is %s', (value, currency, text) => {
  expect(money(value, currency)).toBe(text)
})

test('a single amount keeps its six decimals', () => {
  expect(exactMoney(1234.567_891)).toBe('$1,234.567891')
  expect(exactMoney(12)).toBe('$12.00')
})

test.each([
  [0, '$0'],
  [1_250, '$1.3K'],
  [2.5, '$2.5'],
  [-20_000, '-$20K'],
  [0.05, '$0.05'],
])('on an axis, %d is %s', (value, text) => {
  expect(shortMoney(value)).toBe(text)
})

test('shares and changes have a decimal where it matters', () => {
  expect([percent(0.034), percent(0.5), percent(0)]).toEqual(['3.4 %', '50 %', '0 %'])
  expect([change(12.4), change(-3.25), change(0.01), change(1200)]).toEqual([
    '+12 %',
    '−3.3 %',
    '±0 %',
    '+1,200 %',
  ])
})
