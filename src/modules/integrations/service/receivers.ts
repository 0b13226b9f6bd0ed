// Finds out whether a change would send secrets to new hosts. Pure. Invariant: such a change needs the secrets
// themselves, so a stolen session cannot send them to an attacker's host.
import { coversHost } from '../hosts.ts'
import { signs } from '../types/index.ts'
import type { Config, IntegrationType } from '../types/type.ts'

type Standing = { config: Config; allowedHosts: readonly string[] }

/** New hosts and URLs. Empty for types whose secrets are never sent. */
export function newReceivers(type: IntegrationType, before: Standing, after: Standing): string[] {
  // AWS signs with its secret, and does not send it.
  if (!signs(type) || type.signsRequests === true) return []
  const hosts = after.allowedHosts.filter(
    (host) => !before.allowedHosts.some((known) => coversHost(known, host)),
  )
  const { tokenUrl } = after.config
  const isOther = typeof tokenUrl === 'string' && tokenUrl !== before.config.tokenUrl
  return [...hosts, ...(isOther ? [tokenUrl] : [])]
}

/** The unchanged secrets that would be sent there. Webhook secrets are never sent. */
export const keptSecrets = (
  { webhookSecret }: IntegrationType,
  stored: Readonly<Record<string, string>>,
  given: Readonly<Record<string, unknown>>,
): string[] => Object.keys(stored).filter((field) => given[field] === undefined && field !== webhookSecret)
