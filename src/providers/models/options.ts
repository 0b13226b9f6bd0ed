// Options of each provider, in addition to the prompt.
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { ModelChoice } from './types.ts'

/** Anthropic needs a limit in every call. Without one, the SDK guesses by the name of the model. */
export const DEFAULT_MAX_TOKENS = 8_192

export function optionsFor({
  provider,
  temperature,
  maxTokens,
}: ModelChoice): Pick<LanguageModelV4CallOptions, 'temperature' | 'maxOutputTokens' | 'providerOptions'> {
  const limit = maxTokens ?? (provider === 'anthropic' ? DEFAULT_MAX_TOKENS : undefined)
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    // The conversation is stored by us. Without this, OpenAI stores it and gets references.
    ...(provider === 'openai' ? { providerOptions: { openai: { store: false } } } : {}),
  }
}
