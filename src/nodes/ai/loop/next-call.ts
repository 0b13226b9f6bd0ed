// The next step of a loop of model calls, from the recorded earlier ones. Pure: the node makes the call. Invariants:
// 1. Models are tried in order. A loop stays with the model that answered last.
// 2. An answer that violates its schema is repaired once by the same model. Then the next model is asked.
// 3. No call is made beyond a limit. The rounds alone show how much was used.
import type { Json } from '../../../core/json.ts'
import { toMicroUsd } from '../../../core/money.ts'
import type { ModelChoice, ModelRequest } from '../../../providers/models/types.ts'
import type { Setup } from '../settings.ts'
import { historyOf } from './history.ts'
import type { Failed, LimitReason, Raised, Round } from './turn.ts'

export type NextCall =
  | { kind: 'call'; rung: number; isRepair: boolean; request: Omit<ModelRequest, 'key' | 'tools'> }
  | { kind: 'limit'; limit: LimitReason }
  /** No model is left. */
  | { kind: 'spent' }

export function nextCall(
  setup: Setup,
  rounds: readonly Round[],
  { now, depth, isAgain }: { now: number; depth: number; isAgain: boolean },
): NextCall {
  const limit = limitOf(setup, rounds, now, depth)
  if (limit !== null) return { kind: 'limit', limit }
  const { rung, isRepair } = positionOf(rounds, isAgain)
  const model = setup.models[rung]
  if (model === undefined) return { kind: 'spent' }
  const messages = [...setup.messages, ...historyOf(rounds)]
  const last = rounds.at(-1)?.turn
  return {
    kind: 'call',
    rung,
    isRepair,
    request: {
      rung: model,
      ...(setup.instructions === '' ? {} : { instructions: setup.instructions }),
      messages: cached(model, isRepair && last?.kind === 'failed' ? repaired(messages, last) : messages),
      ...(setup.schema === null ? {} : { schema: setup.schema }),
    },
  }
}

/** A retried run begins with the first model again. */
function positionOf(rounds: readonly Round[], isAgain: boolean): { rung: number; isRepair: boolean } {
  const last = rounds.at(-1)?.turn
  if (isAgain && last?.kind === 'failed') return { rung: 0, isRepair: false }
  if (last?.kind === 'failed')
    return last.reason === 'bad_schema' && !last.isRepair
      ? { rung: last.rung, isRepair: true }
      : { rung: last.rung + 1, isRepair: false }
  const before = rounds.findLast(({ turn }) => turn.kind !== 'stopped')?.turn
  return { rung: before === undefined || before.kind === 'stopped' ? 0 : before.rung, isRepair: false }
}

const repaired = (messages: readonly Json[], { text, message }: Failed): Json[] => [
  ...messages,
  { role: 'assistant', content: text },
  {
    role: 'user',
    content: `Your answer does not fit the schema: ${message} Answer again with JSON that fits, and nothing else.`,
  },
]

/** Anthropic caches the beginning of a request for the next one where a message says so. */
function cached({ provider }: ModelChoice, messages: readonly Json[]): Json[] {
  if (provider !== 'anthropic' || messages.length === 0) return [...messages]
  const last = messages.at(-1) as Record<string, Json>
  const marked = { ...last, providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } }
  return [...messages.slice(0, -1), marked]
}

/** The usage since the beginning. */
export function usedIn(rounds: readonly Round[]): {
  steps: number
  tokens: number
  costMicros: number
  calls: number
} {
  let steps = 0
  let tokens = 0
  let costMicros = 0
  let calls = 0
  for (const { turn } of rounds) {
    if (turn.kind === 'stopped') continue
    if (turn.kind === 'answer') {
      steps++
      calls += turn.calls.length
    }
    tokens += (turn.usage?.inputTokens ?? 0) + (turn.usage?.outputTokens ?? 0)
    costMicros += toMicroUsd(turn.costUsd ?? 0)
  }
  return { steps, tokens, costMicros, calls }
}

export function limitOf(
  setup: Setup,
  rounds: readonly Round[],
  now: number,
  depth: number,
): LimitReason | null {
  const { limits } = setup
  const raised = rounds.flatMap((round) => round.raised ?? [])
  const used = usedIn(rounds)
  if (depth > limits.depth) return 'depth'
  if (used.steps >= limits.steps * grown(raised, 'steps')) return 'steps'
  if (used.tokens >= limits.tokens * grown(raised, 'tokens')) return 'tokens'
  if (limits.costMicros !== null && used.costMicros >= limits.costMicros * grown(raised, 'cost'))
    return 'cost'
  const since = raised.at(-1)?.at ?? setup.at
  return now - since >= limits.timeoutMs ? 'time' : null
}

/** Each time a person lets it continue, it may use the same amount again. */
const grown = (raised: readonly Raised[], limit: LimitReason): number =>
  1 + raised.filter((one) => one.limit === limit && one.of === undefined).length

/** The known cost of a model's tools before the call, so that the call fits into the rest of the limit. */
export const costLeft = (setup: Setup, rounds: readonly Round[]): number | null => {
  const { costMicros } = setup.limits
  if (costMicros === null) return null
  const raised = rounds.flatMap((round) => round.raised ?? [])
  return costMicros * grown(raised, 'cost') - usedIn(rounds).costMicros
}

const SAME_CALLS = 3

/** Whether these calls exceed the limits of the loop: too many, or the same call for the third time. */
export function callLimit(
  setup: Setup,
  rounds: readonly Round[],
  calls: readonly { name: string; input: Json }[],
  textOf: (value: Json) => string,
): 'tool' | 'loop' | null {
  const raised = rounds.flatMap((round) => round.raised ?? [])
  const { toolCalls } = setup.limits
  if (toolCalls !== null && usedIn(rounds).calls + calls.length > toolCalls * grown(raised, 'tool'))
    return 'tool'
  const lastRaise = rounds.findLastIndex((round) => round.raised?.limit === 'loop')
  const seen = new Map<string, number>()
  for (const { turn } of rounds.slice(lastRaise + 1))
    if (turn.kind === 'answer') for (const call of turn.calls) count(call)
  return calls.some((call) => count(call) >= SAME_CALLS) ? 'loop' : null

  function count({ name, input }: { name: string; input: Json }): number {
    const key = `${name} ${textOf(input)}`
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return times
  }
}

const MAX_BAD_TURNS = 3

/** Whether the model has made this many invalid calls in a row. */
export function keepsFailing(rounds: readonly Round[], calls: readonly { invalid?: string }[]): boolean {
  if (!calls.some(({ invalid }) => invalid !== undefined)) return false
  let inRow = 1
  for (let at = rounds.length - 1; at >= 0; at--) {
    const turn = rounds[at]?.turn
    if (turn?.kind !== 'answer' || !turn.calls.some(({ invalid }) => invalid !== undefined)) break
    inRow++
  }
  return inRow > MAX_BAD_TURNS
}
