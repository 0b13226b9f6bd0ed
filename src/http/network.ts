// What is counted as one caller where addresses are counted.
import ipaddr from 'ipaddr.js'

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
