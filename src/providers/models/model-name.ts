import type { ProviderName } from './types.ts'

/** Whether the name stays one part of the provider's URL. Google has it in the path, so it could lead to another endpoint. */
export const isModelName = (provider: ProviderName, model: string): boolean =>
  provider !== 'google' || (/^[\w.~-]+(?:\/[\w.~-]+)*$/.test(model) && !/(?:^|\/)\.+(?:\/|$)/.test(model))
