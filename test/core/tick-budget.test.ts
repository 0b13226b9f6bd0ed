import { expect, test } from 'vitest'
import { TickBudget } from '../../src/core/tick-budget.ts'

test('half of a budget ends at half of the calls and of the time, which are spent from the whole', () => {
  let now = 0
  const whole = new TickBudget(() => now)
  const half = whole.half()
  half.spend(249)
  expect([half.isSpent, whole.isSpent]).toEqual([false, false])
  half.spend(1)
  expect([half.isSpent, whole.isSpent]).toEqual([true, false])
  whole.spend(250)
  expect(whole.isSpent).toBe(true)

  const other = new TickBudget(() => now)
  const first = other.half()
  now = 10_000
  expect([first.isSpent, other.isSpent]).toEqual([true, false])
  expect(other.half().isSpent).toBe(false)
  now = 20_000
  expect([other.isSpent, other.half().isSpent]).toEqual([true, true])
})
