// What is counted as one caller where addresses are counted.
import ipaddr from 'ipaddr.js'

/**
 * The client's address as the front has written it, or null where it is none: what is kept, logged and counted is never a
 * text of the client's. Of a list the last entry counts, which the nearest proxy has added; a client can only put
 * something in front of it.
 */
export function addressFrom(header: string | undefined): string | null {
  const last = header?.slice(header.lastIndexOf(',') + 1).trim() ?? ''
  if (last.length > 64) return null
  const [, bracketed, v4] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(last) ?? []
  const address = bracketed ?? v4 ?? last
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address) ? address : null
}

/** An IPv6 address stands for its /64, which one household or machine has to itself. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const [network] = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`)
    .toNormalizedString()
    .split('/')
  return `${network}/64`
}
