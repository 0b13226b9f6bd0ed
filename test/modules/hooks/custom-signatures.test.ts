// Deliveries of GitLab, and of senders with their own kind of signature.
import { expect, test } from 'vitest'
import { call, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { newIntegration, PATH } from '../integrations/integrations.ts'
import {
  deliver,
  echo,
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

const SECRET = 'correct-horse-battery-staple'
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

async function from(auth: Record<string, unknown>) {
  const hook = await hooked({ auth })
  expect((await setSecret(hook, SECRET)).status).toBe(204)
  return hook
}

const gitLab = (more: Record<string, string>) => ({
  body: '{"object_kind":"push"}',
  headers: { ...JSON_TYPE, ...more },
})

test.each([
  ['Idempotency-Key', 'idempotency-key'],
  ['X-Gitlab-Event-UUID', 'x-gitlab-event-uuid'],
])('GitLab authenticates with its secret token, and %s identifies the delivery', async (_name, header) => {
  const hook = await from({ type: 'gitlab' })
  const sent = gitLab({ 'x-gitlab-token': SECRET, [header]: 'one' })
  const first = await deliver(hook, sent)
  expect(first.status).toBe(202)
  expect((await runOf(first.body.runId).view({}))?.trigger).toMatchObject({ delivery: 'one' })
  expect((await inputOf(first)).headers).not.toHaveProperty('x-gitlab-token')
  expect((await deliver(hook, sent)).status).toBe(200)
  expect((await deliver(hook, gitLab({ 'x-gitlab-token': SECRET, [header]: 'two' }))).status).toBe(202)
  for (const token of ['', 'wrong', `${SECRET} `, SECRET.slice(0, -1), `${SECRET}x`])
    expect([token, (await deliver(hook, gitLab({ 'x-gitlab-token': token }))).status]).toEqual([
      token,
      token.trim() === SECRET ? 202 : 401,
    ])
})

test('GitLab may sign with a signing token instead', async () => {
  const hook = await from({ type: 'gitlab' })
  const sent = await signed(SECRET, '{"object_kind":"push"}', { id: 'signed-1' })
  const first = await deliver(hook, sent)
  expect(first.status).toBe(202)
  expect((await deliver(hook, sent)).body.runId).toBe(first.body.runId)
  // Nothing else compensates for a wrong signature.
  const forged = { ...sent, body: '{}' }
  expect((await deliver(hook, forged)).status).toBe(401)
  const stale = await signed(SECRET, '{}', { at: nowSeconds() - 301 })
  expect((await deliver(hook, stale)).status).toBe(401)
})

const HEADERS = { header: 'X-Sign', timestampHeader: 'X-Time', signedIdHeader: 'X-Id' }

test.each([
  ['hex', hexOf],
  ['base64', base64],
] as const)('a signature in %s, with id and time in their own headers', async (encoding, write) => {
  const hook = await from({ type: 'hmac', ...HEADERS, encoding, prefix: 'v1=', separator: ':' })
  const make = async (id: string, at: number | string, body = '{"a":1}') => ({
    body,
    headers: {
      ...JSON_TYPE,
      'x-id': id,
      'x-time': String(at),
      'x-sign': `v1=${write(await hmacOf(SECRET, `${id}:${at}:${body}`))}`,
    },
  })
  const sent = await make('one', nowSeconds())
  const first = await deliver(hook, sent)
  expect(first.status).toBe(202)
  expect((await inputOf(first)).headers).not.toHaveProperty('x-sign')
  expect((await deliver(hook, sent)).status).toBe(200)
  expect((await deliver(hook, await make('two', nowSeconds() * 1_000))).status).toBe(202)
  const refused = [
    await make('three', nowSeconds() - 400),
    await make('three', 'now'),
    { ...sent, body: '{"a":2}' },
    { ...sent, headers: { ...sent.headers, 'x-id': 'four' } },
    { ...sent, headers: { ...sent.headers, 'x-time': String(nowSeconds() + 1) } },
    { ...sent, headers: { ...JSON_TYPE, 'x-sign': sent.headers['x-sign'], 'x-id': 'one' } },
    {
      ...sent,
      headers: { ...JSON_TYPE, 'x-sign': sent.headers['x-sign'], 'x-time': sent.headers['x-time'] },
    },
    { body: sent.body, headers: JSON_TYPE },
  ]
  for (const one of refused) expect((await deliver(hook, one as typeof sent)).status).toBe(401)
  expect(await runsOf(hook.workflowId)).toHaveLength(2)
})

test('base64 is case-sensitive, and hex is not', async () => {
  const body = '{"b":1}'
  const mac = await hmacOf(SECRET, body)
  const inHex = await from({ type: 'hmac', header: 'X-Sign' })
  expect(
    (
      await deliver(inHex, {
        body,
        headers: { ...JSON_TYPE, 'x-sign': `sha256=${hexOf(mac).toUpperCase()}` },
      })
    ).status,
  ).toBe(202)
  const inBase64 = await from({ type: 'hmac', header: 'X-Sign', encoding: 'base64' })
  expect(
    (await deliver(inBase64, { body, headers: { ...JSON_TYPE, 'x-sign': base64(mac).toLowerCase() } }))
      .status,
  ).toBe(401)
  expect((await deliver(inBase64, { body, headers: { ...JSON_TYPE, 'x-sign': base64(mac) } })).status).toBe(
    202,
  )
})

test('fields for an own header are refused without one', async () => {
  const person = await newPerson()
  const save = (auth: object) =>
    post('/api/v1/workflows', person, {
      name: 'Hook',
      definition: echo,
      active: false,
      triggers: [{ type: 'webhook', auth: { type: 'hmac', ...auth } }],
    })
  for (const [auth, code] of [
    [{ encoding: 'base64' }, 'trigger.hmac_needs_header'],
    [{ header: 'X-Sign', signedIdHeader: 'X-Id' }, 'trigger.hmac_needs_time'],
  ] as const)
    expect((await save(auth)).body.errors).toMatchObject([{ code }])
  expect((await save({ header: 'X-Sign', encoding: 'base64', timestampHeader: 'X-Time' })).status).toBe(201)
})

test('a trigger uses the secret of an integration, and both values during a rotation', async () => {
  const person = await newPerson()
  const integration = await newIntegration(person, {
    type: 'github',
    name: 'Our GitHub',
    secrets: { token: 'ghp_0123456789abcdef', webhookSecret: SECRET },
    allowedHosts: undefined,
  })
  const saved = await post('/api/v1/workflows', person, {
    name: 'Push',
    definition: echo,
    triggers: [{ type: 'webhook', auth: { type: 'github', credential: 'Our GitHub' } }],
  })
  expect(saved.status).toBe(201)
  const trigger = { id: '', key: '', token: saved.body.triggers[0].url.split('/').at(-1) as string }
  let count = 0
  const push = async (secret: string) => {
    const body = JSON.stringify({ push: ++count })
    const headers = {
      ...JSON_TYPE,
      'x-github-event': 'push',
      'x-github-delivery': `d${count}`,
      'x-hub-signature-256': `sha256=${hexOf(await hmacOf(secret, body))}`,
    }
    return (await deliver({ trigger }, { body, headers })).status
  }
  expect([await push(SECRET), await push('another-secret')]).toEqual([202, 401])
  const rotate = (webhookSecret: string, overlapS: number) =>
    post(`${PATH}/${integration.id}/rotate`, person, { secrets: { webhookSecret }, overlapS })
  await rotate('the-next-secret', 3_600)
  expect([await push(SECRET), await push('the-next-secret'), await push('another-secret')]).toEqual([
    202, 202, 401,
  ])
  await rotate('the-third-secret', 0)
  expect([await push('the-next-secret'), await push('the-third-secret')]).toEqual([401, 202])
  const missing = await newIntegration(person, {
    type: 'github',
    secrets: { token: 'ghp_0123456789abcdef' },
    allowedHosts: undefined,
  })
  const other = await post('/api/v1/workflows', person, {
    name: 'Push 2',
    definition: echo,
    triggers: [{ type: 'webhook', auth: { type: 'github', credential: missing.id } }],
  })
  expect(other.body.errors).toMatchObject([
    { path: '/triggers/0/auth/credential', code: 'credential.unusable' },
  ])
  await call('PATCH', `${PATH}/${integration.id}`, { as: person, body: { secrets: { webhookSecret: null } } })
  const unset = await deliver({ trigger }, { body: '{}', headers: JSON_TYPE })
  expect([unset.status, unset.body.code]).toEqual([503, 'hook.not_configured'])
})
