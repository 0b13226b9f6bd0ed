/** What calls of models have cost. Sums of it are exact: amounts are whole micro-dollars. */
export interface Usage {
  readonly costMicros: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the input: read from the provider's cache. */
  readonly cachedTokens: number
  /** Of the output: thoughts. */
  readonly reasoningTokens: number
  /** Calls whose price is not known: their tokens are here, and their cost is not. */
  readonly unpricedCalls: number
}

/** What an activation has used, inside included, and the attempts whose own use is in it. */
export interface Spent {
  readonly usage: Usage
  readonly attempts: readonly number[]
}

export const NO_USAGE: Usage = {
  costMicros: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  unpricedCalls: 0,
}

export const sumOf = (one: Usage, other: Usage): Usage => ({
  costMicros: one.costMicros + other.costMicros,
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  cachedTokens: one.cachedTokens + other.cachedTokens,
  reasoningTokens: one.reasoningTokens + other.reasoningTokens,
  unpricedCalls: one.unpricedCalls + other.unpricedCalls,
})
