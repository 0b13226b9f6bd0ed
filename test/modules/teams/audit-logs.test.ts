// What the owner and the administrators of a team can read of its log.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { commit } from '../../../src/db/commit.ts'
import { call, get, post } from '../../helpers/api.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'

const logsOf = (teamId: string, query = '') => `/api/v1/teams/${teamId}/audit-logs${query}`

const rename = ({ userId }: Person, name: string) =>
  env.DB.prepare('UPDATE users SET name = ? WHERE id = ?').bind(name, userId).run()

const make = (as: Person, name: string) => post('/api/v1/workflows', as, { name, definition: linear(1) })

const actions = (answer: { body: any }): string[] =>
  answer.body.items.map(({ action }: { action: string }) => action)

test('owner and administrators read the actors, actions and targets, with names', async () => {
  const { owner, join, teamId } = await newTeam()
  const [ann, boss] = [await join('member'), await join('admin')]
  await rename(ann, 'Ann Example')
  const { id } = (await make(ann, 'Monthly report')).body
  await call('PUT', `/api/v1/teams/${teamId}/members/${ann.userId}`, { as: owner, body: { role: 'viewer' } })
  for (const reader of [owner, boss]) {
    const { body } = await get(logsOf(teamId), reader)
    expect(body.items).toMatchObject([
      {
        action: 'member.role_changed',
        actor: { kind: 'user', id: owner.userId, name: 'Test Person', key: null },
        target: { type: 'member', id: ann.userId, name: 'Ann Example' },
        after: { role: 'viewer' },
      },
      {
        action: 'workflow.created',
        actor: { id: ann.userId, name: 'Ann Example' },
        target: { type: 'workflow', id, name: 'Monthly report' },
      },
    ])
  }
  await call('DELETE', `/api/v1/workflows/${id}`, { as: owner })
  const [gone] = (await get(logsOf(teamId, `?target=${id}&sort=createdAt`), owner)).body.items
  expect(gone.target).toEqual({ type: 'workflow', id, name: null })
})

test('members and viewers cannot read it, nor anybody outside', async () => {
  const { join, teamId } = await newTeam()
  for (const role of ['member', 'viewer'] as const)
    expect((await get(logsOf(teamId), await join(role))).status).toBe(403)
  expect((await get(logsOf(teamId), await newPerson({ platformRole: 'admin' }))).status).toBe(404)
})

test('actions of a key contain the key and its owner', async () => {
  const { owner, teamId } = await newTeam()
  const key = (await post('/api/v1/auth/api-keys', owner, { name: 'CI', scopes: ['workflows:write'] })).body
  await call('POST', '/api/v1/workflows', {
    as: { apiKey: key.key },
    body: { name: 'Made by a key', definition: linear(1) },
  })
  const { body } = await get(logsOf(teamId, '?action=workflow.created'), owner)
  expect(body.items[0].actor).toEqual({
    kind: 'api_key',
    id: owner.userId,
    name: 'Test Person',
    key: { id: key.id, name: 'CI' },
  })
  expect((await get(logsOf(teamId, '?action=api_key.created'), owner)).body.items[0].target.name).toBe('CI')
})

test('it contains nothing of another team, and pages and filters stay within it', async () => {
  const { owner, teamId } = await newTeam()
  const other = await newTeam(owner)
  await make(owner, 'one')
  await make(other.owner, 'elsewhere')
  await make(owner, 'two')
  const names = (answer: { body: any }) => answer.body.items.map(({ target }: any) => target.name)
  expect(names(await get(logsOf(teamId), owner))).toEqual(['two', 'one'])
  const page = await get(logsOf(teamId, '?limit=1&count=true'), owner)
  expect([names(page), page.body.total]).toEqual([['two'], 2])
  const rest = await get(logsOf(teamId, `?limit=1&cursor=${page.body.nextCursor}`), owner)
  expect([names(rest), rest.body.nextCursor]).toEqual([['one'], null])
  expect(names(await get(logsOf(teamId, `?actor=${owner.userId}&to=2000-01-01`), owner))).toEqual([])
  expect((await get(logsOf(teamId, `?actor=${(await newPerson()).userId}`), owner)).body.items).toEqual([])
})

test('members’ actions on their own accounts are visible only to themselves', async () => {
  const { owner, join, teamId } = await newTeam()
  const boss = await join('admin')
  const body = { name: 'New Name' }
  await call('PUT', '/api/v1/users/profile', { as: boss, body })
  expect(actions(await get(logsOf(teamId), owner))).toEqual([])
  expect((await get(logsOf(teamId, '?count=true'), owner)).body.total).toBe(0)
  expect(actions(await get(logsOf(teamId), boss))).toEqual(['profile.updated'])
})

test('addresses of non-members and names of platform admins are hidden', async () => {
  const { owner, join, teamId } = await newTeam()
  const [admin, left] = [await newPerson({ platformRole: 'admin' }), await join('member')]
  for (const { userId } of [owner, admin, left])
    await withContext((request) =>
      commit(
        {
          ...request,
          address: '192.0.2.9',
          userAgent: 'agent',
          actor: { kind: 'user', userId, teamId, keyId: null },
        },
        { audit: { action: 'run.deleted', targetType: 'run', targetId: 'run_x' } },
      ),
    )
  await env.DB.prepare('DELETE FROM team_members WHERE user_id = ?').bind(left.userId).run()
  const { body } = await get(logsOf(teamId), owner)
  const logged = body.items.map(({ actor, address, userAgent }: any) => [actor.name, address, userAgent])
  expect(logged).toEqual([
    ['Test Person', null, null],
    ['An administrator of the platform', null, null],
    ['Test Person', '192.0.2.9', 'agent'],
  ])
})
