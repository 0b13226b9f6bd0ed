import { expect, test } from 'vitest'
import { clock } from '../../helpers/clock.ts'
import { runOf } from '../../helpers/runs.ts'
import { deliver, hooked, inputOf, nowSeconds, runsOf, setSecret } from './deliver.ts'
import { gitHub, type Sent, shopify, slack, stripe } from './vendor-signatures.ts'

const SECRET = 'whsec_correct-horse-battery'
const coded = (answer: { status: number; body: any }) => [answer.status, answer.body.code]

async function from(type: string, more: Record<string, unknown> = {}) {
  const hook = await hooked({ auth: { type }, ...more })
  expect((await setSecret(hook, SECRET)).status).toBe(204)
  return hook
}

const event = (id: string, more = {}) => JSON.stringify({ id, event_id: id, ...more })

/** A delivery of each of them, with a chosen id. */
const MAKERS: [type: string, header: string, make: (id: string, more?: object) => Promise<Sent>][] = [
  ['github', 'x-hub-signature-256', (id, more) => gitHub(SECRET, event('same', more), { id })],
  ['stripe', 'stripe-signature', (id, more) => stripe(SECRET, event(id, more))],
  ['slack', 'x-slack-signature', (id, more) => slack(SECRET, event(id, more))],
  ['shopify', 'x-shopify-hmac-sha256', (id, more) => shopify(SECRET, event('same', more), id)],
]

test.each(MAKERS)(
  'a delivery of %s is accepted once, and its run knows its id',
  async (type, header, make) => {
    const hook = await from(type)
    const sent = await make('one')
    const first = await deliver(hook, sent)
    expect(first.status).toBe(202)
    const view = await runOf(first.body.runId).view({})
    expect(view?.trigger).toEqual({ type: 'webhook', key: 'webhook', delivery: 'one' })
    expect((await inputOf(first)).headers).not.toHaveProperty(header)
    const again = await deliver(hook, sent)
    expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
    expect((await deliver(hook, await make('two'))).status).toBe(202)
    expect(await runsOf(hook.workflowId)).toHaveLength(2)
  },
)

test.each(MAKERS)('%s may send the body of a known delivery in another form', async (type, _header, make) => {
  const hook = await from(type)
  const first = await deliver(hook, await make('one', { pending_webhooks: 2 }))
  const again = await deliver(hook, await make('one', { pending_webhooks: 1 }))
  expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
})

test.each(MAKERS)('forgeries in the name of %s are refused', async (type, header, make) => {
  const hook = await from(type)
  const sent = await make('one')
  const signature = sent.headers[header] ?? ''
  const forged: Sent[] = [
    { ...sent, body: sent.body.replace('one', 'two').replace('same', 'other') },
    { ...sent, body: `${sent.body} ` },
    { ...sent, headers: { ...sent.headers, [header]: '' } },
    { ...sent, headers: { ...sent.headers, [header]: signature.slice(0, -1) } },
    { ...sent, headers: { ...sent.headers, [header]: `${signature}, ${signature}x` } },
    { ...sent, headers: {} },
  ]
  for (const one of forged) expect(coded(await deliver(hook, one))).toEqual([401, 'hook.unauthorized'])
  expect(await runsOf(hook.workflowId)).toEqual([])
})

test.each(MAKERS)('ten concurrent equal deliveries of %s start one run', async (type, _header, make) => {
  const hook = await from(type)
  const sent = await make('one')
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(hook, sent)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 202])
  expect(new Set(answers.map(({ body }) => body.runId)).size).toBe(1)
})

test.each(['stripe', 'slack'] as const)(
  'a replay of %s with another content type is the same delivery',
  async (type) => {
    const hook = await from(type)
    const sent = await (type === 'stripe' ? stripe : slack)(SECRET, event('one'))
    const first = await deliver(hook, sent)
    for (const other of ['text/plain', 'application/octet-stream', 'application/x-www-form-urlencoded']) {
      const again = await deliver(hook, { ...sent, headers: { ...sent.headers, 'content-type': other } })
      expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
    }
  },
)

test.each([
  ['stripe', stripe, 'stripe-signature'],
  ['slack', slack, 'x-slack-request-timestamp'],
] as const)('the time that %s signs must be near, and cannot be changed', async (type, make, header) => {
  const hook = await from(type)
  for (const [seconds, status] of [
    [-302, 401],
    [302, 401],
    [-290, 202],
  ] as const)
    expect(
      (await deliver(hook, await make(SECRET, event(`at${seconds}`), nowSeconds() + seconds))).status,
    ).toBe(status)
  const old = await make(SECRET, event('old'), nowSeconds() - 600)
  const now = String(nowSeconds())
  const moved = old.headers[header]?.replace(/\d{9,}/, now) ?? ''
  expect(coded(await deliver(hook, { ...old, headers: { ...old.headers, [header]: moved } }))).toEqual([
    401,
    'hook.unauthorized',
  ])
})

test('a captured delivery of Stripe contains its time once', async () => {
  const hook = await from('stripe')
  const { body, headers } = await stripe(SECRET, event('one'), nowSeconds() - 600)
  const twice = `t=${nowSeconds()},${headers['stripe-signature']}`
  expect((await deliver(hook, { body, headers: { ...headers, 'stripe-signature': twice } })).status).toBe(401)
})

test('Stripe may sign with two secrets during a rotation', async () => {
  const hook = await from('stripe')
  const { body, headers } = await stripe(SECRET, event('one'))
  const rolled = headers['stripe-signature']?.replace(',v1=', `,v1=${'0'.repeat(64)},v1=`) ?? ''
  expect((await deliver(hook, { body, headers: { ...headers, 'stripe-signature': rolled } })).status).toBe(
    202,
  )
})

test('signatures agree with the documentation of GitHub and Slack', async () => {
  const documented = await gitHub("It's a Secret to Everybody", 'Hello, World!')
  expect(documented.headers['x-hub-signature-256']).toBe(
    'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  )
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  const sent = await slack('8f742231b10e8888abcd99yyyzzz85a5', body, 1_531_420_618)
  expect(sent.headers['x-slack-signature']).toBe(
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  )
})

test('a ping of GitHub is answered with 200 and starts no run; a forged one is refused', async () => {
  const hook = await from('github')
  const ping = await deliver(hook, await gitHub(SECRET, '{"zen":"x"}', { event: 'ping' }))
  expect([ping.status, ping.body]).toEqual([200, { runId: null, status: 'ignored', reason: 'ping' }])
  expect((await deliver(hook, await gitHub('another-secret', '{}', { event: 'ping' }))).status).toBe(401)
  expect(await runsOf(hook.workflowId)).toEqual([])
})

test('Slack gets its challenge back as text, only if it is signed, and no run starts', async () => {
  const hook = await from('slack')
  const asking = (challenge: unknown) => JSON.stringify({ type: 'url_verification', challenge })
  const answer = await deliver(hook, await slack(SECRET, asking('<b>3eZbrw</b>')))
  expect([answer.status, answer.text]).toEqual([200, '<b>3eZbrw</b>'])
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await deliver(hook, await slack('another-secret', asking('x')))).status).toBe(401)
  expect(await runsOf(hook.workflowId)).toEqual([])
})

test('a slash command of Slack has no id, and is identified by its signature', async () => {
  const hook = await from('slack')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const at = nowSeconds()
  const send = async (time: number) => {
    const { body, headers } = await slack(SECRET, 'command=%2Fdeploy&text=api', time)
    return deliver(hook, { body, headers: { ...headers, ...form } })
  }
  const first = await send(at)
  expect((await inputOf(first)).body).toEqual({ command: '/deploy', text: 'api' })
  const again = await send(at)
  expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
  expect((await send(at + 1)).body.runId).not.toBe(first.body.runId)
})

test.each([
  ['github', 'x-github-delivery', () => gitHub(SECRET, '{}')],
  ['shopify', 'x-shopify-webhook-id', () => shopify(SECRET, '{}')],
] as const)('a delivery of %s without its id is refused', async (type, header, make) => {
  const hook = await from(type)
  const { body, headers } = await make()
  for (const id of ['', 'x'.repeat(256)])
    expect(coded(await deliver(hook, { body, headers: { ...headers, [header]: id } }))).toEqual([
      400,
      'hook.missing_id',
    ])
})

test('GitHub signs no time: a delivery that is repeated after weeks is still known', async () => {
  const hook = await from('github')
  const sent = await gitHub(SECRET, '{}')
  const first = await deliver(hook, sent)
  clock.advance(20 * 86_400_000)
  const again = await deliver(hook, sent)
  expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
})
