// How GitHub, GitLab, Stripe, Slack and Shopify sign deliveries and verify an endpoint before they use it. Invariants:
// 1. Ids of Stripe and Slack are read from the signed bytes, whatever Content-Type says: that header is not signed, and a replay
//    with a different one must still be the same delivery.
// 2. A handshake is answered only after its signature has been checked, and starts no run.
import { toBase64, toHex } from '../../core/crypto.ts'
import { type Json, parseJson } from '../../core/json.ts'
import type { WebhookAuth } from '../../engine/triggers/webhook-trigger.ts'
import type { Delivery } from './delivery.ts'
import {
  MAX_ID_CHARS,
  type Proof,
  proveStandard,
  type RequireFresh,
  refused,
  requireOneOf,
  requireSecretHeader,
  type Sign,
} from './signatures.ts'

/** `X-Hub-Signature-256: sha256=<hex>` over the body. */
export async function proveGitHub({ headers }: Delivery, sign: Sign): Promise<Proof> {
  const header = 'X-Hub-Signature-256'
  const expected = `sha256=${toHex(await sign(''))}`
  requireOneOf([headers.get(header) ?? ''], expected, header)
  return { id: null, signature: expected }
}

/**
 * Either a signing token as in Standard Webhooks, which newer releases of GitLab offer, or the secret token itself in
 * `X-Gitlab-Token`. Both prove that the sender knows the secret.
 */
export async function proveGitLab(
  delivery: Delivery,
  secret: string,
  sign: Sign,
  fresh: RequireFresh,
): Promise<Proof | null> {
  if (delivery.headers.has('webhook-signature')) return proveStandard(delivery, sign, fresh)
  await requireSecretHeader(delivery, 'X-Gitlab-Token', secret)
  return null
}

/** `X-Shopify-Hmac-Sha256: <base64>` over the body. */
export async function proveShopify({ headers }: Delivery, sign: Sign): Promise<Proof> {
  const header = 'X-Shopify-Hmac-Sha256'
  const expected = toBase64(await sign(''))
  requireOneOf([headers.get(header) ?? ''], expected, header)
  return { id: null, signature: expected }
}

/** `Stripe-Signature: t=<seconds>,v1=<hex>,…` over `<t>.<body>`. */
export async function proveStripe(delivery: Delivery, sign: Sign, fresh: RequireFresh): Promise<Proof> {
  const header = 'Stripe-Signature'
  const parts = (delivery.headers.get(header) ?? '').split(',').map((part) => part.trim())
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1))
  const [timestamp = '', ...others] = valuesOf('t')
  if (others.length > 0) throw refused(header)
  fresh(header, timestamp)
  const expected = toHex(await sign(`${timestamp}.`))
  requireOneOf(valuesOf('v1'), expected, header)
  return { id: textIn(delivery, 'id'), signature: expected }
}

/** `X-Slack-Signature: v0=<hex>` over `v0:<X-Slack-Request-Timestamp>:<body>`. */
export async function proveSlack(delivery: Delivery, sign: Sign, fresh: RequireFresh): Promise<Proof> {
  const { headers } = delivery
  const timestamp = headers.get('X-Slack-Request-Timestamp') ?? ''
  fresh('X-Slack-Request-Timestamp', timestamp)
  const expected = `v0=${toHex(await sign(`v0:${timestamp}:`))}`
  requireOneOf([headers.get('X-Slack-Signature') ?? ''], expected, 'X-Slack-Signature')
  return { id: textIn(delivery, 'event_id'), signature: expected }
}

export type Greeting = { kind: 'ping' } | { kind: 'challenge'; challenge: string }

const MAX_CHALLENGE_CHARS = 1_000

/** What a vendor sends to verify the endpoint; null for a delivery. */
export function greetingOf(auth: WebhookAuth, delivery: Delivery): Greeting | null {
  if (auth.type === 'github')
    return delivery.headers.get('X-GitHub-Event') === 'ping' ? { kind: 'ping' } : null
  if (auth.type !== 'slack') return null
  const fields = fieldsOf(delivery)
  if (fields.type !== 'url_verification') return null
  const { challenge } = fields
  return typeof challenge === 'string' && challenge.length <= MAX_CHALLENGE_CHARS
    ? { kind: 'challenge', challenge }
    : null
}

function textIn(delivery: Delivery, field: string): string | null {
  const value = fieldsOf(delivery)[field]
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS ? value : null
}

function fieldsOf({ bytes }: Delivery): Record<string, Json> {
  const parsed = parseJson(new TextDecoder().decode(bytes))
  return parsed.ok &&
    typeof parsed.value === 'object' &&
    parsed.value !== null &&
    !Array.isArray(parsed.value)
    ? (parsed.value as Record<string, Json>)
    : {}
}
