// Tests a key of the platform with one short call.
import type { ServiceContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { callRemote, DEFAULT_MODELS, type ProviderName } from '../../../providers/models/index.ts'
import type { AiProviderTest, TestAiProvider } from '../schema.ts'
import { findAiProvider } from './repo.ts'
import { openKey } from './seal.ts'

const TIMEOUT_MS = 20_000

export async function testAiProvider(
  ctx: ServiceContext,
  provider: ProviderName,
  { model: asked }: TestAiProvider,
): Promise<AiProviderTest> {
  const row = await findAiProvider(ctx.env.DB, provider)
  if (row === null) throw notFound(`A key for ${provider}`)
  const model = asked ?? row.models?.[0] ?? DEFAULT_MODELS[provider] ?? null
  if (model === null)
    return {
      ok: false,
      latencyMs: 0,
      model,
      error: {
        reason: 'unknown_model',
        message: 'Set a model in the request, or models of the provider.',
      },
    }
  const answer = await callRemote(
    ctx.env.MODELS,
    {
      target: {
        provider,
        apiKey: row.sealed === null ? null : await openKey(ctx, provider, row.sealed),
        baseUrl: row.baseUrl,
      },
      allowHosts: [...ctx.settings.OUTBOUND_ALLOW_HOSTS],
      request: {
        rung: { provider, model, maxTokens: 256, timeoutMs: TIMEOUT_MS },
        messages: [{ role: 'user', content: 'Answer with the word OK.' }],
        key: `${ctx.requestId}:test`,
      },
    },
    { signal: AbortSignal.timeout(TIMEOUT_MS), now: ctx.now, onDelta: () => undefined },
  )
  const { durationMs: latencyMs } = answer
  return answer.ok
    ? { ok: true, latencyMs, model }
    : { ok: false, latencyMs, model, error: { reason: answer.reason, message: answer.message } }
}
