import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { sha256Hex } from '../../../core/crypto.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { dropCookie, readCookie, writeCookie } from '../cookies.ts'
import { DEVICE_LIFE_MS, readDevice, signDevice } from './known-device.ts'

/** A browser sends every device cookie with every request, so it keeps only those of the latest accounts. */
const MAX_ACCOUNTS = 10

const cookieName = async (email: string): Promise<string> => `device-${(await sha256Hex(email)).slice(0, 16)}`

export const knownDevice = async (c: Context<AppEnv>, email: string): Promise<string | null> => {
  const { settings, now } = c.var.request
  return readDevice(settings, email, readCookie(c, await cookieName(email)), now())
}

/** Call this after a complete sign-in, second factor included. */
export async function rememberDevice(c: Context<AppEnv>, email: string): Promise<void> {
  const { settings, now } = c.var.request
  const name = await cookieName(email)
  const others = Object.keys(getCookie(c))
    .map((one) => one.replace(/^__Host-/, ''))
    .filter((one) => /^device-[0-9a-f]{16}$/.test(one) && one !== name)
  // Browsers send the oldest cookies first.
  for (const old of others.slice(0, -(MAX_ACCOUNTS - 1))) dropCookie(c, old)
  writeCookie(c, name, await signDevice(settings, email, await knownDevice(c, email), now()), DEVICE_LIFE_MS)
}
