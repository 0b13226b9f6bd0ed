// One call of one model: a recorded step. Its port says what comes next. Nothing here retries.
import * as z from 'zod'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { toUsdOrNull } from '../../../core/money.ts'
import type { FailureReason, ModelAnswer, ModelRequest } from '../../../providers/models/types.ts'
import { effectNode, NodeFailure, type NodeInput, type NodeResult } from '../../node.ts'
import type { BudgetRefusal, NodePorts } from '../../ports.ts'
import { offeredTools } from '../../tools/offer.ts'
import { amountsOf, stoppedByBudget, usedBy } from '../loop/budget.ts'
import { keyOfCall } from '../loop/call-key.ts'
import { CODE_OF } from '../loop/codes.ts'
import { withFiles } from '../loop/files.ts'
import { callLimit, costLeft, keepsFailing, type NextCall, nextCall } from '../loop/next-call.ts'
import { roundsOf, setupOf } from '../loop/read.ts'
import { type Answered, type Failed, type LimitReason, type Round, usageOf } from '../loop/turn.ts'
import type { Setup } from '../settings.ts'

/** Longer than any call may take. */
const TIMEOUT_MS = 3_660_000

export const aiModel = effectNode({
  type: 'ai.model',
  internal: true,
  category: 'ai',
  summary: 'Calls a model once.',
  params: z.strictObject({}),
  output: 'What the call came to.',
  example: {},
  ports: () => ['done', 'next', 'tools', 'limit'],
  needsCredential: false,
  effectful: true,
  defaultTimeoutMs: TIMEOUT_MS,
  mockPort: () => 'done',
  run: async (ports, input, signal): Promise<NodeResult> => {
    const setup = setupOf(input)
    const rounds = roundsOf(input)
    const { nowMs, run, isAgain } = input
    const next = nextCall(setup, rounds, { now: nowMs, depth: run.depth, isAgain })
    if (next.kind === 'limit') return stopped(next.limit)
    if (next.kind === 'spent') throw allFailed(rounds)
    const prepared = requestOf(input, setup, next)
    const request = { ...prepared, messages: await withFiles(ports.files, prepared.messages) }
    if (await isOverCost(ports, setup, rounds, request)) return stopped('cost')
    const held = await ports.budget.reserve(amountsOf(ports, request), signal)
    if (!held.ok) return overBudget(setup, held.refused)
    const answer = await ports.models.call(request, ports.delta, signal)
    await held.settle(usedBy(answer))
    return answer.ok ? answered(setup, rounds, next, answer) : failed(input, setup, rounds, next, answer)
  },
})

/** An agent returns what it has so far. A question has nothing to return. */
const overBudget = ({ agent }: Setup, refused: BudgetRefusal): NodeResult =>
  agent === null
    ? { error: stoppedByBudget(refused) }
    : { output: { kind: 'stopped', limit: refused.metric, of: 'team' }, port: 'limit' }

const stopped = (limit: LimitReason): NodeResult => ({ output: { kind: 'stopped', limit }, port: 'limit' })

function requestOf(
  { idempotencyKey }: NodeInput<unknown>,
  setup: Setup,
  { request, isRepair }: Extract<NextCall, { kind: 'call' }>,
): ModelRequest {
  const tools = offeredTools(setup.tools)
  return {
    ...request,
    ...(tools.length === 0 ? {} : { tools }),
    key: keyOfCall(idempotencyKey, request.rung, isRepair),
  }
}

async function isOverCost(
  { models }: NodePorts,
  setup: Setup,
  rounds: readonly Round[],
  request: ModelRequest,
): Promise<boolean> {
  const left = costLeft(setup, rounds)
  if (left === null) return false
  const { costMicros } = await models.estimate(request)
  // Without a known price, it is unknown whether the call fits the limit.
  return costMicros === null || costMicros.low > left
}

type Call = Extract<NextCall, { kind: 'call' }>

const calledOf = (answer: ModelAnswer, { rung }: Call) => ({
  provider: answer.provider,
  model: answer.model,
  rung,
  usage: answer.usage,
  costUsd: toUsdOrNull(answer.costMicros),
  firstTokenMs: answer.firstTokenMs,
  durationMs: answer.durationMs,
})

function answered(
  setup: Setup,
  rounds: readonly Round[],
  next: Call,
  answer: Extract<ModelAnswer, { ok: true }>,
): NodeResult {
  const { text, messages, toolCalls: calls, finishReason, isOffline } = answer
  const turn: Answered = {
    kind: 'answer',
    ...calledOf(answer, next),
    text,
    ...(answer.object === undefined ? {} : { object: answer.object }),
    messages,
    calls,
    finishReason,
    isOffline,
  }
  const usage = usageOf(answer)
  if (calls.length === 0) return { output: turn, port: 'done', usage }
  if (keepsFailing(rounds, calls))
    return {
      error: {
        code: 'agent.invalid_calls',
        message: 'The model keeps making tool calls that are not possible',
        retryable: false,
        details: reached(rounds, 'error'),
      },
      usage,
    }
  const limit = callLimit(setup, rounds, calls, canonicalJson)
  if (limit !== null) return { output: { ...turn, limit }, port: 'limit', usage }
  return { output: turn, port: 'tools', usage }
}

/** How long a provider may make us wait. */
const MAX_WAIT_MS = 60_000

function failed(
  { failures, nowMs }: NodeInput<unknown>,
  setup: Setup,
  rounds: readonly Round[],
  next: Call,
  answer: Extract<ModelAnswer, { ok: false }>,
): NodeResult {
  const { reason, message, movesOn, retryAfterMs, text = '', hadContent } = answer
  const usage = usageOf(answer)
  if (reason === 'cancelled') return { error: { code: CODE_OF[reason], message, retryable: false }, usage }
  const timeLeft = setup.at + setup.limits.timeoutMs - nowMs
  const isRepairable = reason === 'bad_schema' && !next.isRepair
  const hasNext = isRepairable || next.rung + 1 < setup.models.length
  const mayWait = retryAfterMs !== undefined && failures === 0 && !(hasNext && isLeftAlone(reason))
  if (mayWait && retryAfterMs <= Math.min(MAX_WAIT_MS, timeLeft))
    return { error: { code: CODE_OF[reason], message, retryable: true, retryAfterMs }, usage }
  const turn: Failed = {
    kind: 'failed',
    ...calledOf(answer, next),
    reason,
    message,
    text,
    hadContent,
    isRepair: next.isRepair,
  }
  if (movesOn && hasNext) return { output: turn, port: 'next', usage }
  return { error: failureOf([...rounds, { turn, results: null, raised: null }]), usage }
}

/** The key or model is suspended by us, not by the provider, so the next model is asked immediately. */
const isLeftAlone = (reason: FailureReason): boolean =>
  reason === 'breaker_open' || reason === 'key_suspended'

const allFailed = (rounds: readonly Round[]): NodeFailure => new NodeFailure(failureOf(rounds))

/** A single model has its own code. For several models, the error says why each model failed. */
function failureOf(rounds: readonly Round[]) {
  const attempts = rounds
    .slice(rounds.findLastIndex(({ turn }) => turn.kind !== 'failed') + 1)
    .flatMap(({ turn }) => (turn.kind === 'failed' ? [turn] : []))
  const last = attempts.at(-1)
  const tried = attempts.map(({ provider, model, reason, message }) => ({ provider, model, reason, message }))
  const triedSeveral = new Set(attempts.map(({ rung }) => rung)).size > 1
  return {
    code: triedSeveral || last === undefined ? 'model.all_failed' : CODE_OF[last.reason],
    message: triedSeveral
      ? `All ${tried.length} models failed. The last error: ${last?.message}`
      : (last?.message ?? ''),
    retryable: false,
    details: { attempts: tried, ...reached(rounds, 'error') } as Json,
  }
}

/** The result of a loop so far. */
export function reached(rounds: readonly Round[], finishReason: string) {
  const answers = rounds.flatMap(({ turn }) => (turn.kind === 'answer' ? [turn] : []))
  const text = answers.findLast((turn) => turn.text !== '')?.text ?? ''
  return { finishReason, text, steps: answers.length }
}
