// The cookies of signing in. None of them is a session: tokens travel in a header.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { sha256Hex } from '../../core/crypto.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { DEVICE_LIFE_MS, readDevice, signDevice } from './sign-in/known-device.ts'

const overTls = (c: Context<AppEnv>): boolean => c.var.request.settings.PUBLIC_URL.startsWith('https:')

// `__Host-` keeps a neighbouring subdomain from planting one; browsers refuse the prefix without TLS. Lax, because the
// redirect of a sign-in provider comes from another site.
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

/** A browser sends every device cookie with every request, so it keeps only those of its latest accounts. */
const MOST_ACCOUNTS = 10

const deviceCookie = async (email: string): Promise<string> =>
  `device-${(await sha256Hex(email)).slice(0, 16)}`

export const knownDevice = async (c: Context<AppEnv>, email: string): Promise<string | null> => {
  const { settings, now } = c.var.request
  return readDevice(settings, email, readCookie(c, await deviceCookie(email)), now())
}

/** After a whole sign-in. */
export async function rememberDevice(c: Context<AppEnv>, email: string): Promise<void> {
  const { settings, now } = c.var.request
  const name = await deviceCookie(email)
  const others = Object.keys(getCookie(c))
    .map((one) => one.replace(/^__Host-/, ''))
    .filter((one) => /^device-[0-9a-f]{16}$/.test(one) && one !== name)
  // Browsers send the oldest first.
  for (const old of others.slice(0, -(MOST_ACCOUNTS - 1))) dropCookie(c, old)
  writeCookie(c, name, await signDevice(settings, email, await knownDevice(c, email), now()), DEVICE_LIFE_MS)
}
