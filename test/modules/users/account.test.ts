import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { newId } from '../../../src/core/ids.ts'
import { newApiKey } from '../../../src/modules/api-keys/format.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, runJobs } from '../../helpers/jobs.ts'
import { hashOf, newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { callWith } from './just-before-commit.ts'

const PROFILE = '/api/v1/users/profile'
const PASSWORD = 'Correct-Horse-9'

const remove = (as: Person, body: unknown = {}) => call('DELETE', PROFILE, { as, body })

const exists = async (table: string, column: string, value: string): Promise<boolean> =>
  (await env.DB.prepare(`SELECT 1 AS one FROM ${table} WHERE ${column} = ? LIMIT 1`).bind(value).first()) !==
  null

async function keyOf(person: Person): Promise<string> {
  const key = newApiKey()
  await env.DB.prepare(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at)
     VALUES (?, ?, ?, 'k', ?, ?, '["profile:read"]', ?)`,
  )
    .bind(
      newId('key', clock.now()),
      person.teamId,
      person.userId,
      await sha256Hex(key),
      key.slice(-4),
      clock.now(),
    )
    .run()
  return key
}

test('deleting an account ends its tokens and keys immediately and deletes its data', async () => {
  const person = await newPerson()
  const apiKey = await keyOf(person)
  const alone = await post('/api/v1/teams', person, { name: 'Alone' })
  await env.FILES.put(`avatars/${person.userId}/x`, 'x')
  await env.FILES.put(`teams/${alone.body.id}/x`, 'x')
  expect((await remove(person)).status).toBe(204)
  expect((await get(PROFILE, person)).status).toBe(401)
  expect((await get(PROFILE, { apiKey })).status).toBe(401)
  for (const [table, column, value] of [
    ['users', 'id', person.userId],
    ['sessions', 'user_id', person.userId],
    ['api_keys', 'user_id', person.userId],
    ['team_members', 'user_id', person.userId],
    ['teams', 'id', person.teamId],
    ['teams', 'id', alone.body.id],
  ] as const)
    expect([table, await exists(table, column, value)]).toEqual([table, false])
  expect(await exists('audit_log', 'target_id', person.userId)).toBe(true)
  await runJobs()
  expect(await env.FILES.head(`avatars/${person.userId}/x`)).toBeNull()
  expect(await env.FILES.head(`teams/${alone.body.id}/x`)).toBeNull()
  expect((await mailTo(person.email)).map((mail) => mail.subject)).toEqual(['Your account was deleted'])
})

test('teams shared with others must be transferred first, and are listed', async () => {
  const { owner, teamId, join } = await newTeam()
  const heir = await join('member')
  const refused = await remove(owner)
  expect([refused.status, refused.body.errors]).toEqual([
    409,
    [{ resourceId: teamId, message: 'Test team has 1 more member', code: 'team.shared' }],
  ])
  expect((await get(PROFILE, owner)).status).toBe(200)
  await call('PATCH', `/api/v1/teams/${teamId}/members/${heir.userId}`, {
    as: owner,
    body: { role: 'owner' },
  })
  expect((await remove(owner)).status).toBe(204)
  expect((await get(`/api/v1/teams/${teamId}/members?count=true`, heir)).body.total).toBe(1)
})

test('a person who joins while the account is deleted never ends up in a deleted team', async () => {
  for (let round = 0; round < 5; round++) {
    const { owner, teamId } = await newTeam()
    const guest = await newPerson()
    await post(`/api/v1/teams/${teamId}/invitations`, owner, { email: guest.email })
    const mail = await env.DB.prepare(
      "SELECT json_extract(body, '$.text') AS text FROM outbox WHERE json_extract(body, '$.to') = ?",
    )
      .bind(guest.email)
      .first<{ text: string }>()
    const token = /invitations\/([\w-]{43})/.exec(mail?.text ?? '')?.[1]
    const [deleted, joined] = await Promise.all([
      remove(owner),
      call('POST', `/api/v1/teams/invitations/${token}/accept`, { as: guest }),
    ])
    const team = await get(`/api/v1/teams/${teamId}`, guest)
    if (joined.status === 200) expect([deleted.status, team.status]).toEqual([409, 200])
    else expect([deleted.status, joined.status, team.status]).toEqual([204, 404, 404])
  }
})

test('a member who joins between the check and the deletion saves the team and the account', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const joins = () =>
    env.DB.prepare("INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'viewer', 1)")
      .bind(teamId, guest.userId)
      .run()
  const answer = await callWith(joins, 1, { method: 'DELETE', path: PROFILE, as: owner, body: {} })
  expect([answer.status, answer.body.errors?.[0].resourceId]).toEqual([409, teamId])
  expect((await get(PROFILE, owner)).status).toBe(200)
  expect((await get(`/api/v1/teams/${teamId}`, guest)).status).toBe(200)
})

test('a password that is set between the check and the deletion saves the account', async () => {
  const person = await newPerson()
  const isSet = () =>
    env.DB.prepare("UPDATE users SET password_hash = 'new' WHERE id = ?").bind(person.userId).run()
  const answer = await callWith(isSet, 1, { method: 'DELETE', path: PROFILE, as: person, body: {} })
  expect([answer.status, answer.body.code]).toEqual([409, 'resource.conflict'])
  expect((await get(PROFILE, person)).status).toBe(200)
})

test('a team that is created between the check and the deletion is not lost with its files', async () => {
  const person = await newPerson()
  const isMade = () => post('/api/v1/teams', person, { name: 'Late' })
  const answer = await callWith(isMade, 1, { method: 'DELETE', path: PROFILE, as: person, body: {} })
  expect(answer.status).toBe(409)
  expect((await get('/api/v1/teams', person)).body.items).toHaveLength(2)
})

test('the last administrator cannot delete the account', async () => {
  const admin = await newPerson({ platformRole: 'admin' })
  const others = () =>
    env.DB.prepare(
      "UPDATE users SET status = 'disabled' WHERE role = 'admin' AND id <> ? AND status = 'active'",
    )
      .bind(admin.userId)
      .run()
  const { results } = await env.DB.prepare(
    "SELECT id FROM users WHERE role = 'admin' AND status = 'active' AND id <> ?",
  )
    .bind(admin.userId)
    .all<{ id: string }>()
  await others()
  const refused = await remove(admin)
  // Others in this storage are restored before anything is expected, so that a failure here does not affect them.
  for (const { id } of results)
    await env.DB.prepare("UPDATE users SET status = 'active' WHERE id = ?").bind(id).run()
  expect([refused.status, refused.body.code]).toEqual([409, 'resource.conflict'])
  await newPerson({ platformRole: 'admin' })
  expect((await remove(admin)).status).toBe(204)
})

test('an account with a password is only deleted with it, one without only after a recent sign-in', async () => {
  const person = await newPerson()
  await env.DB.prepare('UPDATE users SET password_hash = ? WHERE id = ?')
    .bind(await hashOf(PASSWORD), person.userId)
    .run()
  expect((await remove(person)).status).toBe(401)
  expect((await remove(person, { password: 'Wrong-Horse-9' })).status).toBe(401)
  expect((await get(PROFILE, person)).status).toBe(200)
  expect((await remove(person, { password: PASSWORD })).status).toBe(204)

  const other = await newPerson()
  await env.DB.prepare('UPDATE sessions SET created_at = ? WHERE id = ?')
    .bind(clock.now() - 11 * MINUTE_MS, other.sessionId)
    .run()
  const late = await remove(other)
  expect([late.status, late.body.code]).toEqual([403, 'auth.fresh_sign_in_required'])
})

test('open invitations of a deleted administrator are revoked in the remaining teams', async () => {
  const { owner, teamId, join } = await newTeam()
  const admin = await join('admin')
  await post(`/api/v1/teams/${teamId}/invitations`, admin, { email: `d-${teamId}@example.com` })
  expect((await remove({ ...admin, teamId: '' })).status).toBe(204)
  const list = await get(`/api/v1/teams/${teamId}/invitations`, owner)
  expect(list.body.items).toMatchObject([{ status: 'revoked' }])
})

test('the statistics count only the user’s own data', async () => {
  const { owner } = await newTeam()
  await keyOf(owner)
  const stats = await get('/api/v1/users/stats', owner)
  expect(stats.body).toMatchObject({
    teams: 2,
    ownedTeams: 2,
    activeSessions: 1,
    apiKeys: 1,
    lastActionAt: null,
  })
  await call('PUT', PROFILE, { as: owner, body: { name: 'X' } })
  expect((await get('/api/v1/users/stats', owner)).body.lastActionAt).not.toBeNull()
})

test('stored or queued mail for an account is deleted with it, and nobody else loses any', async () => {
  const [person, neighbour] = [await newPerson(), await newPerson()]
  const insert = env.DB.prepare(
    "INSERT INTO mailbox (id, recipient, subject, text_body, created_at) VALUES (?, ?, 'Choose a new password', 'token', ?)",
  )
  const waiting = env.DB.prepare(
    `INSERT INTO outbox (id, type, body, request_id, status, next_at, created_at)
     VALUES (?1, 'mail.send', json_object('type', 'mail.send', 'to', ?2, 'subject', 's', 'text', 't'), 'req', ?3, ?4, ?4)`,
  )
  const [now, later] = [clock.now(), clock.now() + 3_600_000]
  for (const { email } of [person, neighbour])
    await env.DB.batch([
      insert.bind(newId('mail', now), email, now),
      waiting.bind(newId('msg', now), email, 'dead', later),
    ])
  expect((await remove(person)).status).toBe(204)
  const left = async (email: string) => [
    (await mailTo(email)).map((mail) => mail.subject),
    (
      await env.DB.prepare(
        "SELECT count(*) AS n FROM outbox WHERE status = 'dead' AND json_extract(body, '$.to') = ?",
      )
        .bind(email)
        .first<{ n: number }>()
    )?.n,
  ]
  expect(await left(person.email)).toEqual([['Your account was deleted'], 0])
  expect(await left(neighbour.email)).toEqual([['Choose a new password'], 1])
})
