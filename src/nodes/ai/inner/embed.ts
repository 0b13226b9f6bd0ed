// Embeddings of texts: one call of one model.
import * as z from 'zod'
import { toUsd } from '../../../core/money.ts'
import type { ModelChoice } from '../../../providers/models/types.ts'
import { effectNode, type NodeResult, pureNode } from '../../node.ts'
import { amountsOf, stoppedByBudget } from '../loop/budget.ts'
import { keyOfCall } from '../loop/call-key.ts'
import { CODE_OF } from '../loop/codes.ts'
import { EmbedParams } from '../params.ts'
import { modelsAndPortOf } from '../settings.ts'
import { FIRST_NODE } from './first-node.ts'

export const aiTexts = pureNode({
  ...FIRST_NODE,
  type: 'ai.texts',
  summary: 'Prepares texts for their vectors.',
  params: EmbedParams,
  output: '`{ texts, models }`.',
  compute: ({ params: { texts, models: given }, hasEdge }): NodeResult => {
    const { models, port } = modelsAndPortOf(given, hasEdge)
    return { output: { texts: typeof texts === 'string' ? [texts] : texts, models }, port }
  },
})

type Beginning = { texts: string[]; models: ModelChoice[] }

export const aiVectors = effectNode({
  type: 'ai.vectors',
  internal: true,
  category: 'ai',
  summary: 'Creates vectors of texts with one call.',
  params: z.strictObject({}),
  output: '`{ vectors, model, usage }`.',
  example: {},
  ports: () => ['main', 'next'],
  mockPort: () => 'main',
  needsCredential: false,
  effectful: true,
  defaultTimeoutMs: 600_000,
  run: async (
    { models, budget },
    { inside, idempotencyKey, failures, isAgain },
    signal,
  ): Promise<NodeResult> => {
    const { texts, models: choices } = {
      ...(inside('begin')[0]?.output ?? { texts: [], models: [] }),
      ...(inside('ladder')[0]?.output as object | undefined),
    } as Beginning
    const tried = inside('model')
    // A retried run begins with the first model again. Later iterations continue from there.
    const place = isAgain ? 0 : ((tried.at(-1)?.output as { rung?: number } | undefined)?.rung ?? -1) + 1
    const rung = choices[place] ?? choices[0]
    if (rung === undefined) throw new Error('No model is configured')
    const key = keyOfCall(idempotencyKey, rung)
    const messages = [{ role: 'user', content: texts.join('\n') }]
    const once = { rung: { ...rung, maxTokens: 0 }, messages, key }
    const held = await budget.reserve(amountsOf({ models }, once), signal)
    if (!held.ok) return { error: stoppedByBudget(held.refused) }
    const answer = await models.embed(rung, texts, key, signal)
    const inputTokensUsed = answer.ok ? (answer.inputTokens ?? 0) : 0
    await held.settle({ costMicroUsd: answer.costMicros ?? 0, tokens: inputTokensUsed })
    if (answer.ok) {
      const { vectors, provider, model, inputTokens, costMicros } = answer
      const tokens = { inputTokens: inputTokens ?? 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0 }
      const unpricedCalls = costMicros === null ? 1 : 0
      return {
        output: {
          vectors,
          model: { provider, model },
          usage: { costUsd: toUsd(costMicros ?? 0), ...tokens, unpricedCalls },
        },
        usage: { costMicros: costMicros ?? 0, ...tokens, unpricedCalls },
      }
    }
    const { reason, message, movesOn, retryAfterMs } = answer
    if (retryAfterMs !== undefined && failures === 0 && retryAfterMs <= 60_000)
      return { error: { code: CODE_OF[reason], message, retryable: true, retryAfterMs } }
    if (movesOn && place + 1 < choices.length)
      return {
        output: { rung: place, provider: rung.provider, model: rung.model, reason, message },
        port: 'next',
      }
    return { error: { code: CODE_OF[reason], message, retryable: false } }
  },
})
