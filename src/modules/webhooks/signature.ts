// Signatures as defined by Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, and an HMAC of both with the
// body. During a rotation both secrets sign, so receivers can switch at any moment.
import { fromBase64Url, hmac, randomBytes, toBase64, utf8 } from '../../core/crypto.ts'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

export const newSecret = (): string => PREFIX + toBase64(randomBytes(SECRET_BYTES))

export type Signed = { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string }

export async function sign(
  secrets: readonly string[],
  id: string,
  atMs: number,
  body: string,
): Promise<Signed> {
  const timestamp = String(Math.floor(atMs / 1000))
  const content = utf8(`${id}.${timestamp}.${body}`)
  const signatures = await Promise.all(
    secrets.map(async (secret) => `v1,${toBase64(await hmac('SHA-256', keyOf(secret), content))}`),
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

const keyOf = (secret: string): Uint8Array => fromBase64Url(secret.slice(PREFIX.length))
