// The token of an unsubscribe link: a user and a kind, signed with a key of the installation. It allows nothing else and needs no
// row. After a key rotation, links signed with an older key of the ring still work.
import { equalInConstantTime, fromBase64Url, hmac, toBase64Url, utf8 } from '../../core/crypto.ts'
import type { KeyRing } from '../../core/secret-box.ts'

/** `all` turns off all mails that can be turned off. */
export type Unsubscribe = { userId: string; kind: string }

const PURPOSE = 'orrery unsubscribe '

export async function unsubscribeToken(ring: KeyRing, { userId, kind }: Unsubscribe): Promise<string> {
  const payload = toBase64Url(utf8(`${userId} ${kind}`))
  return `${payload}.${await signatureOf(ring.keys[ring.current] ?? '', payload)}`
}

/** Null for an invalid token. */
export async function readUnsubscribeToken(ring: KeyRing, token: string): Promise<Unsubscribe | null> {
  const [payload = '', signature = ''] = token.split('.')
  const expected = await Promise.all(Object.values(ring.keys).map((key) => signatureOf(key, payload)))
  if (!expected.some((one) => equalInConstantTime(signature, one))) return null
  const [userId = '', kind = ''] = new TextDecoder().decode(fromBase64Url(payload)).split(' ')
  return { userId, kind }
}

const signatureOf = async (key: string, payload: string): Promise<string> =>
  toBase64Url(await hmac('SHA-256', fromBase64Url(key), utf8(PURPOSE + payload)))
