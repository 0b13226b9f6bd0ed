// Applies to every response: security and rate-limit headers, CORS from the list, and the responses for unknown paths.
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { AppError } from '../core/errors.ts'
import type { AppEnv } from './app-env.ts'
import { consolePage, wantsConsole } from './console-page.ts'
import { problemResponse } from './problem.ts'
import { metaOf } from './route-meta.ts'
import { describeUnknownRoute } from './unknown-route.ts'

const SECURITY_HEADERS: [string, string][] = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
]

export const commonHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  const headers = c.res.headers
  for (const [name, value] of SECURITY_HEADERS) headers.set(name, value)
  const rateLimit = c.get('rateLimit')
  for (const name in rateLimit) headers.set(name, rateLimit[name] ?? '')
  if (!headers.has('content-security-policy'))
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  if (c.get('request').settings.PUBLIC_URL.startsWith('https:')) {
    headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains')
  }
}

/**
 * The runtime joins several Host headers with a comma. A proxy might check one name while we use the other, so neither is accepted
 * (RFC 9112, 3.2).
 */
export const oneHostOnly: MiddlewareHandler<AppEnv> = (c, next) => {
  if (c.req.header('host')?.includes(','))
    throw new AppError('request.malformed', { detail: 'Send exactly one Host header.' })
  return next()
}

const isListed = (c: Context<AppEnv>, origin: string): boolean => {
  const { CORS_ORIGINS, PUBLIC_URL } = c.get('request').settings
  return CORS_ORIGINS.includes(origin) || origin === new URL(PUBLIC_URL).origin
}

/** CORS does not apply to WebSockets: any page can open one, and the browser sends the page's origin. */
export function requireListedOrigin(c: Context<AppEnv>): void {
  const origin = c.req.header('origin')
  if (origin !== undefined && !isListed(c, origin)) throw new AppError('access.origin_denied')
}

/**
 * Only origins on the list get CORS headers; browsers reject responses without them. Requests without an origin get `Vary` too, so
 * that a cache does not serve such a response to a page that needs the headers.
 */
export const corsFromList: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.header('origin') !== undefined) return listed(c, next)
  await next()
  c.res.headers.append('vary', 'Origin')
}

const listed = cors({
  origin: (origin, c: Context<AppEnv>) => {
    return isListed(c, origin) ? origin : null
  },
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'last-event-id',
    'prefer',
    'x-api-key',
    'x-request-id',
    'x-team-id',
  ],
  exposeHeaders: [
    'etag',
    'idempotency-replayed',
    'location',
    'ratelimit-limit',
    'ratelimit-remaining',
    'ratelimit-reset',
    'retry-after',
    'x-request-id',
  ],
  credentials: true,
  maxAge: 600,
}) as unknown as MiddlewareHandler<AppEnv>

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Browsers get the console. Otherwise, a path with other methods returns 405 with `Allow`, and any other path 404. */
export function answerUnknown(app: Hono<AppEnv>): (c: Context<AppEnv>) => Response | Promise<Response> {
  let known: string[] | null = null
  const patterns = (): string[] => {
    known ??= [...new Set(app.routes.map(({ path }) => path))]
    return known
  }
  return (c) => {
    if (wantsConsole(c)) return consolePage(c)
    const allowed = METHODS.filter((method) =>
      app.router.match(method, c.req.path)[0].some(([[handler]]) => metaOf(handler)?.doc !== undefined),
    )
    if (allowed.length === 0 || allowed.includes(c.req.method))
      return problemResponse(
        c,
        new AppError('route.not_found', { detail: describeUnknownRoute(patterns(), c.req.path) }),
      )
    return problemResponse(
      c,
      new AppError('route.method_not_allowed', {
        detail: `This route supports ${allowed.join(', ')}.`,
        headers: { allow: allowed.join(', ') },
      }),
    )
  }
}
