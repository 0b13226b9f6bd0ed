import type { ProviderName } from '../../../providers/models/index.ts'

/** What breakers call the key of the platform; that of a team is the id of its integration. */
export const PLATFORM_KEY = 'platform'

/** The type of the integration that holds a team's own key. */
export const INTEGRATION_TYPES: Partial<Record<ProviderName, string>> = {
  openai: 'ai.openai',
  anthropic: 'ai.anthropic',
  google: 'ai.google',
  deepseek: 'ai.deepseek',
  ollama: 'ai.ollama',
  'openai-compatible': 'ai.compatible',
}
