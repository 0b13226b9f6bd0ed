// Signatures over the raw bytes of a delivery: Standard Webhooks, and custom headers.
import { equalInConstantTime, fromBase64, hmac, sha256Hex, toBase64, toHex, utf8 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import type { Delivery } from './delivery.ts'

export type Proof = {
  /** The delivery's id from the signed content; null if the content has no id. */
  id: string | null
  signature: string
}

/** The HMAC of the body after a prefix. */
export type Sign = (prefix: string) => Promise<Uint8Array>

/** Throws unless the time in this header is close enough to now. */
export type RequireFresh = (header: string, timestamp: string) => void

/** Senders of Standard Webhooks write `whsec_` in front of the base64 key. Stripe's `whsec_` is part of the key itself. */
export function signer(
  algorithm: 'sha256' | 'sha512',
  secret: string,
  bytes: Uint8Array,
  keyFormat: 'standard' | 'text',
): Sign {
  const key = keyFormat === 'standard' ? standardKey(secret) : utf8(secret)
  return (prefix) => hmac(algorithm === 'sha512' ? 'SHA-512' : 'SHA-256', key, concat(utf8(prefix), bytes))
}

/** As defined by standardwebhooks.com: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64> …`. */
export async function proveStandard({ headers }: Delivery, sign: Sign, fresh: RequireFresh): Promise<Proof> {
  const id = headers.get('webhook-id') ?? ''
  const timestamp = headers.get('webhook-timestamp') ?? ''
  if (id === '' || id.length > MAX_ID_CHARS) throw refused('webhook-id')
  fresh('webhook-timestamp', timestamp)
  const expected = `v1,${toBase64(await sign(`${id}.${timestamp}.`))}`
  requireOneOf((headers.get('webhook-signature') ?? '').split(' '), expected, 'webhook-signature')
  return { id, signature: expected }
}

/** How a custom sender signs. */
export type CustomSignature = {
  header: string
  encoding?: 'hex' | 'base64' | undefined
  prefix?: string | undefined
  timestampHeader?: string | undefined
  signedIdHeader?: string | undefined
  separator?: string | undefined
}

/**
 * The signature of the body in a header, in hex or base64. If the sender sends a time, it is signed before the body, and an id
 * before the time. The trigger defines which of them are required, so an attacker cannot leave one out.
 */
export async function proveCustom(
  { headers }: Delivery,
  {
    header,
    encoding = 'hex',
    prefix = '',
    timestampHeader,
    signedIdHeader,
    separator = '.',
  }: CustomSignature,
  sign: Sign,
  fresh: RequireFresh,
): Promise<Proof> {
  const timestamp = headers.get(timestampHeader ?? DEFAULT_TIMESTAMP)
  if (timestamp === null && timestampHeader !== undefined) throw refused(timestampHeader)
  if (timestamp !== null) fresh(timestampHeader ?? DEFAULT_TIMESTAMP, inSeconds(timestamp))
  const id =
    signedIdHeader === undefined ? null : requireSignedId(headers.get(signedIdHeader), signedIdHeader)
  const before = [id, timestamp].filter((part) => part !== null).map((part) => `${part}${separator}`)
  const mac = await sign(before.join(''))
  const expected = encoding === 'hex' ? toHex(mac) : toBase64(mac)
  const given = (headers.get(header) ?? '').trim()
  requireOneOf([bareSignature(given, prefix, encoding)], expected, header)
  return { id, signature: expected }
}

const DEFAULT_TIMESTAMP = 'webhook-timestamp'

/** Thirteen digits are milliseconds (until the year 2286). */
const inSeconds = (timestamp: string): string =>
  /^\d{13}$/.test(timestamp) ? timestamp.slice(0, 10) : timestamp

function requireSignedId(id: string | null, header: string): string {
  if (id === null || id === '' || id.length > MAX_ID_CHARS) throw refused(header)
  return id
}

function bareSignature(given: string, prefix: string, encoding: 'hex' | 'base64'): string {
  const bare = (given.startsWith(prefix) ? given.slice(prefix.length) : given).replace(/^sha(256|512)=/i, '')
  return encoding === 'hex' ? bare.toLowerCase() : bare
}

/** The header contains the secret itself. Comparing hashes hides even the length of the secret. */
export async function requireSecretHeader(
  { headers }: Delivery,
  header: string,
  secret: string,
): Promise<void> {
  const [given, expected] = await Promise.all([sha256Hex(headers.get(header) ?? ''), sha256Hex(secret)])
  if (!equalInConstantTime(given, expected)) throw refused(`the header ${header}`)
}

/** A longer id is ignored. */
export const MAX_ID_CHARS = 255

/** Senders that rotate their secret sign with both for a while. */
const MAX_SIGNATURES = 20

export function requireOneOf(given: string[], expected: string, header: string): void {
  const matches = given.slice(0, MAX_SIGNATURES).map((one) => equalInConstantTime(one, expected))
  if (!matches.includes(true)) throw refused(header)
}

export function requireFresh(header: string, timestamp: string, toleranceMs: number, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refused(header)
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs)
    throw new AppError('hook.unauthorized', {
      detail: `The time in ${header} is too far from the current time. It must be in seconds since 1970.`,
    })
}

export const refused = (what: string): AppError =>
  new AppError('hook.unauthorized', { detail: `The value of ${what} is not valid.` })

function standardKey(secret: string): Uint8Array {
  if (!secret.startsWith('whsec_')) return utf8(secret)
  try {
    return fromBase64(secret.slice(6))
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
