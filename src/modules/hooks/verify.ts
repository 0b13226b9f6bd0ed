// Verifies that the sender of a delivery knows the trigger's secret. Invariants:
// 1. Comparisons take constant time, and signatures cover the raw bytes.
// 2. A delivery with a time is accepted within the tolerance, before and after. Its run remembers it, so a replay starts no second
//    one as long as the run is kept.
// 3. A trigger that requires authentication and has no secret accepts nothing.
// 4. The delivery's id comes from signed content if possible. Unsigned headers, such as Content-Type, do not affect it.
import type { WebhookAuth } from '../../engine/triggers/webhook-trigger.ts'
import type { Delivery } from './delivery.ts'
import {
  type Proof,
  proveCustom,
  proveStandard,
  requireFresh,
  requireSecretHeader,
  signer,
} from './signatures.ts'
import { proveGitHub, proveGitLab, proveShopify, proveSlack, proveStripe } from './vendors.ts'

const TOLERANCE_MS = 300_000

/** Throws 401 unless the delivery has the proof that the trigger requires. Returns null if anybody could repeat it. */
export async function proveDelivery(
  auth: WebhookAuth,
  secret: string,
  delivery: Delivery,
  now: number,
): Promise<Proof | null> {
  if (auth.type === 'none') return null
  if (auth.type === 'header') {
    await requireSecretHeader(delivery, auth.header, secret)
    return null
  }
  const toleranceMs = 'toleranceMs' in auth ? (auth.toleranceMs ?? TOLERANCE_MS) : TOLERANCE_MS
  const fresh = (header: string, timestamp: string) => requireFresh(header, timestamp, toleranceMs, now)
  if (auth.type === 'hmac') {
    const sign = signer(auth.algorithm ?? 'sha256', secret, delivery.bytes, 'standard')
    return auth.header === undefined
      ? proveStandard(delivery, sign, fresh)
      : proveCustom(delivery, { ...auth, header: auth.header }, sign, fresh)
  }
  if (auth.type === 'gitlab') {
    const sign = signer('sha256', secret, delivery.bytes, 'standard')
    return proveGitLab(delivery, secret, sign, fresh)
  }
  const sign = signer('sha256', secret, delivery.bytes, 'text')
  if (auth.type === 'github') return proveGitHub(delivery, sign)
  if (auth.type === 'shopify') return proveShopify(delivery, sign)
  return auth.type === 'stripe' ? proveStripe(delivery, sign, fresh) : proveSlack(delivery, sign, fresh)
}

/** While a secret is rotated, either of the two is accepted. */
export async function proveByOneOf(
  auth: WebhookAuth,
  secrets: readonly string[],
  delivery: Delivery,
  now: number,
): Promise<Proof | null> {
  const [first = '', ...others] = secrets
  try {
    return await proveDelivery(auth, first, delivery, now)
  } catch (error) {
    for (const secret of others) {
      const proof = await proveDelivery(auth, secret, delivery, now).catch(() => 'refused' as const)
      if (proof !== 'refused') return proof
    }
    throw error
  }
}
