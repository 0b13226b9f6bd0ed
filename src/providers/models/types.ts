// A model call as plain JSON: the engine stores it in its log, and the same request gives the same bytes again.
import type { Json } from '../../core/json.ts'

export const PROVIDERS = [
  'offline',
  'openai',
  'anthropic',
  'google',
  'deepseek',
  'ollama',
  'openai-compatible',
  'workers-ai',
] as const
export type ProviderName = (typeof PROVIDERS)[number]

export const isProvider = (name: string): name is ProviderName =>
  (PROVIDERS as readonly string[]).includes(name)

/** A model to try, and its options. */
export type ModelChoice = {
  provider: string
  model: string
  /** The key to use: an integration of the team, by id or name. */
  integration?: string
  temperature?: number
  maxTokens?: number
  timeoutMs?: number
}

export type JsonSchema = { readonly [keyword: string]: unknown }

export type ModelTool = { name: string; description: string; inputSchema: JsonSchema }

export type ModelRequest = {
  rung: ModelChoice
  instructions?: string
  /** `ModelMessage`s of the AI SDK as JSON. */
  messages: Json[]
  tools?: ModelTool[]
  toolChoice?: 'auto' | 'none' | 'required'
  /** The answer must be valid JSON for this schema. */
  schema?: JsonSchema
  /** Sent as `Idempotency-Key`. The same on every attempt. */
  key: string
}

/** Input includes cached tokens, and output includes reasoning. */
export type ModelUsage = {
  inputTokens: number
  outputTokens: number
  cachedInputTokens: number
  cacheWriteTokens: number
  reasoningTokens: number
}

/** A tool call that the model requests. `invalid` says why it must not be executed. */
export type ModelToolCall = { id: string; name: string; input: Json; invalid?: string }

export const FAILURE_REASONS = [
  'connection',
  'timeout',
  'rate_limited',
  'overloaded',
  'server',
  'credit',
  'key_rejected',
  'key_suspended',
  'forbidden',
  'unknown_model',
  'bad_answer',
  'bad_schema',
  'refused',
  'bad_request',
  'too_large',
  'not_configured',
  'breaker_open',
  'cancelled',
] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]

export type ModelSuccess = {
  ok: true
  provider: string
  model: string
  /** To append to the messages, with the data that the provider needs again. */
  messages: Json[]
  text: string
  /** Only with `schema`. */
  object?: Json
  toolCalls: ModelToolCall[]
  /** `tool` follows from the calls in the answer, because providers report different reasons. */
  finishReason: 'stop' | 'length' | 'tool' | 'refused'
  /** Null if the provider reported none. */
  usage: ModelUsage | null
  /** Null if usage or price is unknown, never 0 in that case. */
  costMicros: number | null
  firstTokenMs: number | null
  durationMs: number
  /** True for `offline`, which is not a language model. */
  isOffline: boolean
}

export type ModelFailure = {
  ok: false
  provider: string
  model: string
  reason: FailureReason
  /** Whether the next model may be tried. */
  movesOn: boolean
  retryAfterMs?: number
  message: string
  /** The text so far. For `bad_schema`, the invalid answer. */
  text?: string
  usage: ModelUsage | null
  costMicros: number | null
  firstTokenMs: number | null
  durationMs: number
  /** Something was already shown through `onDelta`. */
  hadContent: boolean
}

export type ModelAnswer = ModelSuccess | ModelFailure

/** `tool` contains pieces of a call's arguments, as JSON text. */
export type ModelDelta = { kind: 'text' | 'reasoning' | 'tool'; text: string; id?: string; name?: string }
export type OnDelta = (delta: ModelDelta) => void

export type EmbedAnswer =
  | {
      ok: true
      provider: string
      model: string
      vectors: number[][]
      inputTokens: number | null
      costMicros: number | null
      durationMs: number
    }
  | ModelFailure

export type Estimate = {
  inputTokens: number
  /** The cost without an answer, and with the longest possible one. Null if the price is unknown. */
  costMicros: { low: number; high: number } | null
  contextSize: number | null
}
