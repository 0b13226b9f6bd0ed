// Which keywords each provider documents for schemas of tools and answers. Keywords that a provider does not support
// are left out: the arguments are checked against the whole schema when they come back.
import type { ProviderName } from '../types.ts'

export type SchemaProfile = {
  /** Null: all of JSON Schema. */
  keywords: ReadonlySet<string> | null
  /** Null: any. */
  formats: ReadonlySet<string> | null
  /** Whether the provider supports `$ref`, including recursion. */
  refs: boolean
  /** Of the whole schema, in characters of JSON. */
  maxChars: number
  maxDepth: number
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const OPENAI: SchemaProfile = {
  keywords: null,
  formats: null,
  refs: true,
  maxChars: 120_000,
  maxDepth: 32,
}

/** Gemini supports a part of JSON Schema: https://ai.google.dev/gemini-api/docs/structured-output. */
const GOOGLE: SchemaProfile = {
  keywords: set(
    'type format title description enum items prefixItems minItems maxItems minimum maximum anyOf oneOf properties additionalProperties required $ref $defs',
  ),
  formats: set('date-time date time duration int32 int64 float double enum'),
  refs: true,
  maxChars: 100_000,
  maxDepth: 32,
}

/** Servers of open models convert the schema to a grammar, or to text in the prompt. */
const PLAIN: SchemaProfile = {
  keywords: set(
    'type title description enum const default items prefixItems minItems maxItems minimum maximum minLength maxLength anyOf oneOf allOf properties additionalProperties required',
  ),
  formats: set('date-time date time uuid email uri'),
  refs: false,
  maxChars: 60_000,
  maxDepth: 24,
}

export const PROFILES: Record<ProviderName, SchemaProfile> = {
  offline: OPENAI,
  openai: OPENAI,
  anthropic: OPENAI,
  google: GOOGLE,
  deepseek: { ...PLAIN, keywords: null, formats: null },
  ollama: PLAIN,
  'openai-compatible': PLAIN,
  'workers-ai': PLAIN,
}

/** Keywords that do not affect the value. */
export const DROPPED = set('$schema $id $anchor $comment $vocabulary examples readOnly writeOnly deprecated')
