import { expect, test } from 'vitest'
import { modelCostMicros, type TokenCounts } from '../../../src/modules/prices/model-price.ts'

const rate = (unit: string, usd: string, above = 0) => ({ unit, above, usd })
const tokens = (more: Partial<TokenCounts>): TokenCounts => ({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  ...more,
})
const RATES = [
  rate('input_mtok', '3'),
  rate('input_mtok', '6', 200_000),
  rate('cached_input_mtok', '0.3'),
  rate('cache_write_mtok', '3.75'),
  rate('output_mtok', '15'),
  rate('output_mtok', '22.5', 200_000),
  rate('batch_input_mtok', '1.5'),
  rate('batch_output_mtok', '7.5'),
]

test('cached tokens have their own rates, and reasoning counts as output', () => {
  const used = tokens({
    inputTokens: 1_000,
    cachedInputTokens: 400,
    cacheWriteTokens: 100,
    outputTokens: 200,
    reasoningTokens: 150,
  })
  expect(modelCostMicros(RATES, used)).toBe(500 * 3 + 120 + 375 + 3_000)
})

test('a long prompt is billed completely at the rates of its step', () => {
  expect(modelCostMicros(RATES, tokens({ inputTokens: 200_000, outputTokens: 10 }))).toBe(600_150)
  expect(modelCostMicros(RATES, tokens({ inputTokens: 200_001, outputTokens: 10 }))).toBe(1_200_231)
})

test('batch calls have their own rates', () => {
  expect(modelCostMicros(RATES, tokens({ inputTokens: 1_000, outputTokens: 100 }), { isBatch: true })).toBe(
    2_250,
  )
})

test('the sum is rounded once, to the micro-dollar', () => {
  const rates = [rate('input_mtok', '0.0028'), rate('output_mtok', '0.28')]
  expect(modelCostMicros(rates, tokens({ inputTokens: 100, outputTokens: 1 }))).toBe(1)
  expect(modelCostMicros(rates, tokens({ inputTokens: 70, outputTokens: 1 }))).toBe(0)
})

test('usage without a rate has no cost, unless it is zero', () => {
  expect(modelCostMicros([], tokens({ inputTokens: 1 }))).toBeNull()
  expect(modelCostMicros([rate('input_mtok', '1')], tokens({ inputTokens: 1, outputTokens: 1 }))).toBeNull()
  expect(modelCostMicros([rate('input_mtok', '1')], tokens({ inputTokens: 5 }))).toBe(5)
})
