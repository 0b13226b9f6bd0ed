// The cost of model calls, as shown for runs, nodes and events.
import * as z from 'zod'
import { toUsd } from '../core/money.ts'
import { NO_USAGE, type Usage } from '../engine/model/usage.ts'

export const RunCost = z
  .strictObject({
    usd: z.number().describe('The cost of calls with a known price, exact to the micro-dollar.'),
    inputTokens: z.int(),
    outputTokens: z.int(),
    cachedTokens: z.int().describe('Input tokens that the provider read from its cache.'),
    reasoningTokens: z.int().describe('Output tokens that the model used for reasoning.'),
    unpricedCalls: z
      .int()
      .describe('Calls with an unknown price. Their tokens are included here, but not their cost.'),
  })
  .meta({ id: 'RunCost' })
export type RunCost = z.infer<typeof RunCost>

export const runCost = (usage: Usage = NO_USAGE): RunCost => ({
  usd: toUsd(usage.costMicros),
  inputTokens: usage.inputTokens,
  outputTokens: usage.outputTokens,
  cachedTokens: usage.cachedTokens,
  reasoningTokens: usage.reasoningTokens,
  unpricedCalls: usage.unpricedCalls,
})
