// What a call of a language model costs. Pure. Invariants:
// 1. Rates are dollars for a million tokens, which is micro-dollars for one. The sum is exact, and rounded once.
// 2. What is not known is null, never 0: without a rate for what was used there is no cost.
import { type Decimal, divideRounded, parseDecimal } from '../../core/money.ts'

export const MODEL_UNITS = [
  'input_mtok',
  'cached_input_mtok',
  'cache_write_mtok',
  'output_mtok',
  'reasoning_mtok',
  'batch_input_mtok',
  'batch_output_mtok',
] as const
type Unit = (typeof MODEL_UNITS)[number]

/** A rate for calls with more than `above` input tokens. */
export type ModelRate = { unit: string; above: number; usd: string }

export type TokenCounts = {
  /** Cached ones are among them. */
  inputTokens: number
  cachedInputTokens: number
  cacheWriteTokens: number
  /** Reasoning is among them. */
  outputTokens: number
  reasoningTokens: number
}

export function modelCostMicros(
  rates: ModelRate[],
  tokens: TokenCounts,
  { isBatch = false }: { isBatch?: boolean } = {},
): number | null {
  const rate = (unit: Unit): Decimal | null => rateFor(rates, unit, tokens.inputTokens)
  const input = (isBatch ? rate('batch_input_mtok') : null) ?? rate('input_mtok')
  const output = (isBatch ? rate('batch_output_mtok') : null) ?? rate('output_mtok')
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = tokens
  const plainInput = Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens)
  const plainOutput = Math.max(0, outputTokens - reasoningTokens)
  const parts: [number, Decimal | null][] = [
    [plainInput, input],
    [cachedInputTokens, rate('cached_input_mtok') ?? input],
    [cacheWriteTokens, rate('cache_write_mtok') ?? input],
    [plainOutput, output],
    [reasoningTokens, rate('reasoning_mtok') ?? output],
  ]
  let sum: Decimal = { units: 0n, scale: 0 }
  for (const [count, price] of parts) {
    if (count === 0) continue
    if (price === null) return null
    sum = add(sum, { units: price.units * BigInt(count), scale: price.scale })
  }
  const micros = Number(divideRounded(sum.units, 10n ** BigInt(sum.scale)))
  return Number.isSafeInteger(micros) ? micros : null
}

function rateFor(rates: ModelRate[], unit: Unit, inputTokens: number): Decimal | null {
  let best: ModelRate | null = null
  for (const one of rates)
    if (one.unit === unit && (one.above === 0 || inputTokens > one.above) && one.above >= (best?.above ?? 0))
      best = one
  return best === null ? null : parseDecimal(best.usd)
}

function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  const lift = ({ units, scale: own }: Decimal) => units * 10n ** BigInt(scale - own)
  return { units: lift(a) + lift(b), scale }
}
