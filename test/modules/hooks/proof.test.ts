import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newTeam } from '../../helpers/people.ts'
import {
  deliver,
  hexOf,
  hmacOf,
  hooked,
  inputOf,
  JSON_TYPE,
  nowSeconds,
  runsOf,
  setSecret,
  signed,
} from './deliver.ts'

const SECRET = 'correct-horse-battery'
const coded = (answer: { status: number; body: any }) => [answer.status, answer.body.code]

async function proving(auth: Record<string, unknown>, secret = SECRET) {
  const hook = await hooked({ auth: { credential: 'trigger', ...auth } })
  expect((await setSecret(hook, secret)).status).toBe(204)
  return hook
}

test('the secret of the trigger reaches no run, wherever in a delivery it is', async () => {
  const hook = await proving({ type: 'header', header: 'X-Hook-Secret' })
  const good = await deliver(hook, {
    path: `?token=${SECRET}`,
    body: JSON.stringify({ token: SECRET, note: `it is ${SECRET}.`, basic: btoa(`u:${SECRET}`) }),
    headers: { ...JSON_TYPE, 'x-hook-secret': SECRET, 'x-copy': `Token ${SECRET}` },
  })
  const input = await inputOf(good)
  expect(input).toMatchObject({
    query: { token: '[redacted]' },
    headers: { 'x-copy': 'Token [redacted]' },
    body: { token: '[redacted]', note: 'it is [redacted].' },
  })
  expect(input.body.basic).toContain('[redacted]')
})

test('a header must contain the secret, which the run never sees', async () => {
  const hook = await proving({ type: 'header', header: 'X-Hook-Secret' })
  const good = await deliver(hook, { headers: { 'x-hook-secret': SECRET } })
  expect(good.status).toBe(202)
  expect(JSON.stringify(await inputOf(good))).not.toContain(SECRET)
  for (const given of [
    {},
    { 'x-hook-secret': 'wrong' },
    { 'x-hook-secret': `${SECRET}x` },
    { 'x-hook-secret': '' },
  ])
    expect(coded(await deliver(hook, { headers: given as Record<string, string> }))).toEqual([
      401,
      'hook.unauthorized',
    ])
})

test('a delivery signed by Standard Webhooks is accepted', async () => {
  const hook = await proving({ type: 'hmac' })
  const answer = await deliver(hook, await signed(SECRET, '{"a":1}'))
  expect([answer.status, (await inputOf(answer)).body]).toEqual([202, { a: 1 }])
})

test('a secret with whsec_ is base64, and one valid signature among several is enough', async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  const hook = await proving({ type: 'hmac' }, `whsec_${btoa(String.fromCharCode(...bytes))}`)
  const sent = await signed(bytes, '{}')
  sent.headers['webhook-signature'] = `v1,AAAA v1a,BBBB ${sent.headers['webhook-signature']}`
  expect((await deliver(hook, sent)).status).toBe(202)
})

test.each([
  ['another body', { body: '{"a":2}' }, {}],
  ['another id', {}, { 'webhook-id': 'msg_other' }],
  ['no id', {}, { 'webhook-id': '' }],
  ['no signature', {}, { 'webhook-signature': '' }],
  ['a signature of another kind', {}, { 'webhook-signature': 'v2,AAAA' }],
  ['no time', {}, { 'webhook-timestamp': '' }],
  ['a time that is none', {}, { 'webhook-timestamp': '1e9' }],
])('%s is refused', async (_what, body, headers) => {
  const hook = await proving({ type: 'hmac' })
  const sent = await signed(SECRET, '{"a":1}')
  const answer = await deliver(hook, { ...sent, ...body, headers: { ...sent.headers, ...headers } })
  expect(coded(answer)).toEqual([401, 'hook.unauthorized'])
})

test('the signature of another secret is refused', async () => {
  const hook = await proving({ type: 'hmac' })
  expect((await deliver(hook, await signed('another-secret', '{}'))).status).toBe(401)
})

test.each([
  [-299, 202],
  [299, 202],
  [-302, 401],
  [302, 401],
])('a delivery %i seconds from now is answered with %i', async (seconds, status) => {
  const hook = await proving({ type: 'hmac' })
  expect((await deliver(hook, await signed(SECRET, '{}', { at: nowSeconds() + seconds }))).status).toBe(
    status,
  )
})

test('the tolerance of the trigger applies', async () => {
  const hook = await proving({ type: 'hmac', toleranceMs: 10_000 })
  expect((await deliver(hook, await signed(SECRET, '{}', { at: nowSeconds() - 20 }))).status).toBe(401)
})

test('a repeated delivery is answered with 200 and its first run, signed again or not', async () => {
  const hook = await proving({ type: 'hmac' })
  const id = `msg_${crypto.randomUUID()}`
  const at = nowSeconds()
  const first = await deliver(hook, await signed(SECRET, '{"a":1}', { id, at }))
  expect(first.status).toBe(202)
  for (const time of [at, at + 1]) {
    const again = await deliver(hook, await signed(SECRET, '{"a":1}', { id, at: time }))
    expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
  }
  expect((await deliver(hook, await signed(SECRET, '{"a":1}', { at }))).body.runId).not.toBe(first.body.runId)
})

test('ten concurrent copies of a delivery start one run', async () => {
  const hook = await proving({ type: 'hmac' })
  const sent = await signed(SECRET, '{}')
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(hook, sent)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 202])
  expect(new Set(answers.map(({ body }) => body.runId)).size).toBe(1)
})

test.each([
  ['sha256', 'SHA-256', ''],
  ['sha256', 'SHA-256', 'sha256='],
  ['sha512', 'SHA-512', 'sha512='],
])('a custom header contains the %s of the body', async (algorithm, hash, prefix) => {
  const hook = await proving({ type: 'hmac', header: 'X-Hub-Signature', algorithm })
  const signature = prefix + hexOf(await hmacOf(SECRET, '{"a":1}', hash))
  const send = (body: string) =>
    deliver(hook, { body, headers: { ...JSON_TYPE, 'x-hub-signature': signature } })
  expect((await send('{"a":1}')).status).toBe(202)
  expect((await send('{"a":2}')).status).toBe(401)
})

test('a signature without a time starts one run, however late it is repeated', async () => {
  const hook = await proving({ type: 'hmac', header: 'x-sig', toleranceMs: 1_000 })
  const headers = { 'x-sig': hexOf(await hmacOf(SECRET, 'ping')) }
  const send = () => deliver(hook, { body: 'ping', headers })
  expect((await send()).status).toBe(202)
  for (const ms of [0, 1_100, 3_600_000, 30 * 86_400_000]) {
    clock.advance(ms)
    expect((await send()).status).toBe(200)
  }
  expect(await runsOf(hook.workflowId)).toHaveLength(1)
})

test('another body with the same webhook-id is refused, not mistaken for the first', async () => {
  const hook = await proving({ type: 'hmac' })
  const id = `msg_${crypto.randomUUID()}`
  const at = nowSeconds()
  const first = await deliver(hook, await signed(SECRET, '{"a":1}', { id, at }))
  expect(coded(await deliver(hook, await signed(SECRET, '{"a":2}', { id, at: at + 1 })))).toEqual([
    422,
    'idempotency.mismatch',
  ])
  const again = await deliver(hook, await signed(SECRET, '{"a":1}', { id, at: at + 2 }))
  expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
})

test('with a time the signature includes it, so neither can be added, changed or left out', async () => {
  const hook = await proving({ type: 'hmac', header: 'x-sig' })
  const at = String(nowSeconds())
  const timed = hexOf(await hmacOf(SECRET, `${at}.ping`))
  const bare = hexOf(await hmacOf(SECRET, 'ping'))
  const send = (headers: Record<string, string>) => deliver(hook, { body: 'ping', headers })
  expect((await send({ 'x-sig': timed, 'webhook-timestamp': at })).status).toBe(202)
  expect((await send({ 'x-sig': timed, 'webhook-timestamp': at })).status).toBe(200)
  expect((await send({ 'x-sig': timed, 'webhook-timestamp': String(Number(at) + 1) })).status).toBe(401)
  expect((await send({ 'x-sig': timed })).status).toBe(401)
  expect((await send({ 'x-sig': bare, 'webhook-timestamp': at })).status).toBe(401)
})

test('a trigger that needs a signature and has no secret accepts nothing', async () => {
  const unset = await hooked({ auth: { type: 'hmac', credential: 'trigger' } })
  expect(coded(await deliver(unset, await signed(SECRET, '{}')))).toEqual([503, 'hook.not_configured'])
  const other = await hooked({ auth: { type: 'hmac', credential: 'int_shop' } })
  await setSecret(other, SECRET)
  const answer = await deliver(other, await signed(SECRET, '{}'))
  expect(coded(answer)).toEqual([503, 'hook.not_configured'])
  expect(answer.body.detail).toContain('int_shop')
})

test('the key of the trigger means its secret, too', async () => {
  const hook = await hooked({ key: 'orders', auth: { type: 'hmac', credential: 'orders' } })
  await setSecret(hook, SECRET)
  expect((await deliver(hook, await signed(SECRET, '{}'))).status).toBe(202)
})

test('a secret is encrypted, audited without its value, and set by people who may write workflows', async () => {
  const hook = await proving({ type: 'hmac' })
  const row = await env.DB.prepare('SELECT secret FROM workflow_triggers WHERE id = ?')
    .bind(hook.trigger.id)
    .first<{ secret: string }>()
  expect(row?.secret).toMatch(/^v1\./)
  const audit = await env.DB.prepare('SELECT action, after FROM audit_log WHERE target_id = ?')
    .bind(hook.trigger.id)
    .first<{ action: string; after: string }>()
  expect(audit?.action).toBe('trigger.secret_set')
  expect(JSON.stringify([row, audit])).not.toContain(SECRET)
  const path = `/api/v1/workflows/${hook.workflowId}/triggers`
  const put = (key: string, as: any, body: unknown = { secret: SECRET }) =>
    call('PUT', `${path}/${key}/secret`, { as, body })
  expect((await put('none', hook.person)).status).toBe(404)
  expect((await put('webhook', (await newTeam()).owner)).status).toBe(404)
  expect((await put('webhook', hook.person, { secret: 'short' })).status).toBe(422)
})
