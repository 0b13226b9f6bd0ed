import type { ProviderName } from '../../../providers/models/index.ts'

/** How breakers refer to the platform's key. A team's key is referred to by the id of its integration. */
export const PLATFORM_KEY = 'platform'

/** The type of the integration with a team's own key. */
export const INTEGRATION_TYPES: Partial<Record<ProviderName, string>> = {
  openai: 'ai.openai',
  anthropic: 'ai.anthropic',
  google: 'ai.google',
  deepseek: 'ai.deepseek',
  ollama: 'ai.ollama',
  'openai-compatible': 'ai.compatible',
}
