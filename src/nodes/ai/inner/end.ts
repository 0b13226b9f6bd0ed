// The output of a loop.
import * as z from 'zod'
import type { Json } from '../../../core/json.ts'
import { toMicroUsd, toUsd } from '../../../core/money.ts'
import { NO_USAGE, sumOf, type Usage } from '../../../engine/model/usage.ts'
import { NodeFailure, type NodeInput, type NodeResult, pureNode } from '../../node.ts'
import { roundsOf, setupOf } from '../loop/read.ts'
import { type Answered, type FinishReason, type LimitReason, type Round, usageOf } from '../loop/turn.ts'

const base = {
  internal: true,
  category: 'ai',
  params: z.strictObject({}),
  example: {},
  needsCredential: false,
  effectful: false,
} as const

/** For an agent: everything that it has, and why it ended. */
export const aiEnd = pureNode({
  ...base,
  type: 'ai.end',
  summary: 'Combines the results of a loop.',
  output: '`{ text, object, steps, toolCalls, finishReason, model, usage }`.',
  ports: () => ['main'],
  compute: (input): NodeResult => ({
    output: resultOf(roundsOf(input), (input.taken.limit as { limit?: LimitReason } | undefined)?.limit),
  }),
})

/** For a single question: the answer, or nothing. */
export const aiAnswer = pureNode({
  ...base,
  type: 'ai.answer',
  summary: 'Gives the answer of a model.',
  output: '`{ text, object, model, usage, finishReason }`.',
  ports: () => ['main'],
  compute: (input): NodeResult => {
    const { steps: _steps, toolCalls: _calls, ...result } = answerOf(input)
    return { output: result }
  },
})

export const aiObject = pureNode({
  ...base,
  type: 'ai.object',
  summary: 'Returns the object that a model has filled in.',
  output: 'The object.',
  ports: () => ['main'],
  compute: (input): NodeResult => ({ output: answerOf(input).object ?? null }),
})

export const aiLabel = pureNode({
  ...base,
  type: 'ai.label',
  summary: 'Gives the label that a model has chosen.',
  output: '`{ label, confidence }`.',
  ports: () => ['main'],
  compute: (input): NodeResult => {
    const { label, confidence } = (answerOf(input).object ?? {}) as { label?: Json; confidence?: Json }
    return {
      output: {
        label,
        confidence: typeof confidence === 'number' ? Math.min(1, Math.max(0, confidence)) : null,
      },
    }
  },
})

/** A refusal, or a stop at a limit, is not an answer. */
function answerOf(input: Pick<NodeInput<unknown>, 'inside'>) {
  const rounds = roundsOf(input)
  const result = resultOf(rounds, undefined)
  const { finishReason, text } = result
  if (finishReason === 'refused')
    throw new NodeFailure({ code: 'model.refused', message: 'The model refuses to answer', retryable: false })
  if (setupOf(input).schema !== null && !('object' in result))
    throw new NodeFailure({
      code: 'model.bad_schema',
      message:
        finishReason === 'length'
          ? 'The answer was cut off at its maximum length'
          : 'The answer has no object',
      retryable: false,
      details: { text: text.slice(0, 2_000) },
    })
  return result
}

export function resultOf(rounds: readonly Round[], limit: LimitReason | undefined) {
  const answers = rounds.flatMap(({ turn }) => (turn.kind === 'answer' ? [turn] : []))
  const last = answers.at(-1)
  const finishReason: FinishReason = limit ?? last?.limit ?? last?.finishReason ?? 'stop'
  return {
    text: answers.findLast(({ text }) => text !== '')?.text ?? '',
    ...(last?.object === undefined ? {} : { object: last.object }),
    steps: answers.length,
    toolCalls: answers.reduce((sum, { calls }) => sum + calls.length, 0),
    finishReason,
    model: last === undefined ? null : modelOf(last),
    usage: usageIn(rounds),
  }
}

const modelOf = ({ provider, model, isOffline }: Answered) => ({
  provider,
  model,
  ...(isOffline ? { isOffline } : {}),
})

function usageIn(rounds: readonly Round[]) {
  let sum: Usage = NO_USAGE
  for (const { turn } of rounds)
    if (turn.kind !== 'stopped')
      sum = sumOf(
        sum,
        usageOf({
          usage: turn.usage,
          costMicros: turn.costUsd === null ? null : toMicroUsd(turn.costUsd),
        }),
      )
  const { costMicros, ...tokens } = sum
  return { costUsd: toUsd(costMicros), ...tokens }
}
