// A device on which somebody has signed in to an account carries a signed cookie that says so. Invariants:
// 1. The cookie gives no right. It only gives the device a count of its own, so that wrong passwords that others send
//    never make this device wait.
// 2. It is made after a whole sign-in to that account, and is worth nothing for another one.
// 3. Its count is per device: who steals it gets as few guesses as its owner, and nobody can make more of them.
import { DAY_MS } from '../../../core/clock.ts'
import {
  equalInConstantTime,
  fromBase64Url,
  hmac,
  randomBytes,
  toBase64Url,
  utf8,
} from '../../../core/crypto.ts'
import type { Settings } from '../../../env.ts'

export const DEVICE_LIFE_MS = 180 * DAY_MS

type Claim = { email: string; deviceId: string; madeAt: string }

/** `<device id>.<time made, base 36>.<signature>`. A device that is known already keeps its id. */
export async function signDevice(
  { SECRETS_KEYS }: Pick<Settings, 'SECRETS_KEYS'>,
  email: string,
  knownId: string | null,
  now: number,
): Promise<string> {
  const claim = { email, deviceId: knownId ?? toBase64Url(randomBytes(16)), madeAt: now.toString(36) }
  const key = SECRETS_KEYS.keys[SECRETS_KEYS.current] ?? ''
  return `${claim.deviceId}.${claim.madeAt}.${await signatureOf(key, claim)}`
}

/** The id of the device, or null unless the cookie was made here, for this account, and not too long ago. */
export async function readDevice(
  { SECRETS_KEYS }: Pick<Settings, 'SECRETS_KEYS'>,
  email: string,
  cookie: string | undefined,
  now: number,
): Promise<string | null> {
  const [deviceId, madeAt, signature] =
    /^([\w-]{22})\.([0-9a-z]{1,11})\.([\w-]{43})$/.exec(cookie ?? '')?.slice(1) ?? []
  if (deviceId === undefined || madeAt === undefined || signature === undefined) return null
  if (now - Number.parseInt(madeAt, 36) > DEVICE_LIFE_MS) return null
  for (const key of Object.values(SECRETS_KEYS.keys))
    if (equalInConstantTime(signature, await signatureOf(key, { email, deviceId, madeAt }))) return deviceId
  return null
}

/** Under a key derived for this purpose, since the ring's keys also seal secrets. */
async function signatureOf(ringKey: string, { email, deviceId, madeAt }: Claim): Promise<string> {
  const key = await hmac('SHA-256', fromBase64Url(ringKey), utf8('known device'))
  return toBase64Url(await hmac('SHA-256', key, utf8(JSON.stringify([email, deviceId, madeAt]))))
}
