// Embeddings of texts, in as many requests as the provider needs. Each is sent once.
import { classify, failure } from './classify.ts'
import { connectEmbedding, type ModelTarget, type Ways } from './connect.ts'
import { DEFAULT_TIMEOUT_MS } from './timeout.ts'
import type { EmbedAnswer, ModelChoice, ModelFailure } from './types.ts'

type Success = Extract<EmbedAnswer, { ok: true }>
export type UnpricedEmbedding = Omit<Success, 'costMicros'> | Omit<ModelFailure, 'costMicros'>

export async function embedTexts(
  target: ModelTarget,
  rung: ModelChoice,
  texts: string[],
  key: string,
  ways: Ways,
  { signal, now, hide }: { signal: AbortSignal; now: () => number; hide: (text: string) => string },
): Promise<UnpricedEmbedding> {
  const started = now()
  const { provider, model } = rung
  const failed = ({ message, ...why }: ReturnType<typeof classify>): UnpricedEmbedding => ({
    ok: false,
    provider,
    model,
    ...why,
    message: hide(message),
    usage: null,
    firstTokenMs: null,
    durationMs: now() - started,
    hadContent: false,
  })
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), rung.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  try {
    const embedding = await connectEmbedding(target, model, ways)
    if (embedding === null) return failed(failure('bad_request', `${provider} does not offer embeddings.`))
    const most = (await embedding.maxEmbeddingsPerCall) ?? 96
    const vectors: number[][] = []
    let inputTokens: number | null = 0
    for (let from = 0; from < texts.length; from += most) {
      const { embeddings, usage } = await embedding.doEmbed({
        values: texts.slice(from, from + most),
        abortSignal: AbortSignal.any([signal, limit.signal]),
        headers: { 'idempotency-key': `${key}:${from}` },
      })
      vectors.push(...embeddings)
      inputTokens = usage?.tokens === undefined || inputTokens === null ? null : inputTokens + usage.tokens
    }
    if (vectors.length !== texts.length)
      return failed(
        failure('bad_answer', `${provider} gave ${vectors.length} vectors for ${texts.length} texts.`),
      )
    return { ok: true, provider, model, vectors, inputTokens, durationMs: now() - started }
  } catch (error) {
    return failed(classify(error, provider, { isCancelled: signal.aborted, isTimeout: limit.signal.aborted }))
  } finally {
    clearTimeout(timer)
  }
}
