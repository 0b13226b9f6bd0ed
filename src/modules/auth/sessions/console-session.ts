// The session of the console. Its refresh token is in a cookie that scripts cannot read. Invariants:
// 1. The cookie is set and read only for requests with the header `X-Orrery-Client: console` from our own origin. Other pages
//    can do neither: the header requires a preflight, which other origins do not pass, and the browser sets the origin.
// 2. A token that is in the cookie is not in the response.
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { AppError } from '../../../core/errors.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { REFRESH_TOKEN_LIFE_MS } from './issue.ts'
import type { IssuedTokens, Tokens } from './schema.ts'

const NAME = 'orrery-refresh'
const PATH = '/api/v1/auth'

/** Runs before a sign-in or a refresh, before anything is changed. */
export const requireOwnConsole: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (isConsole(c)) {
    const own = new URL(c.var.request.settings.PUBLIC_URL).origin
    if (c.req.header('origin') !== own)
      throw new AppError('access.origin_denied', { detail: `The console is at ${own}. Open it there.` })
  }
  await next()
}

export const isConsole = (c: Context<AppEnv>): boolean => c.req.header('x-orrery-client') === 'console'

/** The tokens for the client: all in the response, or for the console the refresh token in its cookie. */
export function sendTokens(c: Context<AppEnv>, tokens: IssuedTokens): Tokens {
  if (!isConsole(c)) return tokens
  const { refreshToken, ...shown } = tokens
  const secure = overTls(c)
  setCookie(c, NAME, refreshToken, {
    httpOnly: true,
    sameSite: 'Strict',
    path: PATH,
    secure,
    maxAge: REFRESH_TOKEN_LIFE_MS / 1000,
    ...(secure ? { prefix: 'secure' as const } : {}),
  })
  return shown
}

export const readRefreshCookie = (c: Context<AppEnv>): string | undefined =>
  isConsole(c) ? (overTls(c) ? getCookie(c, NAME, 'secure') : getCookie(c, NAME)) : undefined

export function dropRefreshCookie(c: Context<AppEnv>): void {
  if (!isConsole(c)) return
  const secure = overTls(c)
  deleteCookie(c, NAME, { path: PATH, secure, ...(secure ? { prefix: 'secure' as const } : {}) })
}

const overTls = (c: Context<AppEnv>): boolean => c.var.request.settings.PUBLIC_URL.startsWith('https:')
