// One call of one model for a team: chooses the key, checks the breaker, makes the call and computes the price. The engine handles lists of models and repairs.
import type { ModelsPort } from '../../../nodes/ports.ts'
import {
  callModel,
  callRemote,
  contextFault,
  embedRemote,
  type FailureReason,
  failure,
  isModelName,
  isProvider,
  type ModelAnswer,
  type ModelChoice,
  type ModelFailure,
  type ModelRequest,
  OFFLINE_MODEL,
  offlineModel,
  PROVIDERS,
  tokensOfRequest,
} from '../../../providers/models/index.ts'
import { enterBreaker, type Gate } from '../breaker/breaker.ts'
import { defaultModelChoice } from '../list/service.ts'
import { type ModelsScope, type Target, targetOf } from '../targets/targets.ts'
import { estimateCall, NOTHING_USED } from './estimate.ts'
import { recordOutcome } from './outcome.ts'
import { costOf } from './prices.ts'

export function modelsOf(scope: ModelsScope): ModelsPort {
  const { now } = scope

  function tooLarge(request: ModelRequest): ModelFailure | null {
    const fault = contextFault(request.rung, tokensOfRequest(request))
    return fault === null ? null : refusal(request.rung, 'too_large', fault)
  }

  async function enter(rung: ModelChoice): Promise<{ target: Target; before: Passed } | ModelFailure> {
    const { provider, model } = rung
    if (!isProvider(provider))
      return refusal(
        rung,
        'bad_request',
        `The provider ${JSON.stringify(provider)} does not exist. Use one of ${PROVIDERS.join(', ')}.`,
      )
    if (!isModelName(provider, model))
      return refusal(rung, 'unknown_model', `${provider} has no model ${JSON.stringify(model)}.`)
    const target = await targetOf(scope, provider, rung.integration)
    if (!('target' in target)) return refusal(rung, 'not_configured', target.message)
    if (target.models !== null && !target.models.includes(model))
      return refusal(
        rung,
        'unknown_model',
        `The platform's key for ${provider} can only be used for these models: ${target.models.join(', ')}.`,
      )
    const gate = await enterBreaker(scope.env.DB, { provider, keyRef: target.keyRef, model }, now())
    if (gate.pass) return { target, before: gate.before }
    const until = { retryAfterMs: gate.retryAfterMs }
    return gate.of === 'key'
      ? {
          ...refusal(
            rung,
            'key_suspended',
            `${provider} has rejected the key. It will be tried again later.`,
          ),
          ...until,
        }
      : {
          ...refusal(
            rung,
            'breaker_open',
            `${provider} has failed too often with this model. It will be tried again soon.`,
          ),
          ...until,
        }
  }

  return {
    async call(request, onDelta, signal): Promise<ModelAnswer> {
      const { rung } = request
      const large = tooLarge(request)
      if (large !== null) return large
      if (rung.provider === 'offline') {
        const hide = (text: string) => text
        // The offline model answers under any name, so record its real one.
        const asked = { ...request, rung: { ...rung, model: OFFLINE_MODEL } }
        const answer = await callModel(offlineModel(OFFLINE_MODEL), asked, { signal, now, onDelta, hide })
        return { ...answer, costMicros: answer.usage === null ? null : 0 }
      }
      const entered = await enter(rung)
      if ('ok' in entered) return entered
      const { target, before } = entered
      const answer = await callRemote(
        scope.env.MODELS,
        { target: target.target, request, allowHosts: [...scope.settings.OUTBOUND_ALLOW_HOSTS] },
        { signal, now, onDelta },
      )
      await recordOutcome(scope, rung, target, before, answer)
      return { ...answer, costMicros: await costOf(scope, rung, answer.usage) }
    },

    async embed(rung, texts, key, signal) {
      if (rung.provider === 'offline')
        return refusal(
          rung,
          'bad_request',
          'The offline model does not support embeddings. Use an embedding model.',
        )
      const entered = await enter(rung)
      if ('ok' in entered) return entered
      const { target, before } = entered
      const allowHosts = [...scope.settings.OUTBOUND_ALLOW_HOSTS]
      const answer = await embedRemote(
        scope.env.MODELS,
        { target: target.target, rung, texts, key, allowHosts },
        signal,
      )
      await recordOutcome(scope, rung, target, before, answer)
      if (!answer.ok) return { ...answer, costMicros: null }
      const { inputTokens } = answer
      const usage = inputTokens === null ? null : { ...NOTHING_USED, inputTokens }
      return { ...answer, costMicros: await costOf(scope, rung, usage) }
    },

    usual: (kind) => defaultModelChoice(scope, kind),

    estimate: (request) => estimateCall(scope, request),
  }
}

type Passed = Extract<Gate, { pass: true }>['before']

const refusal = ({ provider, model }: ModelChoice, reason: FailureReason, message: string): ModelFailure => ({
  ok: false,
  provider,
  model,
  ...failure(reason, message),
  usage: null,
  costMicros: null,
  firstTokenMs: null,
  durationMs: 0,
  hadContent: false,
})
