// How the inner nodes of a loop read each other's outputs.
import type { Json } from '../../../core/json.ts'
import { toMicroUsd } from '../../../core/money.ts'
import type { ModelUsage } from '../../../providers/models/types.ts'
import { NodeFailure, type NodeInput } from '../../node.ts'
import type { Setup } from '../settings.ts'
import type { Raised, Round, Turn } from './turn.ts'

type Inside = Pick<NodeInput<unknown>, 'inside'>

export function setupOf({ inside }: Inside): Setup {
  const [first] = inside('begin')
  if (first === undefined)
    throw new NodeFailure({ code: 'node.error', message: 'The node has not started', retryable: false })
  const setup = first.output as Setup
  const [found] = inside('ladder')
  const ladder = found === undefined ? {} : (found.output as Pick<Setup, 'models'>)
  return setup.thread === undefined
    ? { ...setup, ...ladder }
    : withSummary({ ...setup, ...ladder }, inside('sum'))
}

type SummaryCall = { summary?: string; usage?: ModelUsage | null; costUsd?: number | null }

/** The summary comes before the visible messages of the thread, and its usage counts. */
function withSummary(setup: Setup, rounds: readonly { output: unknown }[]): Setup {
  const calls = rounds.map(({ output }) => output as SummaryCall)
  const text = calls.at(-1)?.summary ?? setup.thread?.summary ?? ''
  const { limits } = setup
  const tokens = calls.reduce(
    (sum, { usage }) => sum + (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0),
    0,
  )
  const cost = calls.reduce((sum, { costUsd }) => sum + toMicroUsd(costUsd ?? 0), 0)
  return {
    ...setup,
    messages: text === '' ? setup.messages : [summaryMessage(text), ...setup.messages],
    limits: {
      ...limits,
      tokens: limits.tokens - tokens,
      costMicros: limits.costMicros === null ? null : limits.costMicros - cost,
    },
  }
}

/**
 * A user message, because the summary must not have more weight than the messages that it replaces. It is data, not
 * an instruction.
 */
const summaryMessage = (text: string): Json => ({
  role: 'user',
  content: `[What was said before in this conversation, in short]\n${text}`,
})

/** All rounds before the one that asks, in order. */
export function roundsOf({ inside }: Inside): Round[] {
  const results = byRound(inside('tool'))
  const raised = byRound(inside('limit'))
  return inside('model').map(({ iteration, output }) => ({
    turn: output as Turn,
    results: (results.get(iteration) as Json[] | undefined) ?? null,
    raised: (raised.get(iteration) as Raised | undefined) ?? null,
  }))
}

const byRound = (outputs: readonly { iteration: number; output: unknown }[]): Map<number, unknown> =>
  new Map(outputs.map(({ iteration, output }) => [iteration, output]))
