// A signed cookie that marks a device which has signed in to an account before. Invariants:
// 1. The cookie grants no rights. It only gives the device its own failure counter, so wrong passwords sent by others never
//    make this device wait.
// 2. It is issued after a complete sign-in and works for that account only.
// 3. The counter belongs to the device. A thief gets as few guesses as the owner, and nobody can forge more cookies.
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

/** `<device id>.<creation time, base 36>.<signature>`. A known device keeps its id. */
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

/** Returns the device id, or null if the cookie is forged, for another account or too old. */
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

/** Uses a derived key, because the keys of the ring also encrypt secrets. */
async function signatureOf(ringKey: string, { email, deviceId, madeAt }: Claim): Promise<string> {
  const key = await hmac('SHA-256', fromBase64Url(ringKey), utf8('known device'))
  return toBase64Url(await hmac('SHA-256', key, utf8(JSON.stringify([email, deviceId, madeAt]))))
}
