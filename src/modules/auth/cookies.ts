// Cookies for signing in. None of them carries a session: tokens are sent in a header.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppEnv } from '../../http/app-env.ts'

const overTls = (c: Context<AppEnv>): boolean => c.var.request.settings.PUBLIC_URL.startsWith('https:')

// The `__Host-` prefix keeps other subdomains from setting the cookie. Browsers reject it without TLS. SameSite is Lax because
// the sign-in provider's redirect comes from another site.
export function writeCookie(c: Context<AppEnv>, name: string, value: string, lifeMs: number): void {
  const secure = overTls(c)
  setCookie(c, name, value, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    secure,
    maxAge: lifeMs / 1000,
    ...(secure ? { prefix: 'host' as const } : {}),
  })
}

export const readCookie = (c: Context<AppEnv>, name: string): string | undefined =>
  overTls(c) ? getCookie(c, name, 'host') : getCookie(c, name)

export function dropCookie(c: Context<AppEnv>, name: string): void {
  const secure = overTls(c)
  deleteCookie(c, name, { path: '/', secure, ...(secure ? { prefix: 'host' as const } : {}) })
}
