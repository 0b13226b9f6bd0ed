// What counts as one caller for limits by address.
import ipaddr from 'ipaddr.js'

/**
 * The client's address from the proxy's header, or null if it is not an address, so that no text of the client is ever stored,
 * logged or counted. In a list, only the last entry counts: the nearest proxy added it, and a client can only add entries before it.
 */
export function addressFrom(header: string | undefined): string | null {
  const last = header?.slice(header.lastIndexOf(',') + 1).trim() ?? ''
  if (last.length > 64) return null
  const [, bracketed, v4] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(last) ?? []
  const address = bracketed ?? v4 ?? last
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address) ? address : null
}

/** An IPv6 address counts by its /64, which usually belongs to one household or machine. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const [network] = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`)
    .toNormalizedString()
    .split('/')
  return `${network}/64`
}
