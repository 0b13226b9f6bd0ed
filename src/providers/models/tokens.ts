// Estimates the tokens of a text. Tokenizers differ between models. The estimate is within about 20 percent for
// English and code, and errs on the high side: a limit that is reached too early costs less than one that is missed.
import type { Json } from '../../core/json.ts'
import { contextSizeOf } from './catalog.ts'
import { isProvider, type ModelChoice, type ModelRequest } from './types.ts'

const CHARS_OF_A_TOKEN = 3.6
/** For a picture, at the size that providers scale it to. */
const TOKENS_OF_A_FILE = 1_600
const TOKENS_OF_A_MESSAGE = 6

export function tokensOf(text: string): number {
  // Letters other than Latin use about a token each.
  let wide = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x2ff) wide++
  return Math.ceil((text.length - wide) / CHARS_OF_A_TOKEN + wide * 0.8)
}

export function tokensOfRequest({
  instructions = '',
  messages,
  tools = [],
  schema,
}: Omit<ModelRequest, 'key' | 'rung'>): number {
  return (
    tokensOf(instructions) +
    messages.reduce<number>((sum, message) => sum + TOKENS_OF_A_MESSAGE + tokensOfValue(message), 0) +
    tools.reduce((sum, tool) => sum + TOKENS_OF_A_MESSAGE + tokensOf(JSON.stringify(tool)), 0) +
    (schema === undefined ? 0 : tokensOf(JSON.stringify(schema)))
  )
}

function tokensOfValue(value: Json): number {
  if (typeof value === 'string') return tokensOf(value)
  if (value === null || typeof value !== 'object') return 1
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + tokensOfValue(one), 0)
  if (value.type === 'file' || value.type === 'image') return TOKENS_OF_A_FILE
  return Object.entries(value).reduce((sum, [key, inner]) => {
    // Data that a provider attached is not part of the prompt's text.
    if (key === 'providerOptions') return sum
    return sum + tokensOf(key) + tokensOfValue(inner)
  }, 0)
}

/**
 * Counts are estimates. If a prompt is certainly too large, that is reported before the call, with both counts. The
 * provider decides the rest.
 */
const MARGIN = 1.25

export function contextFault(
  { provider, model }: Pick<ModelChoice, 'provider' | 'model'>,
  tokens: number,
): string | null {
  const size = isProvider(provider) ? contextSizeOf(provider, model) : null
  if (size === null || tokens <= size * MARGIN) return null
  return `The prompt has about ${tokens} tokens; ${model} of ${provider} takes in ${size}.`
}
