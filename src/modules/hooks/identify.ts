// What makes two deliveries the same. The run's id is derived from `key`, so the run itself remembers its delivery.
import { AppError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { VENDOR_ID_HEADERS, type WebhookAuth } from '../../engine/triggers/webhook-trigger.ts'
import type { Delivery } from './delivery.ts'
import { MAX_ID_CHARS, type Proof } from './signatures.ts'

export type Identity = {
  key: string
  /** What must be equal if the key repeats; undefined if the sender's id alone decides. */
  request?: Json
  /** The sender's id for the delivery, shown with the run. */
  deliveryId?: string
  /** Whether the sender of a webhook named it, rather than a client's Idempotency-Key. */
  isDelivery: boolean
}

/** Null if nothing distinguishes this delivery from another one. */
export async function identify(
  { auth, idHeader: wanted }: { auth: WebhookAuth; idHeader?: string | undefined },
  delivery: Delivery,
  proof: Proof | null,
): Promise<Identity | null> {
  if (proof?.id)
    return {
      ...named(proof.id),
      // Stripe renders an event again for each retry, so only its id stays the same.
      ...(auth.type === 'hmac' ? { request: { body: await hashOf(delivery) } } : {}),
    }
  const vendorHeader = VENDOR_ID_HEADERS[auth.type] ?? gitLabHeader(auth, delivery)
  const idHeader = wanted ?? vendorHeader
  if (idHeader !== undefined)
    return {
      ...named(requireId(delivery.headers, idHeader)),
      ...(vendorHeader === undefined ? { request: await contentOf(delivery, proof) } : {}),
    }
  if (proof !== null)
    return {
      key: `signature ${proof.signature}`,
      request: { body: await hashOf(delivery) },
      isDelivery: true,
    }
  const key = delivery.headers.get('idempotency-key')
  return key === null
    ? null
    : { key: `key ${key}`, request: await contentOf(delivery, null), isDelivery: false }
}

/** Releases before 17.4 do not send Idempotency-Key, which stays the same on a retry. */
const gitLabHeader = ({ type }: WebhookAuth, { headers }: Delivery): string | undefined =>
  type === 'gitlab' ? ['Idempotency-Key', 'X-Gitlab-Event-UUID'].find((name) => headers.has(name)) : undefined

const named = (id: string) => ({ key: `id ${id}`, deliveryId: id, isDelivery: true })

function requireId(headers: Headers, header: string): string {
  const id = headers.get(header) ?? ''
  if (id !== '' && id.length <= MAX_ID_CHARS) return id
  throw new AppError('hook.missing_id', {
    detail: `The header ${header} must contain an id of the delivery with at most ${MAX_ID_CHARS} characters.`,
  })
}

/** Only the body is signed. Without a signature, the identity covers everything that the sender sent. */
async function contentOf(delivery: Delivery, proof: Proof | null): Promise<Json> {
  const body = await hashOf(delivery)
  if (proof !== null) return { body }
  const { method, path, url } = delivery
  return { method, path, query: url.search, body }
}

const hashOf = async ({ bytes }: Delivery): Promise<number[]> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
