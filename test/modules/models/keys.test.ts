// Keys of the platform and of teams, and the handling of a rejected one.
import { env } from 'cloudflare:workers'
import { afterEach, expect, inject, test } from 'vitest'
import { makeLocalSecrets } from '../../../scripts/local-secrets.ts'
import { forgetBreakers } from '../../../src/modules/models/breaker/breaker.ts'
import { defaultModelChoice, modelsOf } from '../../../src/modules/models/index.ts'
import { rewrapKeys } from '../../../src/modules/models/keys/seal.ts'
import { forgetTargets } from '../../../src/modules/models/targets/targets.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newIntegration } from '../integrations/integrations.ts'

const PATH = '/api/v1/admin/settings/ai-providers'
const base = inject('modelProviders')
const KEY = 'sk-the-key-of-the-platform-9876'

afterEach(async () => {
  await env.DB.batch([
    env.DB.prepare('DELETE FROM ai_providers'),
    env.DB.prepare('DELETE FROM model_breakers'),
  ])
  forgetTargets()
  forgetBreakers()
})

const newAdmin = () => newPerson({ platformRole: 'admin' })
const setKey = async (admin: Person, more: object = {}) => {
  const answer = await post(PATH, admin, {
    provider: 'openai',
    apiKey: KEY,
    baseUrl: `${base}/openai/v1`,
    ...more,
  })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body
}

let calls = 0
const ask = (person: Person, provider: string, model: string, more: object = {}) =>
  withContext((request) =>
    modelsOf({ ...request, teamId: person.teamId }).call(
      {
        rung: { provider, model, ...more },
        messages: [{ role: 'user', content: 'Hello' }],
        key: `key-${calls++}`,
      },
      () => undefined,
      new AbortController().signal,
    ),
  )

test('a key is encrypted, only shown by its end, and never returned', async () => {
  const admin = await newAdmin()
  const made = await setKey(admin, { models: ['ok'], priority: 7 })
  expect(made).toMatchObject({
    provider: 'openai',
    hasKey: true,
    lastFour: '9876',
    models: ['ok'],
    priority: 7,
    enabled: true,
    version: 1,
  })
  const list = await get(PATH, admin)
  const audit = await get('/api/v1/admin/audit-logs?limit=5', admin)
  const row = await env.DB.prepare('SELECT * FROM ai_providers').first<{ sealed: string }>()
  for (const text of [list.text, audit.text, JSON.stringify(row)]) expect(text).not.toContain(KEY)
  expect(row?.sealed).toMatch(/^v1\./)
  const changed = await setKey(admin, { apiKey: undefined, priority: 8 })
  expect(changed).toMatchObject({ lastFour: '9876', priority: 8, version: 2 })
  expect((await call('DELETE', `${PATH}/openai`, { as: admin })).status).toBe(204)
  expect((await call('DELETE', `${PATH}/openai`, { as: admin })).status).toBe(404)
})

test('only administrators of the platform see and set keys', async () => {
  const person = await newPerson()
  expect((await get(PATH, person)).status).toBe(403)
  expect((await post(PATH, person, { provider: 'openai', apiKey: KEY })).status).toBe(403)
})

test('a key is only sent to the URL that it was set for', async () => {
  const admin = await newAdmin()
  await setKey(admin)
  const moved = await post(PATH, admin, { provider: 'openai', baseUrl: `${base}/elsewhere` })
  expect([moved.status, moved.body.errors[0].path]).toEqual([422, '/apiKey'])
  const inside = await post(PATH, admin, { provider: 'openai', apiKey: KEY, baseUrl: 'http://10.0.0.1/v1' })
  expect([inside.status, inside.body.code]).toEqual([422, 'outbound.blocked'])
  const bare = await post(PATH, admin, { provider: 'ollama' })
  expect([bare.status, bare.body.errors[0].path]).toEqual([422, '/baseUrl'])
  const keyless = await post(PATH, admin, { provider: 'anthropic' })
  expect([keyless.status, keyless.body.errors[0].path]).toEqual([422, '/apiKey'])
})

test('testing a key makes one call and reports the result', async () => {
  const admin = await newAdmin()
  await setKey(admin, { models: ['ok'] })
  const good = await post(`${PATH}/openai/test`, admin, {})
  expect(good.body).toMatchObject({ ok: true, model: 'ok' })
  const bad = await post(`${PATH}/openai/test`, admin, { model: 'err401' })
  expect(bad.body).toMatchObject({ ok: false, model: 'err401', error: { reason: 'key_rejected' } })
  expect(bad.text).not.toContain(KEY)
  expect((await post(`${PATH}/google/test`, admin, {})).status).toBe(404)
})

test('keys are encrypted again with a new key', async () => {
  const admin = await newAdmin()
  await setKey(admin)
  const other = JSON.parse((await makeLocalSecrets()).SECRETS_KEYS) as { keys: Record<string, string> }
  const moved = await withContext((request) => {
    const ring = request.settings.SECRETS_KEYS
    const keys = { ...ring.keys, fresh: Object.values(other.keys)[0] as string }
    return rewrapKeys({
      ...request,
      settings: { ...request.settings, SECRETS_KEYS: { current: 'fresh', keys } },
    })
  })
  expect(moved).toBe(1)
  const row = await env.DB.prepare('SELECT sealed FROM ai_providers').first<{ sealed: string }>()
  expect(row?.sealed).toMatch(/^v1\.fresh\./)
})

test('without a key the answer says what to set, and the offline model is the default', async () => {
  const person = await newPerson()
  expect(await ask(person, 'openai', 'ok')).toMatchObject({
    ok: false,
    reason: 'not_configured',
    movesOn: true,
    message: expect.stringContaining('ai.openai'),
  })
  expect(await ask(person, 'acme', 'x')).toMatchObject({ ok: false, reason: 'bad_request', movesOn: false })
  expect(await ask(person, 'workers-ai', 'x')).toMatchObject({ ok: false, reason: 'not_configured' })
  const rung = await withContext((request) => defaultModelChoice({ ...request, teamId: person.teamId }))
  expect(rung).toEqual({ provider: 'offline', model: 'rules-1' })
  expect(await ask(person, 'offline', 'rules-1')).toMatchObject({ ok: true, costMicros: 0, isOffline: true })
})

test("a team's key takes precedence over the platform's, and other teams do not use it", async () => {
  const [admin, person, stranger] = await Promise.all([newAdmin(), newPerson(), newPerson()])
  await setKey(admin, { provider: 'openai-compatible', baseUrl: `${base}/compatible/v1` })
  await newIntegration(person, {
    type: 'ai.compatible',
    config: { baseUrl: `${base}/compatible/v1` },
    secrets: { apiKey: 'the-key-of-the-team-1234' },
    allowedHosts: undefined,
  })
  for (const [who, key] of [
    [person, 'the-key-of-the-team-1234'],
    [stranger, KEY],
  ] as const) {
    const model = `ok~${who.teamId}`
    expect(await ask(who, 'openai-compatible', model)).toMatchObject({ ok: true })
    const seen = (await (await fetch(`${base}/seen/${encodeURIComponent(model)}`)).json()) as any[]
    expect(seen[0].headers.authorization).toBe(`Bearer ${key}`)
  }
})

test('calls have a price, and one of an unknown model has none', async () => {
  const [admin, person] = await Promise.all([newAdmin(), newPerson()])
  await setKey(admin)
  // 14 tokens at 0.25, 4 cached at 0.025, 7 at 2 dollars per million.
  expect(await ask(person, 'openai', 'gpt-5-mini-2025-08-07')).toMatchObject({ ok: true, costMicros: 18 })
  expect(await ask(person, 'openai', 'ok')).toMatchObject({ ok: true, costMicros: null })
})

test('a model that keeps failing is suspended, tried once, and used again', async () => {
  const [admin, person] = await Promise.all([newAdmin(), newPerson()])
  await setKey(admin, { provider: 'deepseek', baseUrl: `${base}/deepseek` })
  const model = 'err503~breaker'
  for (let i = 0; i < 5; i++)
    expect(await ask(person, 'deepseek', model)).toMatchObject({ ok: false, reason: 'overloaded' })
  expect(await ask(person, 'deepseek', model)).toMatchObject({
    ok: false,
    reason: 'breaker_open',
    movesOn: true,
  })
  expect(await ask(person, 'deepseek', 'ok')).toMatchObject({ ok: true })
  clock.advance(31_000)
  const [one, other] = await Promise.all([ask(person, 'deepseek', model), ask(person, 'deepseek', model)])
  expect([one, other].map((answer) => !answer.ok && answer.reason).sort()).toEqual([
    'breaker_open',
    'overloaded',
  ])
  expect(await ask(person, 'deepseek', model)).toMatchObject({ reason: 'breaker_open' })
})

test('failures caused by the caller open no breaker', async () => {
  const [admin, person] = await Promise.all([newAdmin(), newPerson()])
  await setKey(admin, { provider: 'deepseek', baseUrl: `${base}/deepseek` })
  for (let i = 0; i < 6; i++) {
    await ask(person, 'deepseek', 'hang~mine', { timeoutMs: 5 })
    await ask(person, 'deepseek', 'err400~mine')
    await ask(person, 'deepseek', 'empty~mine')
  }
  const { results } = await env.DB.prepare('SELECT * FROM model_breakers').all()
  expect(results).toEqual([])
})

test('a key that is rejected twice in a row is suspended, and the administrators are notified once', async () => {
  const [admin, person] = await Promise.all([newAdmin(), newPerson()])
  await setKey(admin)
  expect(await ask(person, 'openai', 'err401')).toMatchObject({ reason: 'key_rejected' })
  expect(await ask(person, 'openai', 'ok')).toMatchObject({ ok: true })
  expect(await ask(person, 'openai', 'err401')).toMatchObject({ reason: 'key_rejected' })
  expect(await ask(person, 'openai', 'err401')).toMatchObject({ reason: 'key_rejected' })
  expect(await ask(person, 'openai', 'ok')).toMatchObject({ reason: 'key_suspended', movesOn: true })
  const [view] = (await get(PATH, admin)).body.items
  expect(view.suspendedUntil).not.toBeNull()
  await runJobs()
  const notices = (await get('/api/v1/users/notifications', admin)).body.items
  expect(notices.filter(({ title }: any) => title === 'openai rejects the key')).toHaveLength(1)
  clock.advance(901_000)
  expect(await ask(person, 'openai', 'ok')).toMatchObject({ ok: true })
  expect((await get(PATH, admin)).body.items[0].suspendedUntil).toBeNull()
})

test('the list of models shows key, price, health and default', async () => {
  const [admin, person] = await Promise.all([newAdmin(), newPerson()])
  const before = await get('/api/v1/agents/models?configured=true', person)
  expect(before.body.items).toMatchObject([
    { provider: 'offline', model: 'rules-1', isDefault: true, keySource: 'none', health: 'ok' },
  ])
  await setKey(admin)
  const { body } = await get('/api/v1/agents/models?provider=openai&limit=100&count=true', person)
  expect(body.total).toBe(body.items.length)
  const mini = body.items.find(({ model }: any) => model === 'gpt-5-mini')
  expect(mini).toMatchObject({
    contextSize: 400_000,
    prices: [{ inputUsd: 0.25, cachedInputUsd: 0.025, outputUsd: 2, above: 0 }],
    health: 'ok',
    keySource: 'platform',
    isDefault: true,
  })
  const anthropic = await get('/api/v1/agents/models?provider=anthropic', person)
  expect(anthropic.body.items[0]).toMatchObject({
    health: 'not_configured',
    keySource: 'none',
    isDefault: false,
  })
  const pages = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: any = await get(
      `/api/v1/agents/models?limit=30${cursor === '' ? '' : `&cursor=${cursor}`}`,
      person,
    )
    pages.push(...page.body.items.map(({ provider, model }: any) => `${provider} ${model}`))
    cursor = page.body.nextCursor
  }
  expect(new Set(pages).size).toBe(pages.length)
  expect(pages.length).toBeGreaterThan(80)
})
