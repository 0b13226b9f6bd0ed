// Deliveries of GitHub, Stripe, Slack and Shopify, created from their documentation. test/clients creates them with
// their own libraries.
import { hexOf, hmacOf, JSON_TYPE, nowSeconds } from './deliver.ts'

export type Sent = { body: string; headers: Record<string, string> }

export async function gitHub(
  secret: string,
  body: string,
  { id = crypto.randomUUID(), event = 'push' }: { id?: string; event?: string } = {},
): Promise<Sent> {
  const signature = `sha256=${hexOf(await hmacOf(secret, body))}`
  return {
    body,
    headers: {
      ...JSON_TYPE,
      'x-hub-signature-256': signature,
      'x-github-delivery': id,
      'x-github-event': event,
    },
  }
}

export async function stripe(secret: string, body: string, at = nowSeconds()): Promise<Sent> {
  const signature = `t=${at},v0=ignored,v1=${hexOf(await hmacOf(secret, `${at}.${body}`))}`
  return { body, headers: { ...JSON_TYPE, 'stripe-signature': signature } }
}

export async function slack(secret: string, body: string, at = nowSeconds()): Promise<Sent> {
  const signature = `v0=${hexOf(await hmacOf(secret, `v0:${at}:${body}`))}`
  return {
    body,
    headers: { ...JSON_TYPE, 'x-slack-signature': signature, 'x-slack-request-timestamp': String(at) },
  }
}

export async function shopify(secret: string, body: string, id: string = crypto.randomUUID()): Promise<Sent> {
  const signature = btoa(String.fromCharCode(...(await hmacOf(secret, body))))
  return {
    body,
    headers: { ...JSON_TYPE, 'x-shopify-hmac-sha256': signature, 'x-shopify-webhook-id': id },
  }
}
