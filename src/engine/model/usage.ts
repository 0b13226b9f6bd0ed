/** The cost of model calls. Sums are exact: amounts are whole micro-dollars. */
export interface Usage {
  readonly costMicros: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of the input: read from the provider's cache. */
  readonly cachedTokens: number
  /** Part of the output: reasoning. */
  readonly reasoningTokens: number
  /** Calls with an unknown price: their tokens are counted here, their cost is not. */
  readonly unpricedCalls: number
}

/** What an activation has used, including its inside, and the attempts whose own usage is counted. */
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
