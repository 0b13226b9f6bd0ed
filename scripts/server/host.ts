// The address to listen on. In development the server shows its mail and calls itself, so it must not be reachable from other machines.
import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Names other than localhost may resolve to any address, so they do not count. */
export function isLoopback(host: string): boolean {
  const kind = isIP(host)
  return kind === 0 ? host === 'localhost' : LOOPBACK.check(host, kind === 6 ? 'ipv6' : 'ipv4')
}

export function requireSafeHost(host: string, environment: string): void {
  if (environment !== 'development' || isLoopback(host)) return
  throw new Error(
    `HOST=${host} opens the port to other machines, which ENVIRONMENT=development does not allow. ` +
      'Leave HOST unset, or set ENVIRONMENT=production and PUBLIC_URL.',
  )
}
