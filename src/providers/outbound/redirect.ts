// How redirects are followed. Invariants:
// 1. Another origin (scheme, host or port) only gets headers that cannot contain a secret, also on every later hop.
// 2. A body never goes to another origin unless the caller set `any`. A request is never continued without its body:
//    it is sent completely, becomes a GET as HTTP defines, or fails.
import { AppError } from '../../core/errors.ts'

/** `any` also sends bodies to other origins. */
export type FollowRedirects = boolean | 'any'

export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const SAFE_HEADERS: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'user-agent'])

export type Outgoing<Body> = {
  url: string
  method: string
  headers: Record<string, string>
  body: Body | undefined
}

export function nextRequest<Body>(
  request: Outgoing<Body>,
  status: number,
  location: string,
  follow: FollowRedirects,
): Outgoing<Body> {
  if (!URL.canParse(location, request.url))
    throw new AppError('outbound.failed', { detail: 'A redirect to something that is not a URL.' })
  const next = new URL(location, request.url)
  const becomesGet = changesToGet(status, request.method)
  const body = becomesGet ? undefined : request.body
  const isElsewhere = next.origin !== new URL(request.url).origin
  if (isElsewhere && body !== undefined && follow !== 'any') {
    const detail = `${status} redirects to ${next.host}, another origin, which would get the body. Call it directly, or set followRedirects to "any".`
    throw new AppError('outbound.redirect_refused', { detail })
  }
  const headers = Object.entries(request.headers).filter(([name]) => {
    const small = name.toLowerCase()
    if (body === undefined && small.startsWith('content-')) return false
    return !isElsewhere || SAFE_HEADERS.has(small)
  })
  return {
    url: next.href,
    method: becomesGet ? 'GET' : request.method,
    headers: Object.fromEntries(headers),
    body,
  }
}

/** Like browsers: 303 always becomes GET (HEAD stays), 301 and 302 turn a POST into a GET. */
const changesToGet = (status: number, method: string): boolean =>
  status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
