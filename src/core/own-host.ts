const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether the request's Host is a name of this server. A foreign page can make its own domain resolve to this machine; requests
 * under that name must not see what is meant only for the person at this machine.
 */
export const isOwnHost = (hostname: string, publicUrl: string): boolean =>
  LOOPBACK.has(hostname) || hostname === new URL(publicUrl).hostname
