import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { periodOf } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { addUsage, LEVEL_PERIOD } from '../../../src/modules/usage/index.ts'
import { app, call, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { callWith } from './just-before-commit.ts'

const PREFERENCES = '/api/v1/users/preferences'
const SUBSCRIPTION = '/api/v1/users/subscription'

const prefer = (as: Person, body: unknown) => call('PUT', PREFERENCES, { as, body })
const switchTo = (as: Person, plan: string) => call('PUT', SUBSCRIPTION, { as, body: { plan } })

async function use(teamId: string, period: string, metric: string, amount: number): Promise<void> {
  const { sql, params } = addUsage(teamId, period, metric, amount).toSQL()
  await env.DB.prepare(sql)
    .bind(...params)
    .run()
}

test('preferences begin with defaults, and missing fields do not change', async () => {
  const person = await newPerson()
  expect((await get(PREFERENCES, person)).body).toMatchObject({
    locale: 'en',
    timezone: 'UTC',
    theme: 'system',
  })
  await prefer(person, { timezone: 'Europe/Berlin', notifications: { email: false } })
  await prefer(person, { theme: 'dark', notifications: { digest: 'weekly' } })
  expect((await get(PREFERENCES, person)).body).toEqual({
    locale: 'en',
    timezone: 'Europe/Berlin',
    theme: 'dark',
    notifications: { email: false, inApp: true, digest: 'weekly' },
    extra: {},
  })
})

test('different fields set concurrently are all kept', async () => {
  const person = await newPerson()
  await Promise.all([
    prefer(person, { locale: 'pt-BR' }),
    prefer(person, { theme: 'light' }),
    prefer(person, { notifications: { email: false } }),
    prefer(person, { notifications: { inApp: false } }),
    prefer(person, { extra: { a: 1 } }),
  ])
  expect((await get(PREFERENCES, person)).body).toMatchObject({
    locale: 'pt-BR',
    theme: 'light',
    notifications: { email: false, inApp: false },
    extra: { a: 1 },
  })
})

test('extra is replaced as a whole and keeps nulls and nesting', async () => {
  const person = await newPerson()
  await prefer(person, { extra: { old: true, kept: null } })
  const extra = { board: { columns: ['a', null, 3] }, none: null, '$.theme': 'x' }
  expect((await prefer(person, { extra })).body.extra).toEqual(extra)
  expect((await prefer(person, { theme: 'dark' })).body.extra).toEqual(extra)
})

test('extra allows 8 KB counted in bytes, not one more', async () => {
  const person = await newPerson()
  const room = 8192 - JSON.stringify({ text: '' }).length
  expect((await prefer(person, { extra: { text: 'x'.repeat(room) } })).status).toBe(200)
  expect((await prefer(person, { extra: { text: 'x'.repeat(room + 1) } })).status).toBe(422)
  expect((await prefer(person, { extra: { text: 'ä'.repeat(room - 1) } })).status).toBe(422)
})

test.each([
  ['a made-up zone', { timezone: 'Mars/Olympus' }],
  ['a made-up language', { locale: 'not a tag' }],
  ['a made-up theme', { theme: 'pink' }],
  ['an unknown field', { role: 'admin' }],
  ['an unknown notification', { notifications: { pigeon: true } }],
  ['extra that is a list', { extra: [1] }],
])('preferences with %s are refused', async (_what, body) => {
  const person = await newPerson()
  expect((await prefer(person, body)).status).toBe(422)
})

test("the subscription is that of the request's team, with limits and usage", async () => {
  const { owner, teamId, join } = await newTeam()
  await join('viewer')
  const period = periodOf(clock.now())
  await use(teamId, period, 'runs', 12)
  await use(teamId, LEVEL_PERIOD, 'workflows', 3)
  const shared = await get(SUBSCRIPTION, owner)
  expect(shared.body).toMatchObject({
    teamId,
    plan: 'team',
    changeable: true,
    limits: { membersPerTeam: null },
  })
  expect(shared.body.usage).toMatchObject({ teams: null, membersPerTeam: 2, runsPerMonth: 12, workflows: 3 })
  const { teamId: _shared, ...person } = owner
  expect((await get(SUBSCRIPTION, person as Person)).body.usage.teams).toBe(1)
})

test.each([
  ['viewer', 403],
  ['member', 403],
  ['admin', 403],
] as const)('the role %s sees the subscription but may not change it', async (role, status) => {
  const { teamId, join } = await newTeam()
  const person = await join(role)
  const read = await get(SUBSCRIPTION, person)
  expect([read.status, read.body.teamId, read.body.changeable]).toEqual([200, teamId, false])
  expect((await switchTo(person, 'premium')).status).toBe(status)
})

test('the plan of another team cannot be changed', async () => {
  const { teamId } = await newTeam()
  const stranger = await newPerson()
  expect((await get(SUBSCRIPTION, { ...stranger, teamId })).status).toBe(404)
  expect((await switchTo({ ...stranger, teamId }, 'free')).status).toBe(404)
})

test('the owner changes the plan, which applies immediately and is audited', async () => {
  const { owner, teamId } = await newTeam()
  expect((await switchTo(owner, 'premium')).body).toMatchObject({
    plan: 'premium',
    limits: { membersPerTeam: 20 },
  })
  expect((await get(`/api/v1/teams/${teamId}`, owner)).body.plan).toBe('premium')
  const row = await env.DB.prepare(
    "SELECT before, after FROM audit_log WHERE action = 'plan.changed' AND target_id = ?",
  )
    .bind(teamId)
    .first()
  expect(row).toEqual({ before: '{"plan":"team"}', after: '{"plan":"premium"}' })
})

test('a plan that is too small for the current usage is refused with the exceeded limits', async () => {
  const { owner, teamId, join } = await newTeam()
  for (let i = 0; i < 5; i++) await join('viewer')
  await use(teamId, LEVEL_PERIOD, 'workflows', 51)
  const refused = await switchTo(owner, 'free')
  expect(refused.status).toBe(409)
  expect(refused.body.errors.map((one: { path: string }) => one.path)).toEqual([
    '/limits/membersPerTeam',
    '/limits/workflows',
  ])
  expect((await switchTo(owner, 'premium')).status).toBe(200)
})

test('keys count per member, like when they are created', async () => {
  const { owner, teamId, join } = await newTeam()
  const member = await join('member')
  const insert = env.DB.prepare(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at) VALUES (?1, ?2, ?3, 'k', ?1, 'abcd', '[]', 1)`,
  )
  for (const [person, count] of [
    [owner, 4],
    [member, 5],
  ] as const)
    for (let i = 0; i < count; i++) await insert.bind(newId('key', clock.now()), teamId, person.userId).run()
  expect((await get(SUBSCRIPTION, owner)).body.usage.apiKeys).toBe(5)
  expect((await switchTo(owner, 'free')).status).toBe(200)
  await switchTo(owner, 'premium')
  await insert.bind(newId('key', clock.now()), teamId, member.userId).run()
  expect((await switchTo(owner, 'free')).body.errors?.[0].path).toBe('/limits/apiKeys')
})

test('every counted limit can block a smaller plan', async () => {
  for (const [period, metric, amount, path] of [
    [LEVEL_PERIOD, 'storageBytes', 2 * 1024 ** 3, 'storageBytes'],
    [periodOf(clock.now()), 'runs', 10_001, 'runsPerMonth'],
  ] as const) {
    const { owner, teamId } = await newTeam()
    await use(teamId, period, metric, amount)
    const refused = await switchTo(owner, 'free')
    expect([refused.status, refused.body.errors?.[0].path]).toEqual([409, `/limits/${path}`])
  }
  const busy = await newTeam()
  const insert = env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, slot)
     VALUES (?1, ?2, 1, 'Test', 'running', 'manual', 1, 1, ?1)`,
  )
  await env.DB.batch(Array.from({ length: 21 }, () => insert.bind(newId('run', clock.now()), busy.teamId)))
  expect((await switchTo(busy.owner, 'free')).body.errors?.[0].path).toBe('/limits/concurrentRuns')
  const person = await newPerson()
  for (let i = 0; i < 4; i++) await newTeam(person)
  const refused = await switchTo(person, 'free')
  expect([refused.status, refused.body.errors?.[0].path]).toEqual([409, '/limits/teams'])
})

test('usage added between the check and the plan change must fit the new plan', async () => {
  const { owner, teamId, join } = await newTeam()
  const fiveJoin = () => Promise.all(Array.from({ length: 5 }, () => join('viewer')))
  const request = { method: 'PUT', path: SUBSCRIPTION, as: owner, body: { plan: 'free' } }
  const refused = await callWith(fiveJoin, 2, request)
  expect([refused.status, refused.body.errors?.[0].path]).toEqual([409, '/limits/membersPerTeam'])
  expect((await get(`/api/v1/teams/${teamId}`, owner)).body.plan).toBe('team')
})

test('an operator can reserve plans for administrators', async () => {
  const ask = async (as: Person): Promise<Response> => {
    const ctx = createExecutionContext()
    const request = new Request(`http://orrery.test${SUBSCRIPTION}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${as.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ plan: 'premium' }),
    })
    const response = await app.fetch(request, { ...env, PLAN_SELF_SERVICE: 'false' }, ctx)
    await waitOnExecutionContext(ctx)
    return response
  }
  const refused = await ask(await newPerson())
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'access.denied'])
  expect((await ask(await newPerson({ platformRole: 'admin' }))).status).toBe(200)
})
