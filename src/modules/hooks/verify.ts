// Whether a delivery comes from who holds the trigger's secret. Invariants:
// 1. What is compared is compared in constant time, and a signature is over the raw bytes.
// 2. A delivery that carries its time is taken within the tolerance, before and after. What is remembered of any is its run,
//    so a replay starts no second one as long as that is kept.
// 3. A trigger that asks for a proof and has no secret takes nothing.
import { equalInConstantTime, hmac, sha256Hex, toHex, utf8 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import type { Delivery } from './delivery.ts'

const TOLERANCE_MS = 300_000

export type HookAuth =
  | { type: 'none' }
  | { type: 'header'; header: string; credential?: string }
  | {
      type: 'hmac'
      header?: string
      credential?: string
      algorithm?: 'sha256' | 'sha512'
      toleranceMs?: number
    }

/** What makes this delivery known again: under `word` runs start once. */
export type Proof = {
  word: string
  /** Told from one retry to the next: the same again is a replay, another one a sender that tries again. */
  stamp: string
}

/** Throws 401 unless the delivery bears the proof that the trigger asks for; null where it can come any number of times. */
export async function proveDelivery(
  auth: HookAuth,
  secret: string,
  delivery: Delivery,
  now: number,
): Promise<Proof | null> {
  if (auth.type === 'none') return null
  if (auth.type === 'header') {
    // Hashes, so that not even the length of the secret can be learned.
    const [given, expected] = await Promise.all([
      sha256Hex(delivery.headers.get(auth.header) ?? ''),
      sha256Hex(secret),
    ])
    if (!equalInConstantTime(given, expected)) throw refused(`the header ${auth.header}`)
    return null
  }
  const toleranceMs = auth.toleranceMs ?? TOLERANCE_MS
  const hash = auth.algorithm === 'sha512' ? 'SHA-512' : 'SHA-256'
  const sign = (prefix: string) => hmac(hash, keyOf(secret), concat(utf8(prefix), delivery.bytes))
  return auth.header === undefined
    ? proveStandard(delivery, sign, toleranceMs, now)
    : proveCustom(delivery, auth.header, sign, toleranceMs, now)
}

type Sign = (prefix: string) => Promise<Uint8Array>

/** As standardwebhooks.com has it: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64> …`. */
async function proveStandard(
  { headers }: Delivery,
  sign: Sign,
  toleranceMs: number,
  now: number,
): Promise<Proof> {
  const id = headers.get('webhook-id') ?? ''
  const timestamp = headers.get('webhook-timestamp') ?? ''
  if (id === '' || id.length > 255) throw refused('webhook-id')
  requireFresh(timestamp, toleranceMs, now)
  const expected = `v1,${toBase64(await sign(`${id}.${timestamp}.`))}`
  const given = (headers.get('webhook-signature') ?? '').split(' ').slice(0, 20)
  if (!given.map((one) => equalInConstantTime(one, expected)).includes(true))
    throw refused('webhook-signature')
  return { word: `id ${id}`, stamp: timestamp }
}

/** `<hex>` or `sha256=<hex>` over the body, or over `<webhook-timestamp>.<body>` where that header is sent. */
async function proveCustom(
  { headers }: Delivery,
  header: string,
  sign: Sign,
  toleranceMs: number,
  now: number,
): Promise<Proof> {
  const timestamp = headers.get('webhook-timestamp')
  if (timestamp !== null) requireFresh(timestamp, toleranceMs, now)
  const expected = toHex(await sign(timestamp === null ? '' : `${timestamp}.`))
  const given = (headers.get(header) ?? '').trim().toLowerCase()
  if (!equalInConstantTime(given.replace(/^sha(256|512)=/, ''), expected)) throw refused(header)
  return { word: `signature ${expected}`, stamp: expected }
}

function requireFresh(timestamp: string, toleranceMs: number, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('webhook-timestamp')
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs)
    throw new AppError('hook.unauthorized', {
      detail: 'The time in webhook-timestamp is too far from now: seconds since 1970 are expected.',
    })
}

const refused = (what: string): AppError =>
  new AppError('hook.unauthorized', { detail: `What stands in ${what} is not as expected.` })

function keyOf(secret: string): Uint8Array {
  if (!secret.startsWith('whsec_')) return utf8(secret)
  try {
    return Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0))
  } catch {
    return utf8(secret)
  }
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
