import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { app, call, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { callWith } from '../users/just-before-commit.ts'

const USERS = '/api/v1/admin/users'
const planPath = (teamId: string) => `/api/v1/admin/teams/${teamId}/subscription`

const newAdmin = (): Promise<Person> => newPerson({ platformRole: 'admin' })

const change = (as: Person, path: string, body: object, headers: Record<string, string> = {}) =>
  call('PATCH', path, { as, body, headers })

const planOf = async (teamId: string) =>
  (await env.DB.prepare('SELECT plan FROM teams WHERE id = ?').bind(teamId).first<{ plan: string }>())?.plan

const entriesOf = async (targetId: string) =>
  (
    await env.DB.prepare(
      'SELECT action, team_id AS team, before, after FROM audit_log WHERE target_id = ? ORDER BY seq',
    )
      .bind(targetId)
      .all<{ action: string; team: string; before: string; after: string }>()
  ).results

test('if plans are only changed by administrators, they change the plan of any team by PUT and PATCH', async () => {
  const admin = await newAdmin()
  const { teamId } = await newTeam()
  for (const [method, plan] of [
    ['PUT', 'premium'],
    ['PATCH', 'free'],
  ] as const) {
    const ctx = createExecutionContext()
    const request = new Request(`http://orrery.test${planPath(teamId)}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ plan }),
    })
    const response = await app.fetch(request, { ...env, PLAN_SELF_SERVICE: 'false' }, ctx)
    expect([response.status, ((await response.json()) as { plan: string }).plan]).toEqual([200, plan])
    await waitOnExecutionContext(ctx)
  }
  expect(await planOf(teamId)).toBe('free')
  expect(await entriesOf(teamId)).toEqual([
    { action: 'plan.changed', team: 'system', before: '{"plan":"team"}', after: '{"plan":"premium"}' },
    { action: 'plan.changed', team: 'system', before: '{"plan":"premium"}', after: '{"plan":"free"}' },
  ])
})

test('an administrator sees the usage of a team with its limits, and a plan that is too small is refused', async () => {
  const admin = await newAdmin()
  const { teamId, join } = await newTeam()
  for (let i = 0; i < 5; i++) await join('viewer')
  const read = await get(planPath(teamId), admin)
  expect(read.body).toMatchObject({ teamId, plan: 'team', changeable: true, usage: { membersPerTeam: 6 } })
  const refused = await change(admin, planPath(teamId), { plan: 'free' })
  expect([refused.status, refused.body.errors?.[0].path]).toEqual([409, '/limits/membersPerTeam'])
  const nowhere = newId('team', clock.now())
  expect((await get(planPath(nowhere), admin)).status).toBe(404)
  expect((await change(admin, planPath(nowhere), { plan: 'free' })).status).toBe(404)
  const { owner } = await newTeam()
  expect((await change(owner, planPath(owner.teamId), { plan: 'premium' })).status).toBe(403)
})

test('members who join between the check and the change by an administrator must fit, too', async () => {
  const admin = await newAdmin()
  const { teamId, join } = await newTeam()
  const fiveJoin = () => Promise.all(Array.from({ length: 5 }, () => join('viewer')))
  const request = { method: 'PUT', path: planPath(teamId), as: admin, body: { plan: 'free' } }
  const refused = await callWith(fiveJoin, 2, request)
  expect([refused.status, refused.body.errors?.[0].path]).toEqual([409, '/limits/membersPerTeam'])
  expect(await planOf(teamId)).toBe('team')
})

test('an administrator who loses the role before the commit changes no plan', async () => {
  const admin = await newAdmin()
  const { teamId } = await newTeam()
  const demoted = () => env.DB.prepare("UPDATE users SET role = 'user' WHERE id = ?").bind(admin.userId).run()
  const request = { method: 'PUT', path: planPath(teamId), as: admin, body: { plan: 'premium' } }
  const refused = await callWith(demoted, 2, request)
  expect([refused.status, await planOf(teamId)]).toEqual([403, 'team'])
})

test('the plan of the personal team is changed with the user, alone or with other fields, all or nothing', async () => {
  const admin = await newAdmin()
  const person = await newPerson()
  const path = `${USERS}/${person.userId}`
  const alone = await change(admin, path, { plan: 'premium' })
  expect([alone.status, alone.body.plan, alone.body.version]).toEqual([200, 'premium', 2])
  expect(await entriesOf(person.teamId)).toMatchObject([{ action: 'plan.changed', team: 'system' }])
  const both = await change(admin, path, { plan: 'team', name: 'Renamed' }, { 'if-match': '"2"' })
  expect(both.body).toMatchObject({ plan: 'team', name: 'Renamed', version: 3 })
  expect(await entriesOf(person.userId)).toMatchObject([
    {
      action: 'user.updated',
      before: '{"fields":["name"],"plan":"premium"}',
      after: '{"fields":["name"],"plan":"team"}',
    },
  ])
  expect((await change(admin, path, { plan: 'free' }, { 'if-match': '"2"' })).status).toBe(412)

  for (let i = 0; i < 4; i++) await newTeam(person)
  const refused = await change(admin, path, { plan: 'free', name: 'Not this' })
  expect([refused.status, refused.body.errors?.[0].path]).toEqual([409, '/limits/teams'])
  const taken = await change(admin, path, { plan: 'premium', email: admin.email })
  expect([taken.status, taken.body.code]).toEqual([409, 'auth.email_taken'])
  expect((await get(path, admin)).body).toMatchObject({ plan: 'team', name: 'Renamed', version: 3 })
})

test('a plan that was based on an outdated version of the user is not changed', async () => {
  const admin = await newAdmin()
  const person = await newPerson()
  const renamed = () =>
    env.DB.prepare("UPDATE users SET name = 'Other', version = version + 1 WHERE id = ?")
      .bind(person.userId)
      .run()
  const request = {
    method: 'PATCH',
    path: `${USERS}/${person.userId}`,
    as: admin,
    body: { plan: 'free', name: 'Mine' },
  }
  const refused = await callWith(renamed, 2, request)
  expect([refused.status, await planOf(person.teamId)]).toEqual([412, 'team'])
})
