// The effect of the platform role `premium`: the plan of the personal team follows it.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { Plan } from '../../../src/core/plans.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { callWith } from '../users/just-before-commit.ts'

const USERS = '/api/v1/admin/users'
const SUBSCRIPTION = '/api/v1/users/subscription'

const newAdmin = (): Promise<Person> => newPerson({ platformRole: 'admin' })

const giveRole = (admin: Person, userId: string, role: string) =>
  call('PUT', `${USERS}/${userId}/role`, { as: admin, body: { role } })

const planOf = async (person: Person): Promise<Plan> => (await get(SUBSCRIPTION, person)).body.plan

const switchTo = (as: Person, plan: Plan) => call('PUT', SUBSCRIPTION, { as, body: { plan } })

test('the role gives the plan premium to the personal team and to new teams', async () => {
  const admin = await newAdmin()
  const person = await newPerson({ plan: 'free' })
  const given = await giveRole(admin, person.userId, 'premium')
  expect(given.body).toMatchObject({ role: 'premium', plan: 'premium' })
  expect(await planOf(person)).toBe('premium')
  expect((await post('/api/v1/teams', person, { name: 'Made' })).body.plan).toBe('premium')
  const entry = await env.DB.prepare(
    "SELECT before, after FROM audit_log WHERE action = 'user.role_changed' AND target_id = ?",
  )
    .bind(person.userId)
    .first()
  expect(entry).toEqual({
    before: '{"role":"user","plan":"free"}',
    after: '{"role":"premium","plan":"premium"}',
  })
})

test('a user created with the role starts with the plan', async () => {
  const admin = await newAdmin()
  const email = `${newId('usr', clock.now())}@example.com`
  expect((await post(USERS, admin, { email, role: 'premium' })).body.plan).toBe('premium')
  const other = `${newId('usr', clock.now())}@example.com`
  expect((await post(USERS, admin, { email: other })).body.plan).toBe('free')
})

test.each(['user', 'admin'])(
  'the plan ends with the role, for %s, and existing usage stays',
  async (role) => {
    const admin = await newAdmin()
    const person = await newPerson({ plan: 'free' })
    await giveRole(admin, person.userId, 'premium')
    for (let i = 0; i < 4; i++) await newTeam(person)
    expect((await giveRole(admin, person.userId, role)).body.plan).toBe('free')
    expect((await get('/api/v1/teams?count=true', person)).body.total).toBe(5)
    const more = await post('/api/v1/teams', person, { name: 'One more' })
    expect([more.status, more.body.code]).toEqual([402, 'plan.limit_reached'])
  },
)

test('the plan team, chosen by a subscription, stays whether the role is given or taken', async () => {
  const admin = await newAdmin()
  const person = await newPerson({ plan: 'free' })
  await giveRole(admin, person.userId, 'premium')
  expect((await switchTo(person, 'team')).status).toBe(200)
  await giveRole(admin, person.userId, 'user')
  expect(await planOf(person)).toBe('team')
  await giveRole(admin, person.userId, 'premium')
  expect(await planOf(person)).toBe('team')
})

test('with the role, the personal team cannot be set below premium, but shared teams can', async () => {
  const admin = await newAdmin()
  const person = await newPerson({ platformRole: 'premium', plan: 'premium' })
  const refused = await switchTo(person, 'free')
  expect([refused.status, refused.body.code]).toEqual([409, 'resource.conflict'])
  const byAdmin = await call('PATCH', `${USERS}/${person.userId}`, { as: admin, body: { plan: 'free' } })
  expect(byAdmin.status).toBe(409)
  const { owner } = await newTeam(person)
  expect((await switchTo(owner, 'free')).status).toBe(200)

  const meanwhile = await newPerson({ plan: 'premium' })
  const given = () =>
    env.DB.prepare("UPDATE users SET role = 'premium' WHERE id = ?").bind(meanwhile.userId).run()
  const late = await callWith(given, 2, {
    method: 'PUT',
    path: SUBSCRIPTION,
    as: meanwhile,
    body: { plan: 'free' },
  })
  expect([late.status, await planOf(meanwhile)]).toEqual([409, 'premium'])
})
