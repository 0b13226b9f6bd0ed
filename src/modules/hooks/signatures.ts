// Signatures over the raw bytes of a delivery: Standard Webhooks, and a header of one's own.
import { equalInConstantTime, hmac, toHex, utf8 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import type { Delivery } from './delivery.ts'

export type Proof = {
  /** What names the delivery within what is signed; null where nothing in there does. */
  id: string | null
  signature: string
}

/** The HMAC of the body behind a prefix. */
export type Sign = (prefix: string) => Promise<Uint8Array>

/** Throws unless this header's time is near enough to now. */
export type RequireFresh = (header: string, timestamp: string) => void

/** Senders of Standard Webhooks write `whsec_` in front of base64; Stripe's `whsec_` is part of the key itself. */
export function signer(
  algorithm: 'sha256' | 'sha512',
  secret: string,
  bytes: Uint8Array,
  keyFormat: 'standard' | 'text',
): Sign {
  const key = keyFormat === 'standard' ? standardKey(secret) : utf8(secret)
  return (prefix) => hmac(algorithm === 'sha512' ? 'SHA-512' : 'SHA-256', key, concat(utf8(prefix), bytes))
}

/** As standardwebhooks.com has it: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64> …`. */
export async function proveStandard({ headers }: Delivery, sign: Sign, fresh: RequireFresh): Promise<Proof> {
  const id = headers.get('webhook-id') ?? ''
  const timestamp = headers.get('webhook-timestamp') ?? ''
  if (id === '' || id.length > MOST_ID_CHARS) throw refused('webhook-id')
  fresh('webhook-timestamp', timestamp)
  const expected = `v1,${toBase64(await sign(`${id}.${timestamp}.`))}`
  requireOneOf((headers.get('webhook-signature') ?? '').split(' '), expected, 'webhook-signature')
  return { id, signature: expected }
}

/** `<hex>` or `sha256=<hex>` over the body, or over `<webhook-timestamp>.<body>` where that header is sent. */
export async function proveCustom(
  { headers }: Delivery,
  header: string,
  sign: Sign,
  fresh: RequireFresh,
): Promise<Proof> {
  const timestamp = headers.get('webhook-timestamp')
  if (timestamp !== null) fresh('webhook-timestamp', timestamp)
  const expected = toHex(await sign(timestamp === null ? '' : `${timestamp}.`))
  const given = (headers.get(header) ?? '').trim().toLowerCase()
  requireOneOf([given.replace(/^sha(256|512)=/, '')], expected, header)
  return { id: null, signature: expected }
}

/** A longer id is none. */
export const MOST_ID_CHARS = 255

/** Senders that change their secret sign with both for a while. */
const MOST_SIGNATURES = 20

export function requireOneOf(given: string[], expected: string, header: string): void {
  const matches = given.slice(0, MOST_SIGNATURES).map((one) => equalInConstantTime(one, expected))
  if (!matches.includes(true)) throw refused(header)
}

export function requireFresh(header: string, timestamp: string, toleranceMs: number, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refused(header)
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs)
    throw new AppError('hook.unauthorized', {
      detail: `The time in ${header} is too far from now: seconds since 1970 are expected.`,
    })
}

export const refused = (what: string): AppError =>
  new AppError('hook.unauthorized', { detail: `What stands in ${what} is not as expected.` })

export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

function standardKey(secret: string): Uint8Array {
  if (!secret.startsWith('whsec_')) return utf8(secret)
  try {
    return Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0))
  } catch {
    return utf8(secret)
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
