// Where a webhook trigger's secret comes from: the trigger itself, or an integration.

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The integration that the trigger names; null if the trigger has its own secret. Accepts any value. */
export function credentialOf(trigger: unknown): string | null {
  if (!isObject(trigger) || trigger.type !== 'webhook' || !isObject(trigger.auth)) return null
  const { credential } = trigger.auth
  if (typeof credential !== 'string' || credential === '' || trigger.auth.type === 'none') return null
  return isOwnSecret(credential, String(trigger.key ?? trigger.type)) ? null : credential
}

export const isOwnSecret = (credential: string | undefined, key: string): boolean =>
  credential === undefined || credential === 'trigger' || credential === key
