// A model of a provider, ready to be called: with its key, its URL and the guarded fetch.
import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider'
import { guardedFetch, type Reach } from '../outbound/index.ts'
import { offlineModel } from './offline/model.ts'
import * as sdk from './sdk.ts'
import type { ProviderName } from './types.ts'

/** The part of the Workers AI binding that is used. */
export type AiBinding = { run: (model: string, inputs: unknown, options?: unknown) => Promise<unknown> }

export type ModelTarget = {
  provider: ProviderName
  /** Null if the server needs no key. */
  apiKey: string | null
  /** Null: the provider's own URL. */
  baseUrl: string | null
}

export type Ways = { reach: Reach; ai: AiBinding | undefined }

export const BASE_URLS: Partial<Record<ProviderName, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
  deepseek: 'https://api.deepseek.com',
}

/** Larger than any answer of a model. An endless stream ends here. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** A gateway that has lost its server may respond with a page and status 200. */
const refusingPages =
  (send: typeof fetch): typeof fetch =>
  async (input, init) => {
    const response = await send(input, init)
    if (!response.ok || !/text\/html/i.test(response.headers.get('content-type') ?? '')) return response
    await response.body?.cancel()
    throw new Error('response data is a page, not JSON')
  }

function settingsOf({ provider, apiKey, baseUrl }: ModelTarget, { reach }: Ways) {
  return {
    // Never undefined, because the SDK would then look for a key in the environment.
    apiKey: apiKey ?? 'none',
    baseURL: baseUrl ?? BASE_URLS[provider] ?? '',
    fetch: refusingPages(guardedFetch(reach, MAX_ANSWER_BYTES)),
  }
}

/** Ollama serves the API of OpenAI under `/v1`. */
const ollamaUrl = (baseUrl: string): string => (/\/v1$/.test(baseUrl) ? baseUrl : `${baseUrl}/v1`)

const compatible = (target: ModelTarget, ways: Ways) => {
  const { apiKey, baseURL, fetch } = settingsOf(target, ways)
  return {
    name: target.provider === 'ollama' ? 'ollama' : 'compatible',
    baseURL: target.provider === 'ollama' ? ollamaUrl(baseURL) : baseURL,
    ...(target.apiKey === null ? {} : { apiKey }),
    fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  }
}

/** Throws if the Workers AI binding is needed and missing. */
export async function connect(target: ModelTarget, model: string, ways: Ways): Promise<LanguageModelV4> {
  if (target.provider === 'offline') return offlineModel(model)
  const settings = settingsOf(target, ways)
  switch (target.provider) {
    case 'openai':
      return sdk.createOpenAI(settings).responses(model)
    case 'anthropic':
      return sdk.createAnthropic(settings)(model)
    case 'google':
      return sdk.createGoogle(settings)(model)
    case 'deepseek':
      return sdk.createDeepSeek(settings)(model)
    case 'workers-ai':
      return sdk.createWorkersAI({ binding: requireBinding(ways) })(model) as LanguageModelV4
    default:
      return sdk.createOpenAICompatible(compatible(target, ways)).chatModel(model)
  }
}

/** Null if the provider has no embeddings. */
export async function connectEmbedding(
  target: ModelTarget,
  model: string,
  ways: Ways,
): Promise<EmbeddingModelV4 | null> {
  const settings = settingsOf(target, ways)
  switch (target.provider) {
    case 'openai':
      return sdk.createOpenAI(settings).embeddingModel(model)
    case 'google':
      return sdk.createGoogle(settings).embeddingModel(model)
    case 'ollama':
    case 'openai-compatible':
      return sdk.createOpenAICompatible(compatible(target, ways)).embeddingModel(model)
    case 'workers-ai':
      return sdk
        .createWorkersAI({ binding: requireBinding(ways) })
        .embedding(model as never) as EmbeddingModelV4
    default:
      return null
  }
}

function requireBinding({ ai }: Ways): never {
  if (ai === undefined) throw new Error('The binding AI is missing')
  // The package expects the platform's whole type, but only calls `run`.
  return ai as never
}
