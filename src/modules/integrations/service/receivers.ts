// Whether a change lets secrets go where they could not go before. Pure. Invariant: who changes that has to know the secrets, so a
// session that was stolen cannot have them sent to a host of the thief.
import { coversHost } from '../hosts.ts'
import { signs } from '../types/index.ts'
import type { Config, IntegrationType } from '../types/type.ts'

type Standing = { config: Config; allowedHosts: readonly string[] }

/** Hosts and addresses that are new; none for types whose secrets are never sent. */
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

/** The secrets that stay as they are, and would go there. What only proves webhooks goes nowhere. */
export const keptSecrets = (
  { webhookSecret }: IntegrationType,
  stored: Readonly<Record<string, string>>,
  given: Readonly<Record<string, unknown>>,
): string[] => Object.keys(stored).filter((field) => given[field] === undefined && field !== webhookSecret)
