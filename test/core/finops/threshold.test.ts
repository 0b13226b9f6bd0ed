import { expect, test } from 'vitest'
import { reachedShare } from '../../../src/modules/finops/budgets/threshold.ts'

test.each([
  [79, 100, [0.8, 1], null],
  [80, 100, [0.8, 1], 0.8],
  [100, 100, [0.8, 1], 1],
  [500, 100, [0.5, 0.8], 0.8],
  [1, 0, [0.8], 0.8],
  [0, 0, [0.8], null],
  [-5, 0, [0.8], null],
  [100, 100, [], null],
  [70_000_000, 100_000_000, [0.7], 0.7],
])('%d of %d with shares %j reaches %s', (spent, limit, shares, share) => {
  expect(reachedShare(spent, limit, shares)).toBe(share)
})
