// Calls to addresses that users choose: judged at each hop, capped in size and time. A redirect to another origin carries
// no secrets: see `redirect.ts`.
import { AppError } from '../../core/errors.ts'
import { gather } from '../../core/read-chunks.ts'
import type { Env, Settings } from '../../env.ts'
import { connectionFault, type FaultLog } from './fault.ts'
import { judgeUrl } from './guard.ts'
import { type FollowRedirects, nextRequest, REDIRECTS } from './redirect.ts'

export { judgeUrl } from './guard.ts'
export type { FollowRedirects } from './redirect.ts'

export type OutboundCall = {
  url: string
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array | FormData | URLSearchParams
  maxBytes: number
  timeoutMs: number
  followRedirects: FollowRedirects
  signal?: AbortSignal
}

/** What the operator lets calls reach, and the way there. */
export type Reach = {
  allowHosts: readonly string[]
  /** On Cloudflare both are the internet. With `npm start` the runtime judges each connection as well. */
  fetchPublic: typeof fetch
  fetchNamed: typeof fetch
  /** Where the reasons of failed connections are logged, if it can be asked. */
  faultLog: FaultLog | null
}

export type OutboundAnswer = {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  url: string
}

const MOST_REDIRECTS = 5
/** Set by the runtime or the platform; a user's value would be wrong at best. */
const OWN_HEADERS =
  /^(host|content-length|connection|transfer-encoding|upgrade|cf-.*|x-forwarded-.*|x-real-ip)$/i

export const reachOf = (
  { PUBLIC_NETWORK, NAMED_NETWORK, NETWORK_FAULTS }: Env,
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

/** Throws `outbound.blocked`, `outbound.redirect_refused` or `outbound.failed`; the details name the reason, never what was sent. */
export async function callOutbound(call: OutboundCall, reach: Reach): Promise<OutboundAnswer> {
  const limit = new AbortController()
  // Not AbortSignal.timeout: its timer would outlive the call and keep the object that made it awake.
  const timer = setTimeout(() => limit.abort(new DOMException('timed out', 'TimeoutError')), call.timeoutMs)
  try {
    const signal = call.signal ? AbortSignal.any([call.signal, limit.signal]) : limit.signal
    return await follow(call, reach, signal)
  } finally {
    clearTimeout(timer)
  }
}

async function follow(call: OutboundCall, reach: Reach, signal: AbortSignal): Promise<OutboundAnswer> {
  const headers = Object.fromEntries(Object.entries(call.headers).filter(([name]) => !OWN_HEADERS.test(name)))
  let request = { url: call.url, method: call.method, headers, body: call.body }
  for (let hop = 0; ; hop++) {
    const judged = judgeUrl(request.url, reach.allowHosts)
    if (!judged.ok) throw new AppError('outbound.blocked', { detail: judged.error.reason })
    const { url: address, isNamed } = judged.value
    const way = isNamed ? reach.fetchNamed : reach.fetchPublic
    const response = await send(way, address, { ...request, signal }, call.timeoutMs, reach.faultLog)
    const location = response.headers.get('location')
    if (!call.followRedirects || !REDIRECTS.has(response.status) || location === null) {
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        bytes: await readCapped(response, call),
        url: request.url,
      }
    }
    await response.body?.cancel()
    if (hop === MOST_REDIRECTS)
      throw new AppError('outbound.failed', { detail: `More than ${MOST_REDIRECTS} redirects.` })
    request = nextRequest(request, response.status, location, call.followRedirects)
  }
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
  try {
    return await way(url.href, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body: body as BodyInit }),
    })
  } catch (error) {
    throw isEnded(error) ? failure(error, timeoutMs) : await connectionFault(error, url, faultLog)
  }
}

/** Ended by us, not by the other side. */
const isEnded = (error: unknown): boolean =>
  ['TimeoutError', 'AbortError'].includes(String((error as { name?: unknown } | null)?.name))

async function readCapped(response: Response, { maxBytes, timeoutMs }: OutboundCall): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const tooLarge = () =>
    new AppError('outbound.failed', { detail: `The answer is larger than ${maxBytes} bytes.` })
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body.cancel()
    throw tooLarge()
  }
  let bytes: Uint8Array | null
  try {
    bytes = await gather(response.body, maxBytes)
    if (bytes === null) await response.body.cancel()
  } catch (error) {
    throw failure(error, timeoutMs)
  }
  if (bytes === null) throw tooLarge()
  return bytes
}

function failure(error: unknown, timeoutMs: number): AppError {
  const name = (error as { name?: unknown } | null)?.name
  if (name === 'TimeoutError')
    return new AppError('outbound.failed', { detail: `No answer within ${timeoutMs} ms.`, cause: error })
  if (name === 'AbortError')
    return new AppError('outbound.failed', { detail: 'The call was cancelled.', cause: error })
  return new AppError('outbound.failed', {
    detail: 'The connection was lost before the whole answer had come.',
    cause: error,
  })
}
