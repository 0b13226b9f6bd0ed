// What the calls of models have cost, as runs, nodes and events show it.
import * as z from 'zod'
import { toUsd } from '../core/money.ts'
import { NO_USAGE, type Usage } from '../engine/model/usage.ts'

export const RunCost = z
  .strictObject({
    usd: z.number().describe('Of calls whose price is known, exact to the micro-dollar.'),
    inputTokens: z.int(),
    outputTokens: z.int(),
    cachedTokens: z.int().describe('Of the input: read from a cache of the provider.'),
    reasoningTokens: z.int().describe('Of the output: thoughts of the model.'),
    unpricedCalls: z
      .int()
      .describe('Calls whose price is not known. Their tokens are counted here, their cost is not.'),
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
