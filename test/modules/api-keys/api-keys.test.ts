import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { newApiKey } from '../../../src/modules/api-keys/format.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'

const KEYS = '/api/v1/auth/api-keys'

const newKey = async (owner: Person, scopes = ['profile:read'], more: object = {}) =>
  (await post(KEYS, owner, { name: 'Robot', scopes, ...more })).body

test('a key is shown once, works, and is only stored as a hash', async () => {
  const person = await newPerson()
  const made = await newKey(person)
  expect(made.key).toMatch(/^ork_live_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/)
  const me = await get('/api/v1/auth/verify', { apiKey: made.key })
  expect(me.body).toMatchObject({ kind: 'api_key', userId: person.userId, keyId: made.id })
  expect((await get('/api/v1/auth/me', { token: made.key })).body.scopes).toEqual(['profile:read'])

  const list = await get(KEYS, person)
  expect(list.text).not.toContain(made.key)
  expect(list.body.items).toMatchObject([
    { id: made.id, masked: `ork_live_…${made.key.slice(-4)}`, lastUsedAt: expect.any(String) },
  ])
  const row = await env.DB.prepare('SELECT * FROM api_keys WHERE id = ?').bind(made.id).first()
  expect(JSON.stringify(row)).not.toContain(made.key)
  const entry = await env.DB.prepare('SELECT after FROM audit_log WHERE target_id = ?').bind(made.id).first()
  expect(JSON.stringify(entry)).not.toContain(made.key)
})

test('a key without the scope is refused, and no key manages keys or the account', async () => {
  const person = await newPerson()
  const { key } = await newKey(person, ['teams:read'])
  const refused = await get('/api/v1/auth/me', { apiKey: key })
  expect([refused.status, refused.body.code]).toEqual([403, 'access.scope_missing'])
  for (const answer of [
    await get(KEYS, { apiKey: key }),
    await get('/api/v1/auth/sessions', { apiKey: key }),
    await post(KEYS, { apiKey: key }, { name: 'x', scopes: ['profile:read'] }),
    await post('/api/v1/auth/logout', { apiKey: key }, undefined),
  ])
    expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_sign_in_required'])
})

test.each([
  ['a scope that does not exist', { name: 'x', scopes: ['everything'] }],
  ['a scope that no key may carry', { name: 'x', scopes: ['account:manage'] }],
  ['no scopes', { name: 'x', scopes: [] }],
  ['no name', { scopes: ['profile:read'] }],
  ['an unknown field', { name: 'x', scopes: ['profile:read'], userId: 'usr_1' }],
  ['an end in the past', { name: 'x', scopes: ['profile:read'], expiresAt: '2020-01-01T00:00:00Z' }],
  ['an end that is no time', { name: 'x', scopes: ['profile:read'], expiresAt: 'tomorrow' }],
])('a key with %s is refused', async (_what, body) => {
  const refused = await post(KEYS, await newPerson(), body)
  expect([refused.status, refused.body.code]).toEqual([422, 'request.invalid'])
})

test('a key never has more rights than its owner, when it is created, changed and used', async () => {
  const { join } = await newTeam()
  const viewer = await join('viewer')
  const refused = await post(KEYS, viewer, { name: 'x', scopes: ['teams:read', 'teams:write'] })
  expect([refused.status, refused.body.code]).toEqual([403, 'access.denied'])
  const own = await newKey(viewer, ['teams:read'])
  const raised = await call('PATCH', `${KEYS}/${own.id}`, { as: viewer, body: { scopes: ['teams:write'] } })
  expect(raised.status).toBe(403)

  const admin = await join('admin')
  const { key } = await newKey(admin, ['teams:read', 'budgets:read'])
  const use = () => get('/api/v1/auth/verify', { apiKey: key })
  expect((await use()).body.code).toBe('access.scope_missing')
  await env.DB.prepare('DELETE FROM team_members WHERE team_id = ? AND user_id = ?')
    .bind(admin.teamId, admin.userId)
    .run()
  expect((await use()).status).toBe(404)
})

test('a key of one team does not work in another', async () => {
  const person = await newPerson()
  const other = await newTeam(person)
  const { key } = await newKey(person)
  expect((await get('/api/v1/auth/me', { apiKey: key, teamId: person.teamId })).status).toBe(200)
  expect((await get('/api/v1/auth/me', { apiKey: key, teamId: other.teamId })).status).toBe(404)
})

test('a key is renamed and gets other scopes, which apply immediately', async () => {
  const person = await newPerson()
  const made = await newKey(person)
  for (const method of ['PATCH', 'PUT']) {
    const changed = await call(method, `${KEYS}/${made.id}`, { as: person, body: { name: method } })
    expect(changed.body).toMatchObject({ name: method, scopes: ['profile:read'] })
  }
  await call('PATCH', `${KEYS}/${made.id}`, { as: person, body: { scopes: ['teams:read'] } })
  expect((await get('/api/v1/auth/me', { apiKey: made.key })).status).toBe(403)
})

test('a deleted key, an expired key and a mistyped key are refused', async () => {
  const person = await newPerson()
  const made = await newKey(person)
  expect((await call('DELETE', `${KEYS}/${made.id}`, { as: person })).status).toBe(204)
  expect((await get('/api/v1/auth/me', { apiKey: made.key })).body.code).toBe('auth.invalid_key')
  expect((await call('DELETE', `${KEYS}/${made.id}`, { as: person })).status).toBe(404)

  const expiresAt = new Date(clock.now() + DAY_MS).toISOString()
  const short = await newKey(person, ['profile:read'], { expiresAt })
  expect(short.expiresAt).toBe(expiresAt)
  expect((await get('/api/v1/auth/me', { apiKey: short.key })).status).toBe(200)
  clock.advance(DAY_MS)
  expect((await get('/api/v1/auth/me', { apiKey: short.key })).status).toBe(401)
  expect((await get('/api/v1/auth/me', { apiKey: `${made.key.slice(0, -1)}!` })).status).toBe(401)
})

test("another person's key is answered like a missing one, also in the same team", async () => {
  const { owner, join } = await newTeam()
  const member = await join('member')
  const theirs = await newKey(owner)
  for (const id of [theirs.id, 'key_00000000000000000000000000']) {
    expect((await call('DELETE', `${KEYS}/${id}`, { as: member })).status).toBe(404)
    expect((await call('PATCH', `${KEYS}/${id}`, { as: member, body: { name: 'x' } })).status).toBe(404)
  }
  expect((await get(KEYS, member)).body.items).toEqual([])
})

test('the plan limits the keys, also for concurrent requests', async () => {
  const person = await newPerson({ plan: 'free' })
  const answers = await Promise.all(
    Array.from({ length: 7 }, () => post(KEYS, person, { name: 'x', scopes: ['profile:read'] })),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 201, 201, 201, 402, 402])
  const refused = answers.find((answer) => answer.status === 402)
  expect(refused?.body).toMatchObject({ code: 'plan.limit_reached', detail: expect.stringContaining('5') })
})

test('a repeated request creates no second key and shows no secret again', async () => {
  const person = await newPerson()
  const make = () =>
    post(KEYS, person, { name: 'x', scopes: ['profile:read'] }, { 'idempotency-key': 'one-key' })
  const answers = await Promise.all([make(), make(), make()])
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409])
  expect((await make()).body.code).toBe('idempotency.secret_not_replayed')
  expect((await get(KEYS, person)).body.items).toHaveLength(1)
})

test('keys are listed page by page, newest first', async () => {
  const person = await newPerson()
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.unshift((await newKey(person)).id)
  const first = await get(`${KEYS}?limit=2`, person)
  const rest = await get(`${KEYS}?limit=2&cursor=${first.body.nextCursor}`, person)
  expect([...first.body.items, ...rest.body.items].map((one: { id: string }) => one.id)).toEqual(ids)
})

test('a mistyped API key is reported as an invalid key, not as an invalid token', async () => {
  const typo = newApiKey().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
  for (const as of [{ apiKey: typo }, { token: typo }, { apiKey: 'ork_live_short' }]) {
    const refused = await get('/api/v1/teams', as)
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.invalid_key'])
  }
})
