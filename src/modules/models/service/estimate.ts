// Estimates the input tokens and the cost of a call before it is made.
import {
  contextSizeOf,
  type Estimate,
  isProvider,
  type ModelRequest,
  tokensOfRequest,
} from '../../../providers/models/index.ts'
import { type PriceScope, ratesFor } from './prices.ts'

/** Used if the length of the response is unknown. */
const LONG_ANSWER_TOKENS = 4_096

export const NOTHING_USED = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
}

export async function estimateCall(scope: PriceScope, request: Omit<ModelRequest, 'key'>): Promise<Estimate> {
  const { provider, model, maxTokens } = request.rung
  const inputTokens = tokensOfRequest(request)
  const contextSize = isProvider(provider) ? contextSizeOf(provider, model) : null
  if (provider === 'offline') return { inputTokens, costMicros: { low: 0, high: 0 }, contextSize }
  const used = { ...NOTHING_USED, inputTokens }
  const rates = await ratesFor(scope, request.rung)
  const low = rates.cost(used)
  const high = rates.cost({ ...used, outputTokens: maxTokens ?? LONG_ANSWER_TOKENS })
  return { inputTokens, costMicros: low === null || high === null ? null : { low, high }, contextSize }
}
