// A running installation accepts what GitHub, Stripe, Slack, Shopify and senders of Standard Webhooks sign with their
// own libraries, and refuses what those libraries refuse. Nothing here computes a signature itself, except Slack's,
// whose library only verifies.
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sign as signGitHub, verify as verifyGitHub } from '@octokit/webhooks-methods'
import '@shopify/shopify-api/adapters/web-api'
import { shopifyApi } from '@shopify/shopify-api'
import { createSHA256HMAC, HashFormat } from '@shopify/shopify-api/runtime'
import { isValidSlackRequest } from '@slack/bolt'
import { Webhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'

type Sent = { body: string; headers: Record<string, string> }
type Vendor = {
  secret: string
  make: (body: string, id: string) => Promise<Sent> | Sent
  verify: (sent: Sent) => Promise<boolean> | boolean
  /** The header with the signature. */
  signature: string
}
type Receipt = { runId: string | null; status: string; code?: string }

const JSON_TYPE = { 'content-type': 'application/json' }
const seconds = (): number => Math.floor(Date.now() / 1000)

const stripe = new Stripe('sk_test_unused')
const shopify = shopifyApi({
  apiKey: 'unused',
  apiSecretKey: 'shpss_0123456789abcdef',
  apiVersion: '2026-01' as never,
  hostName: 'localhost',
  isEmbeddedApp: false,
  logger: { level: 0 },
})
const holds = async (check: () => unknown): Promise<boolean> => {
  try {
    return (await check()) !== false
  } catch {
    return false
  }
}

const standard = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')

const VENDORS: Record<string, Vendor> = {
  github: {
    secret: 'correct-horse-battery',
    signature: 'x-hub-signature-256',
    make: async (body, id) => ({
      body,
      headers: {
        ...JSON_TYPE,
        'x-github-delivery': id,
        'x-github-event': 'push',
        'x-hub-signature-256': await signGitHub(VENDORS.github!.secret, body),
      },
    }),
    verify: ({ body, headers }) =>
      holds(() => verifyGitHub(VENDORS.github!.secret, body, headers['x-hub-signature-256'] ?? '')),
  },
  stripe: {
    secret: 'whsec_5f2c0a0b3e7d4d6a8f9b1c2d3e4f5a6b',
    signature: 'stripe-signature',
    make: (body) => ({
      body,
      headers: {
        ...JSON_TYPE,
        'stripe-signature': stripe.webhooks.generateTestHeaderString({
          payload: body,
          secret: VENDORS.stripe!.secret,
        }),
      },
    }),
    verify: ({ body, headers }) =>
      holds(() =>
        stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', VENDORS.stripe!.secret),
      ),
  },
  slack: {
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    signature: 'x-slack-signature',
    make: (body) => {
      const at = seconds()
      const hmac = createHmac('sha256', VENDORS.slack!.secret).update(`v0:${at}:${body}`).digest('hex')
      return {
        body,
        headers: { ...JSON_TYPE, 'x-slack-signature': `v0=${hmac}`, 'x-slack-request-timestamp': String(at) },
      }
    },
    verify: ({ body, headers }) =>
      isValidSlackRequest({
        signingSecret: VENDORS.slack!.secret,
        body,
        headers: {
          'x-slack-signature': headers['x-slack-signature'] ?? '',
          'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
        },
      }),
  },
  shopify: {
    secret: shopify.config.apiSecretKey,
    signature: 'x-shopify-hmac-sha256',
    make: async (body, id) => ({
      body,
      headers: {
        ...JSON_TYPE,
        'x-shopify-webhook-id': id,
        'x-shopify-topic': 'orders/create',
        'x-shopify-shop-domain': 'shop.myshopify.com',
        'x-shopify-api-version': '2026-01',
        'x-shopify-hmac-sha256': await createSHA256HMAC(shopify.config.apiSecretKey, body, HashFormat.Base64),
      },
    }),
    verify: async ({ body, headers }) => {
      const rawRequest = new Request('http://localhost/', { method: 'POST', body, headers })
      return (await shopify.webhooks.validate({ rawBody: body, rawRequest })).valid
    },
  },
  hmac: {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    signature: 'webhook-signature',
    make: (body, id) => {
      const at = new Date(seconds() * 1000)
      return {
        body,
        headers: {
          ...JSON_TYPE,
          'webhook-id': id,
          'webhook-timestamp': String(at.getTime() / 1000),
          'webhook-signature': standard.sign(id, at, body),
        },
      }
    },
    verify: ({ body, headers }) => holds(() => standard.verify(body, headers)),
  },
}

const stateDir = newStateDir()
let installation: Installation
let token: string
let workflowId: string
const urls: Record<string, string> = {}

before(async () => {
  installation = await start(stateDir)
  const { url } = installation
  token = await signInAsDemo(url, stateDir)
  const made = await call<{ id: string; triggers: { key: string; url: string }[] }>(
    url,
    'POST',
    '/api/v1/workflows',
    {
      token,
      json: {
        name: 'Vendors',
        definition: { nodes: [{ id: 'got', type: 'data.set', params: { values: '{{ input.body }}' } }] },
        triggers: Object.entries(VENDORS).map(([type, { secret }]) => ({
          type: 'webhook',
          key: type,
          auth: { type, secret },
        })),
      },
    },
  )
  assert.equal(made.status, 201, JSON.stringify(made.body))
  workflowId = made.body.id
  for (const trigger of made.body.triggers) urls[trigger.key] = new URL(trigger.url).pathname
})

after(async () => {
  await end(installation)
  forget(stateDir)
})

async function deliver(
  type: string,
  { body, headers }: Sent,
): Promise<{ status: number; body: Receipt; text: string }> {
  const response = await fetch(installation.url + urls[type], { method: 'POST', body, headers })
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  return { status: response.status, text, body: isJson ? JSON.parse(text) : ({} as Receipt) }
}

const bodyOf = (id: string, text = 'Grüße 🎉'): string =>
  JSON.stringify({ id, event_id: id, object: 'event', type: 'sample', text })

for (const [type, vendor] of Object.entries(VENDORS)) {
  test(`${type}: a delivery signed by its library starts one run, and a repetition returns that run`, async () => {
    const id = `evt_${randomUUID()}`
    const sent = await vendor.make(bodyOf(id), id)
    assert.equal(await vendor.verify(sent), true)
    const first = await deliver(type, sent)
    assert.equal(first.status, 202, first.text)
    const again = await deliver(type, sent)
    assert.deepEqual([again.status, again.body.runId], [200, first.body.runId])
    const anew = await deliver(type, await vendor.make(bodyOf(id), id))
    assert.deepEqual([anew.status, anew.body.runId], [200, first.body.runId])
    const run = await call<{ trigger: { delivery: string }; output: { got?: unknown } }>(
      installation.url,
      'GET',
      `/api/v1/workflows/executions/${first.body.runId}`,
      { token },
    )
    assert.equal(run.body.trigger.delivery, id)
  })

  test(`${type}: both agree about modified deliveries`, async () => {
    const id = `evt_${randomUUID()}`
    const sent = await vendor.make(bodyOf(id), id)
    const { signature } = vendor
    const value = sent.headers[signature] ?? ''
    const withSignature = (changed: string): Sent => ({
      ...sent,
      headers: { ...sent.headers, [signature]: changed },
    })
    const changed: Record<string, Sent> = {
      'another text': { ...sent, body: bodyOf(id, 'other') },
      'a space behind': { ...sent, body: `${sent.body} ` },
      'no body': { ...sent, body: '' },
      'no signature': withSignature(''),
      'a signature cut short': withSignature(value.slice(0, -2)),
      'a longer signature': withSignature(`${value}0`),
      'another signature': withSignature(
        value.slice(0, -9) + (value.at(-9) === '0' ? '1' : '0') + value.slice(-8),
      ),
      'the signature of another body': withSignature(
        (await vendor.make(bodyOf('other'), id)).headers[signature] ?? '',
      ),
      'the beginning of a signature': withSignature(value.slice(0, 5)),
    }
    for (const [what, one] of Object.entries(changed)) {
      const theirs = await vendor.verify(one)
      const ours = await deliver(type, one)
      assert.equal(theirs, false, `${what}: the library takes it`)
      assert.equal(ours.status, 401, `${what}: ${ours.text}`)
    }
  })
}

test('github: a ping is answered with 200 and starts no run', async () => {
  const sent = await VENDORS.github!.make('{"zen":"Keep it logically awesome."}', randomUUID())
  const answer = await deliver('github', { ...sent, headers: { ...sent.headers, 'x-github-event': 'ping' } })
  assert.deepEqual([answer.status, answer.body.runId], [200, null])
})

test('slack: its URL is verified with the challenge', async () => {
  const sent = await VENDORS.slack!.make('{"type":"url_verification","challenge":"3eZbrw1a"}', '')
  assert.equal(await VENDORS.slack!.verify(sent), true)
  const answer = await deliver('slack', sent)
  assert.deepEqual([answer.status, answer.text], [200, '3eZbrw1a'])
})

test('the log of refused deliveries contains the reasons', async () => {
  for (const type of Object.keys(VENDORS)) {
    const page = await call<{ items: { code: string; status: number }[] }>(
      installation.url,
      'GET',
      `/api/v1/workflows/${workflowId}/triggers/${type}/refused-deliveries`,
      { token },
    )
    assert.equal(page.status, 200)
    assert.ok(page.body.items.length >= 9, `${type}: ${page.body.items.length} entries`)
    assert.deepEqual(new Set(page.body.items.map(({ code }) => code)), new Set(['hook.unauthorized']))
  }
})
