const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether a request came under a name of this server. A page of somebody else's that has its name lead here asks under that
 * name, and is not shown what is for the person at this machine.
 */
export const isOwnHost = (hostname: string, publicUrl: string): boolean =>
  LOOPBACK.has(hostname) || hostname === new URL(publicUrl).hostname
