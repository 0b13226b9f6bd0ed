// Whether a delivery comes from who holds the trigger's secret. Invariants:
// 1. What is compared is compared in constant time, and a signature is over the raw bytes.
// 2. A delivery that carries its time is taken within the tolerance, before and after. What is remembered of any is its run,
//    so a replay starts no second one as long as that is kept.
// 3. A trigger that asks for a proof and has no secret takes nothing.
// 4. What is signed names the delivery where it can. A header that is not signed, such as Content-Type, has no say in it.
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

/** Throws 401 unless the delivery bears the proof that the trigger asks for; null where anybody could repeat it. */
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

/** While a secret is rotated, either of the two proves. */
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
