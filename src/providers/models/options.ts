// What each provider is told beside the prompt.
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { ModelRung } from './types.ts'

/** Anthropic wants a limit with every call; without one the SDK guesses by the name of the model. */
export const DEFAULT_MAX_TOKENS = 8_192

export function optionsFor({
  provider,
  temperature,
  maxTokens,
}: ModelRung): Pick<LanguageModelV4CallOptions, 'temperature' | 'maxOutputTokens' | 'providerOptions'> {
  const limit = maxTokens ?? (provider === 'anthropic' ? DEFAULT_MAX_TOKENS : undefined)
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    // The state of a conversation is ours: without this OpenAI keeps it, and is sent references.
    ...(provider === 'openai' ? { providerOptions: { openai: { store: false } } } : {}),
  }
}
