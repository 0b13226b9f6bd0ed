// Known models and their context sizes. Other models work as well; their context size is unknown.
import type { ProviderName } from './types.ts'

export type KnownModel = { model: string; contextSize: number; kind: 'chat' | 'embedding' }

/** A size, and the models that have it. */
type Sizes = Partial<Record<number, string>>

const CHAT: Partial<Record<ProviderName, Sizes>> = {
  openai: {
    16385: 'gpt-3.5-turbo',
    8192: 'gpt-4',
    128000: 'gpt-4-turbo gpt-4o gpt-4o-2024-05-13 gpt-4o-mini gpt-5.3',
    1000000: 'gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-5.5 gpt-5.5-pro',
    400000:
      'gpt-5 gpt-5-mini gpt-5-nano gpt-5-pro gpt-5.1 gpt-5.1-codex-mini gpt-5.2 gpt-5.2-pro gpt-5.3-codex gpt-5.4-mini gpt-5.4-nano',
    1050000: 'gpt-5.4 gpt-5.4-pro gpt-5.6-luna gpt-5.6-sol gpt-5.6-terra gpt-6-astra gpt-6-luna gpt-6-sol',
    200000: 'o1 o1-pro o3 o3-mini o3-pro o4-mini',
  },
  anthropic: {
    200000:
      'claude-3-5-haiku claude-3-5-sonnet claude-3-7-sonnet claude-3-haiku claude-3-opus claude-3-sonnet claude-haiku-4-5 claude-opus-4-0 claude-opus-4 claude-opus-4-1 claude-opus-4-5 claude-sonnet-4-0 claude-sonnet-4 claude-sonnet-4-5',
    1000000:
      'claude-fable-5 claude-fable-5-1 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-opus-5 claude-opus-5-5 claude-sonnet-4-6 claude-sonnet-5',
  },
  google: {
    1000000:
      'gemini-1.5-flash gemini-1.5-pro gemini-2.0-flash gemini-2.0-flash-lite gemini-2.5-flash-lite gemini-3-flash-preview gemini-3.1-flash-lite gemini-3.5-flash gemini-3.5-flash-lite gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash',
    1048576: 'gemini-2.5-flash gemini-2.5-pro gemini-3-pro-preview gemini-3.1-pro-preview',
  },
  deepseek: {
    64000: 'deepseek-chat deepseek-reasoner',
    1000000: 'deepseek-v4-flash deepseek-v4-pro',
  },
  offline: { 100000: 'rules-1' },
}

const EMBEDDINGS: Partial<Record<ProviderName, Sizes>> = {
  openai: {
    8192: 'text-embedding-3-large text-embedding-3-small',
  },
  google: {
    2048: 'gemini-embedding-001',
  },
}

/** The default model of a provider. */
export const DEFAULT_MODELS: Partial<Record<ProviderName, string>> = {
  offline: 'rules-1',
  openai: 'gpt-5-mini',
  anthropic: 'claude-haiku-4-5',
  google: 'gemini-2.5-flash',
  deepseek: 'deepseek-chat',
  'workers-ai': '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
}

/** The same for embeddings. */
export const DEFAULT_EMBEDDINGS: Partial<Record<ProviderName, string>> = {
  openai: 'text-embedding-3-small',
  google: 'gemini-embedding-001',
}

const listOf = (sizes: Sizes = {}, kind: KnownModel['kind']): KnownModel[] =>
  Object.entries(sizes).flatMap(([size, names = '']) =>
    names.split(' ').map((model) => ({ model, contextSize: Number(size), kind })),
  )

export const knownModels = (provider: ProviderName): KnownModel[] => [
  ...listOf(CHAT[provider], 'chat'),
  ...listOf(EMBEDDINGS[provider], 'embedding'),
]

/** The suffix of a model version: a date, or `latest`. */
export const plainModelName = (model: string): string =>
  model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '')

export const contextSizeOf = (provider: ProviderName, model: string): number | null =>
  knownModels(provider).find((known) => known.model === model || known.model === plainModelName(model))
    ?.contextSize ?? null
