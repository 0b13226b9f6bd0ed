// Sends requests to URLs that users choose. Each redirect is checked again, and size and time are limited. A redirect to another
// origin carries no secrets: see `redirect.ts`.
import { AppError } from '../../core/errors.ts'
import type { Env, Settings } from '../../env.ts'
import type { Hop, OutboundAnswer, OutboundCall, OutboundHead, TakeAnswer } from './call.ts'
import { connectionFault, type FaultLog } from './fault.ts'
import { judgeUrl } from './guard.ts'
import { capped, failure, isEnded, readCapped, readStart } from './read-answer.ts'
import { nextRequest, REDIRECTS } from './redirect.ts'
import { openBody } from './streamed-body.ts'

export type {
  Authorize,
  Hop,
  OutboundAnswer,
  OutboundCall,
  OutboundHead,
  SignedHop,
  TakeAnswer,
} from './call.ts'
export { isPublicHost, judgeUrl } from './guard.ts'
export { chunksOfAnswer } from './read-answer.ts'
export { type FollowRedirects, nextRequest, type Outgoing, REDIRECTS } from './redirect.ts'
export { StreamedBody } from './streamed-body.ts'

/** What the operator allows calls to reach, and the networks to use. */
export type Reach = {
  allowHosts: readonly string[]
  /** On Cloudflare both are the internet. With `npm start`, the runtime also checks each connection. */
  fetchPublic: typeof fetch
  fetchNamed: typeof fetch
  /** Where the reasons of failed connections are logged, if available. */
  faultLog: FaultLog | null
}

const MAX_REDIRECTS = 5

/** The runtime or the platform sets these. A user's value would be wrong. */
const OWN_HEADERS =
  /^(host|content-length|connection|transfer-encoding|upgrade|cf-.*|x-forwarded-.*|x-real-ip)$/i

export type Networks = Pick<Env, 'PUBLIC_NETWORK' | 'NAMED_NETWORK' | 'NETWORK_FAULTS'>

export const reachOf = (
  { PUBLIC_NETWORK, NAMED_NETWORK, NETWORK_FAULTS }: Networks,
  { OUTBOUND_ALLOW_HOSTS }: Pick<Settings, 'OUTBOUND_ALLOW_HOSTS'>,
): Reach => ({
  allowHosts: OUTBOUND_ALLOW_HOSTS,
  fetchPublic: PUBLIC_NETWORK ? PUBLIC_NETWORK.fetch.bind(PUBLIC_NETWORK) : fetch,
  fetchNamed: NAMED_NETWORK ? NAMED_NETWORK.fetch.bind(NAMED_NETWORK) : fetch,
  faultLog: NETWORK_FAULTS ? askFaults(NETWORK_FAULTS) : null,
})

const askFaults =
  (faults: Fetcher): FaultLog =>
  async (reference) => {
    const answer = await faults.fetch(`http://faults/${reference}`)
    return answer.status === 200 ? answer.text() : null
  }

/**
 * Throws `outbound.blocked`, `outbound.redirect_refused` or `outbound.failed`. The details contain the reason, never
 * what was sent.
 */
export const callOutbound = (call: OutboundCall, reach: Reach): Promise<OutboundAnswer> =>
  streamOutbound(call, reach, wholeAnswer(call))

/** Reads the answer into memory, up to the limit of the call. With `cutLarge`, only its beginning. */
export const wholeAnswer =
  (call: OutboundCall): TakeAnswer<OutboundAnswer> =>
  async (head, response) => ({
    ...head,
    bytes: call.cutLarge ? await readStart(response, call.maxBytes) : await readCapped(response, call),
  })

/** The same for a streamed answer. `timeoutMs` and `signal` apply until `take` is done. */
export async function streamOutbound<T>(call: OutboundCall, reach: Reach, take: TakeAnswer<T>): Promise<T> {
  const limit = new AbortController()
  // Not AbortSignal.timeout: its timer would outlive the call and keep its object awake.
  const timer = setTimeout(() => limit.abort(new DOMException('timed out', 'TimeoutError')), call.timeoutMs)
  try {
    const signal = call.signal ? AbortSignal.any([call.signal, limit.signal]) : limit.signal
    const { head, response } = await follow(call, reach, signal)
    return await take(head, response)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * A `fetch` for client libraries. It checks, redirects and signs each request like every other outbound call. The body of the answer
 * is a live stream that ends with the signal of the request, so the caller sets the time limit. It gives at most `maxBytes`.
 */
export const guardedFetch =
  (reach: Reach, maxBytes: number): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
    const { response } = await follow(
      {
        url: request.url,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        ...(body === undefined ? {} : { body }),
        maxBytes,
        timeoutMs: 0,
        followRedirects: true,
      },
      reach,
      request.signal,
    )
    return response.body === null
      ? response
      : new Response(response.body.pipeThrough(capped(maxBytes)), response)
  }

async function follow(
  call: OutboundCall,
  reach: Reach,
  signal: AbortSignal,
): Promise<{ head: OutboundHead; response: Response }> {
  const headers = Object.fromEntries(Object.entries(call.headers).filter(([name]) => !OWN_HEADERS.test(name)))
  let request = { url: call.url, method: call.method, headers, body: call.body }
  for (let hop = 0; ; hop++) {
    const judged = judgeUrl(request.url, reach.allowHosts)
    if (!judged.ok) throw new AppError('outbound.blocked', { detail: judged.error.reason })
    const { url: address, isNamed } = judged.value
    const way = isNamed ? reach.fetchNamed : reach.fetchPublic
    const signed = await sign(call, reach, { ...request, url: address, isFirst: hop === 0 })
    const sent = { ...request, headers: signed?.headers ?? request.headers, signal }
    const response = await send(way, signed?.url ?? address, sent, call.timeoutMs, reach.faultLog)
    const location = response.headers.get('location')
    if (!call.followRedirects || !REDIRECTS.has(response.status) || location === null) {
      const headers = Object.fromEntries(response.headers)
      return { head: { status: response.status, headers, url: request.url }, response }
    }
    await response.body?.cancel()
    if (hop === MAX_REDIRECTS)
      throw new AppError('outbound.failed', { detail: `More than ${MAX_REDIRECTS} redirects.` })
    request = nextRequest(request, response.status, location, call.followRedirects)
  }
}

/** The checked URL is the one that is called. Signing may only change path and query, and those are checked again. */
async function sign(
  { authorize }: OutboundCall,
  reach: Reach,
  hop: Hop,
): Promise<{ url: URL; headers: Record<string, string> } | null> {
  const signed = authorize === undefined ? null : await authorize(hop)
  if (signed === null) return null
  const judged = judgeUrl(signed.url, reach.allowHosts)
  if (!judged.ok || judged.value.url.origin !== hop.url.origin)
    throw new AppError('outbound.blocked', { detail: 'The sign-in leads to another address.' })
  return { url: judged.value.url, headers: signed.headers }
}

type Sent = {
  method: string
  headers: Record<string, string>
  body: OutboundCall['body'] | undefined
  signal: AbortSignal
}

async function send(
  way: typeof fetch,
  url: URL,
  { method, headers, body, signal }: Sent,
  timeoutMs: number,
  faultLog: FaultLog | null,
): Promise<Response> {
  const opened = await openBody(body)
  try {
    return await way(url.href, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(opened.body === undefined ? {} : { body: opened.body }),
    })
  } catch (error) {
    const lost = opened.fault()
    if (lost !== null) throw lost
    throw isEnded(error) ? failure(error, timeoutMs) : await connectionFault(error, url, faultLog)
  }
}
