// Limits where the tools of an agent may send requests. Invariants:
// 1. Only to hosts in the agent's settings; by default there are none. A model cannot extend the list.
// 2. Each redirect is checked like the first URL, so an allowed host cannot redirect a request to another one.
// 3. Another origin only gets what every outbound call sends to other origins: no body, and no headers that could contain a secret.
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { nextRequest, type Outgoing, REDIRECTS } from '../../providers/outbound/index.ts'
import { NodeFailure } from '../node.ts'
import type { HttpPort, OutboundRequest, OutboundResponse } from '../ports.ts'

export const Hosts = z
  .array(
    z
      .string()
      .max(253)
      .regex(/^(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)$/i, 'a host, *.host or *'),
  )
  .min(1)
  .max(100)
  .describe('Hosts that may be called: `api.example.com`, `*.example.com`, or `*` for every public one.')

export function mayReach(hosts: readonly string[], url: URL): boolean {
  return hosts.some((pattern) => {
    const one = pattern.toLowerCase()
    if (one === '*') return true
    if (one.startsWith('*.')) return url.hostname.endsWith(one.slice(1))
    return one === url.host || (one === url.hostname && url.port === '')
  })
}

const MAX_REDIRECTS = 5

export async function fetchAllowed(
  http: HttpPort,
  hosts: readonly string[],
  request: Omit<OutboundRequest, 'followRedirects'>,
): Promise<OutboundResponse> {
  const { url, method, headers, body, ...rest } = request
  let next: Outgoing<OutboundRequest['body']> = { url, method, headers, body }
  for (let turn = 0; turn <= MAX_REDIRECTS; turn++) {
    requireAllowed(hosts, next.url)
    const { body: sent, ...hop } = next
    const response = await http.fetch({
      ...rest,
      ...hop,
      ...(sent === undefined ? {} : { body: sent }),
      followRedirects: false,
    })
    const { location } = response.headers
    if (!REDIRECTS.has(response.status) || location === undefined) return response
    next = following(next, response.status, location)
  }
  throw refused('Too many redirects')
}

function requireAllowed(hosts: readonly string[], url: string): void {
  if (!URL.canParse(url)) throw refused(`${url} is not a URL`)
  const parsed = new URL(url)
  if (!/^https?:$/.test(parsed.protocol)) throw refused('Only http and https URLs can be called')
  if (parsed.username !== '' || parsed.password !== '')
    throw refused('The URL must not contain a user or password')
  if (!mayReach(hosts, parsed)) throw refused(`The agent may not call the host ${parsed.host}`)
}

function following<Body>(request: Outgoing<Body>, status: number, location: string): Outgoing<Body> {
  try {
    return nextRequest(request, status, location, true)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw refused(
      error.code === 'outbound.redirect_refused'
        ? `The redirect (${status}) would send the body to another origin. Call ${location} directly.`
        : error.message,
    )
  }
}

export const refused = (message: string): NodeFailure =>
  new NodeFailure({ code: 'tool.refused', message, retryable: false })
