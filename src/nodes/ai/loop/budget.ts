// How much of the team's budget a call reserves, and how much it used.
import { DEFAULT_TIMEOUT_MS } from '../../../providers/models/timeout.ts'
import type { ModelAnswer, ModelRequest } from '../../../providers/models/types.ts'
import type { BudgetPort, BudgetRefusal, NodePorts } from '../../ports.ts'

type Call = Parameters<BudgetPort['reserve']>[0]

/** Assumed if the call sets no maximum: most models answer with no more. */
const LONG_ANSWER_TOKENS = 4_096

export const amountsOf = ({ models }: Pick<NodePorts, 'models'>, request: ModelRequest): Call => ({
  key: request.key,
  timeoutMs: request.rung.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  amounts: async () => {
    const { inputTokens, costMicros } = await models.estimate(request)
    const longest = request.rung.maxTokens ?? LONG_ANSWER_TOKENS
    return { cost: costMicros, tokens: { low: inputTokens, high: inputTokens + longest } }
  },
})

export const usedBy = ({ usage, costMicros }: Pick<ModelAnswer, 'usage' | 'costMicros'>) => ({
  costMicroUsd: costMicros ?? 0,
  tokens: (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0),
})

export const stoppedByBudget = ({ metric, limit, spent, message }: BudgetRefusal) => ({
  code: 'budget.stopped',
  message,
  retryable: false,
  details: { metric, limit, spent },
})
