// The only guard for URLs that users choose. Invariants:
// 1. Only http and https, only the listed ports, no name or address of this machine, of a private network or of a
//    cloud's metadata service, in any spelling. Anything that is not known to be public is refused.
// 2. A URL is parsed once, by the WHATWG parser, and the checked URL is the one that is called.
// 3. The operator's list of allowed hosts is the only exception, and contains host and port.
// 4. Stored mail cannot be called on any host, because the guard cannot know every name of this server.
// A public name may still resolve to an internal address. In production, the edge does not route there. On one
// machine, the runtime checks the resolved address (scripts/server/outbound.ts).
import ipaddr from 'ipaddr.js'
import { err, ok, type Result } from '../../core/result.ts'

export const ALLOWED_PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443'])

const LISTED_PORTS = [...ALLOWED_PORTS].filter((port) => port !== '').join(', ')

const INNER_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|localdomain|home\.arpa)$/

const MAILBOX = /\/dev\/+mailbox(\/|$)/i

/** Looks public, but is Azure's service for the machine itself. */
const PROVIDER_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16'])

const PUBLIC_SIX = ipaddr.IPv6.parseCIDR('2000::/3')

export type Blocked = { reason: string }

/** The operator allows these hosts, wherever they are. */
export type Judged = { url: URL; isNamed: boolean }

/** `allowHosts` contains `host` or `host:port`, in lower case. */
export function judgeUrl(text: string, allowHosts: readonly string[]): Result<Judged, Blocked> {
  if (text.length > 8_192) return err({ reason: 'The URL is too long.' })
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return err({ reason: 'Not a URL.' })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return err({ reason: 'Only http and https are called.' })
  if (url.username !== '' || url.password !== '')
    return err({ reason: 'Credentials do not belong in a URL.' })
  if (MAILBOX.test(decodedPath(url))) return err({ reason: 'Stored mail cannot be requested.' })
  const host = url.hostname.replace(/\.$/, '').toLowerCase()
  if (host.split('.').includes('')) return err({ reason: 'The host name has an empty part.' })
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  if (allowHosts.includes(host) || allowHosts.includes(`${host}:${port}`)) return ok({ url, isNamed: true })
  if (!ALLOWED_PORTS.has(url.port))
    return err({
      reason: `Port ${url.port} is not allowed. Allowed are ${LISTED_PORTS} and those in OUTBOUND_ALLOW_HOSTS.`,
    })
  return isPublicHost(host)
    ? ok({ url, isNamed: false })
    : err({ reason: 'The address is not a public one.' })
}

/** The server decodes a path once. A proxy in front of it may do so before. */
const MAX_DECODINGS = 3

function decodedPath({ pathname }: URL): string {
  let path = pathname
  for (let i = 0; i < MAX_DECODINGS && path.includes('%'); i++) {
    path = path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  }
  return path.replaceAll('\\', '/')
}

export function isPublicHost(host: string): boolean {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  if (ipaddr.isValid(bare)) return isPublicAddress(bare)
  // A name without a dot belongs to the local network. The WHATWG parser has already converted numbers to addresses.
  return bare.includes('.') && !INNER_NAME.test(bare)
}

function isPublicAddress(text: string): boolean {
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  if (address.kind() === 'ipv4') return !PROVIDER_ADDRESSES.has(address.toString())
  // All public addresses are in 2000::/3. Other addresses often contain an IPv4 address.
  return (address as ipaddr.IPv6).match(PUBLIC_SIX)
}
