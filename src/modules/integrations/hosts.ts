// The hosts that a credential may be sent to. Invariants:
// 1. A pattern is `host`, `host:port` or `*.host`. Without a port, it only matches 443, and 80 if the operator allows
//    plain http.
// 2. A star matches one or more whole labels, and at least two labels must follow: `*.com` is not a pattern.
import { isPublicHost } from '../../providers/outbound/index.ts'

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const PATTERN = new RegExp(
  `^(?:(?:\\*\\.${LABEL}(?:\\.${LABEL})+)|(?:${LABEL}(?:\\.${LABEL})*)|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?$`,
)

export const MAX_HOSTS = 50

/** In lower case and as the URL parser writes it. Null if it is not a pattern. */
export function readHostPattern(text: string): string | null {
  const pattern = text.trim().toLowerCase()
  if (pattern.length > 260 || !PATTERN.test(pattern)) return null
  const star = pattern.startsWith('*.')
  const rest = star ? pattern.slice(2) : pattern
  const url = `https://${rest}/`
  if (!URL.canParse(url)) return null
  const { hostname, port } = new URL(url)
  const withPort = port === '' ? hostname : `${hostname}:${port}`
  return star ? `*.${withPort}` : withPort
}

/** The pattern for exactly the host of this URL. Null if it is not an http or https URL. */
export function hostOfUrl(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, port } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') return null
  return port === '' ? hostname : `${hostname}:${port}`
}

/**
 * Whether a credential may be sent to this URL. `allowPlain` contains the hosts that the operator allows to call
 * without TLS.
 */
export function isAllowedHost(url: URL, patterns: readonly string[], allowPlain: readonly string[]): boolean {
  const host = url.hostname.replace(/\.$/, '')
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  const isPlain = url.protocol !== 'https:'
  if (isPlain && !allowPlain.includes(host) && !allowPlain.includes(`${host}:${port}`)) return false
  return patterns.some((pattern) => fits(pattern, host, port, isPlain))
}

function fits(pattern: string, host: string, port: string, isPlain: boolean): boolean {
  const [, wantedHost = '', wantedPort = isPlain ? '80' : '443'] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? []
  if (wantedPort !== port) return false
  return wantedHost.startsWith('*.') ? host.endsWith(wantedHost.slice(1)) : host === wantedHost
}

/** Whether everything that matches the second pattern also matches the first. */
export function coversHost(pattern: string, other: string): boolean {
  if (pattern === other) return true
  if (!pattern.startsWith('*.')) return false
  const [, name = '', port] = /^(?:\*\.)?(.*?)(:\d+)?$/.exec(other) ?? []
  const [, parent = '', ownPort] = /^\*(\..*?)(:\d+)?$/.exec(pattern) ?? []
  return port === ownPort && name.endsWith(parent)
}

/** The error in a pattern of the list. Null if the pattern is allowed. */
export function hostFault(pattern: string, allowHosts: readonly string[]): string | null {
  const bare = pattern.replace(/^\*\./, '').replace(/:\d+$/, '')
  if (isPublicHost(bare) || allowHosts.some((host) => host === bare || host.startsWith(`${bare}:`)))
    return null
  return 'not a public host'
}
