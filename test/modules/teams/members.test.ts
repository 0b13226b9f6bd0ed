import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { newId } from '../../../src/core/ids.ts'
import { newApiKey } from '../../../src/modules/api-keys/format.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'

const members = (teamId: string, userId?: string) =>
  `/api/v1/teams/${teamId}/members${userId ? `/${userId}` : ''}`

const setRole = (as: Person, teamId: string, userId: string, role: string) =>
  call('PATCH', members(teamId, userId), { as, body: { role } })

const remove = (as: Person, teamId: string, userId: string) => call('DELETE', members(teamId, userId), { as })

async function rolesIn(teamId: string): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare('SELECT user_id AS id, role FROM team_members WHERE team_id = ?')
    .bind(teamId)
    .all<{ id: string; role: string }>()
  return Object.fromEntries(results.map(({ id, role }) => [id, role]))
}

async function auditOf(
  action: string,
  targetId: string,
): Promise<{ before: unknown; after: unknown } | null> {
  const row = await env.DB.prepare(
    'SELECT before, after FROM audit_log WHERE action = ? AND target_id = ? ORDER BY seq DESC',
  )
    .bind(action, targetId)
    .first<{ before: string | null; after: string | null }>()
  return row && { before: JSON.parse(row.before ?? 'null'), after: JSON.parse(row.after ?? 'null') }
}

test('members are listed page by page, each once, also while others join', async () => {
  const { owner, teamId, join } = await newTeam()
  const ids = [owner.userId]
  for (let i = 0; i < 4; i++) ids.push((await join('member')).userId)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: any = await get(`${members(teamId)}?limit=2${cursor ? `&cursor=${cursor}` : ''}`, owner)
    seen.push(...page.body.items.map((member: { userId: string }) => member.userId))
    cursor = page.body.nextCursor
    if (seen.length === 2) await join('viewer')
  } while (cursor)
  expect([...seen].sort()).toEqual([...ids].sort())
})

test('the list filters by role and counts', async () => {
  const { owner, teamId, join } = await newTeam()
  const admin = await join('admin')
  await join('viewer')
  const page = await get(`${members(teamId)}?role=admin&count=true`, owner)
  expect(page.body).toMatchObject({
    total: 1,
    items: [{ userId: admin.userId, email: admin.email, role: 'admin' }],
  })
})

test('the members of another team are answered like those of a missing team', async () => {
  const { teamId, join } = await newTeam()
  const member = await join('member')
  const stranger = await newPerson()
  for (const answer of [
    await get(members(teamId), stranger),
    await setRole(stranger, teamId, member.userId, 'viewer'),
    await remove(stranger, teamId, member.userId),
    await post(members(teamId), stranger, { email: 'x@example.com' }),
  ])
    expect(answer.status).toBe(404)
})

test('a user who is only in another team cannot be changed or removed', async () => {
  const { owner, teamId } = await newTeam()
  const other = await newTeam()
  const outsider = await other.join('member')
  expect((await setRole(owner, teamId, outsider.userId, 'viewer')).status).toBe(404)
  expect((await remove(owner, teamId, outsider.userId)).status).toBe(404)
  expect((await rolesIn(other.teamId))[outsider.userId]).toBe('member')
})

test('a changed role applies immediately and is audited with before and after', async () => {
  const { owner, teamId, join } = await newTeam()
  const member = await join('member')
  expect((await get(`/api/v1/teams/${teamId}/invitations`, member)).status).toBe(403)
  const changed = await setRole(owner, teamId, member.userId, 'admin')
  expect([changed.status, changed.body.role]).toEqual([200, 'admin'])
  expect((await get(`/api/v1/teams/${teamId}/invitations`, member)).status).toBe(200)
  expect(await auditOf('member.role_changed', member.userId)).toEqual({
    before: { role: 'member' },
    after: { role: 'admin' },
  })
})

test('an administrator grants and takes the role admin, but cannot change the owner', async () => {
  const { owner, teamId, join } = await newTeam()
  const admin = await join('admin')
  const member = await join('member')
  expect((await setRole(admin, teamId, member.userId, 'admin')).status).toBe(200)
  expect((await setRole(admin, teamId, member.userId, 'viewer')).status).toBe(200)
  expect((await setRole(admin, teamId, member.userId, 'owner')).status).toBe(403)
  expect((await setRole(admin, teamId, admin.userId, 'owner')).status).toBe(403)
  expect((await setRole(admin, teamId, owner.userId, 'member')).status).toBe(403)
  expect((await remove(admin, teamId, owner.userId)).status).toBe(403)
})

test.each(['viewer', 'member'] as const)(
  'the role %s changes nobody and removes only itself',
  async (role) => {
    const { teamId, join } = await newTeam()
    const person = await join(role)
    const other = await join('viewer')
    expect((await setRole(person, teamId, other.userId, 'member')).status).toBe(403)
    expect((await remove(person, teamId, other.userId)).status).toBe(403)
    expect((await remove(person, teamId, person.userId)).status).toBe(204)
    expect((await get(`/api/v1/teams/${teamId}`, person)).status).toBe(404)
    expect(await auditOf('member.left', person.userId)).toEqual({ before: { role }, after: null })
  },
)

test('the owner can neither leave nor change their role, only transfer ownership', async () => {
  const { owner, teamId, join } = await newTeam()
  await join('admin')
  const left = await remove(owner, teamId, owner.userId)
  const down = await setRole(owner, teamId, owner.userId, 'admin')
  expect([left.status, left.body.code]).toEqual([409, 'team.last_owner'])
  expect([down.status, down.body.code]).toEqual([409, 'team.last_owner'])
})

test('the personal team cannot be left', async () => {
  const person = await newPerson()
  const answer = await remove(person, person.teamId, person.userId)
  expect([answer.status, answer.body.code]).toEqual([409, 'team.personal'])
})

test('a transfer swaps the roles and the owner of the team', async () => {
  const { owner, teamId, join } = await newTeam()
  const heir = await join('viewer')
  const answer = await setRole(owner, teamId, heir.userId, 'owner')
  expect([answer.status, answer.body.role]).toEqual([200, 'owner'])
  expect(await rolesIn(teamId)).toEqual({ [owner.userId]: 'admin', [heir.userId]: 'owner' })
  expect((await get(`/api/v1/teams/${teamId}`, heir)).body.ownerId).toBe(heir.userId)
  expect(await auditOf('team.transferred', heir.userId)).toMatchObject({
    before: { ownerId: owner.userId, role: 'viewer' },
    after: { ownerId: heir.userId },
  })
})

test('of several concurrent transfers exactly one counts, and there is one owner', async () => {
  const { owner, teamId, join } = await newTeam()
  const heirs = [await join('admin'), await join('member'), await join('viewer')]
  const answers = await Promise.all(heirs.map((heir) => setRole(owner, teamId, heir.userId, 'owner')))
  const won = answers.filter((answer) => answer.status === 200)
  expect(won).toHaveLength(1)
  for (const lost of answers.filter((answer) => answer.status !== 200))
    expect([403, 409]).toContain(lost.status)
  const owners = Object.entries(await rolesIn(teamId)).filter(([, role]) => role === 'owner')
  const team = await env.DB.prepare('SELECT owner_id AS id FROM teams WHERE id = ?').bind(teamId).first()
  expect(owners.map(([id]) => ({ id }))).toEqual([team])
})

test('a team is not transferred to a person whose plan has no room for it, nor to a disabled account', async () => {
  const { owner, teamId, join } = await newTeam()
  const full = await join('member')
  await env.DB.prepare("UPDATE teams SET plan = 'free' WHERE owner_id = ? AND personal = 1")
    .bind(full.userId)
    .run()
  for (let i = 0; i < 3; i++) await newTeam(full)
  const refused = await setRole(owner, teamId, full.userId, 'owner')
  expect([refused.status, refused.body.code]).toEqual([402, 'plan.limit_reached'])
  const disabled = await join('member')
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(disabled.userId).run()
  expect((await setRole(owner, teamId, disabled.userId, 'owner')).status).toBe(409)
  expect((await rolesIn(teamId))[owner.userId]).toBe('owner')
})

test('removing and changing a member concurrently results in one of the two', async () => {
  const { owner, teamId, join } = await newTeam()
  const admin = await join('admin')
  for (let round = 0; round < 5; round++) {
    const member = await join('member')
    const [removed, changed] = await Promise.all([
      remove(owner, teamId, member.userId),
      setRole(admin, teamId, member.userId, 'viewer'),
    ])
    const role = (await rolesIn(teamId))[member.userId]
    if (removed?.status === 204) expect(role).toBeUndefined()
    else expect([removed?.status, changed?.status, role]).toEqual([409, 200, 'viewer'])
    expect([200, 404, 409]).toContain(changed?.status)
  }
})

test('two administrators who remove each other concurrently cannot both succeed', async () => {
  const { teamId, join } = await newTeam()
  for (let round = 0; round < 5; round++) {
    const [one, two] = [await join('admin'), await join('admin')]
    const answers = await Promise.all([remove(one, teamId, two.userId), remove(two, teamId, one.userId)])
    expect(answers.filter((answer) => answer.status === 204)).toHaveLength(1)
  }
})

async function keyOf(person: Person, teamId: string): Promise<string> {
  const key = newApiKey()
  await env.DB.prepare(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at) VALUES (?, ?, ?, 'k', ?, 'abcd', '["teams:read"]', ?)`,
  )
    .bind(newId('key', clock.now()), teamId, person.userId, await sha256Hex(key), clock.now())
    .run()
  return key
}

test('a removed member’s keys in the team end with it, those elsewhere continue', async () => {
  const { owner, teamId, join } = await newTeam()
  const member = await join('member')
  const personal = await env.DB.prepare('SELECT personal_team_id AS id FROM users WHERE id = ?')
    .bind(member.userId)
    .first<{ id: string }>()
  const here = await keyOf(member, teamId)
  const elsewhere = await keyOf(member, personal?.id ?? '')
  const read = (apiKey: string, id: string) => call('GET', `/api/v1/teams/${id}`, { as: { apiKey } })
  expect((await read(here, teamId)).status).toBe(200)
  expect((await remove(owner, teamId, member.userId)).status).toBe(204)
  expect((await read(here, teamId)).status).toBe(401)
  expect((await get(`/api/v1/teams/${teamId}`, member)).status).toBe(404)
  expect((await read(elsewhere, personal?.id ?? '')).status).toBe(200)
  expect(await auditOf('member.removed', member.userId)).toEqual({ before: { role: 'member' }, after: null })
})

test.each(['removed', 'made a member'])(
  'the open invitations of an administrator who is %s are revoked',
  async (what) => {
    const { owner, teamId, join } = await newTeam()
    const admin = await join('admin')
    const sent = await post(`/api/v1/teams/${teamId}/invitations`, admin, {
      email: `back-${what.length}@example.com`,
    })
    if (what === 'removed') await remove(owner, teamId, admin.userId)
    else await setRole(owner, teamId, admin.userId, 'member')
    const list = await get(`/api/v1/teams/${teamId}/invitations?status=revoked`, owner)
    expect(list.body.items.map((item: { id: string }) => item.id)).toEqual([sent.body.id])
  },
)

test('an API key cannot change the members of a team', async () => {
  const { owner, teamId, join } = await newTeam()
  const member = await join('member')
  const apiKey = await keyOf(owner, teamId)
  const answer = await call('DELETE', members(teamId, member.userId), { as: { apiKey } })
  expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_sign_in_required'])
})

test.each([
  ['an unknown role', { role: 'god' }],
  ['no role', {}],
  ['more than a role', { role: 'viewer', email: 'x@example.com' }],
])('a change with %s is refused', async (_what, body) => {
  const { owner, teamId, join } = await newTeam()
  const member = await join('member')
  expect((await call('PATCH', members(teamId, member.userId), { as: owner, body })).status).toBe(422)
})
