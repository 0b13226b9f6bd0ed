import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { callWith } from '../users/just-before-commit.ts'

const invitations = (teamId: string, rest = '') => `/api/v1/teams/${teamId}/invitations${rest}`

const invite = (as: Person, teamId: string, email: string, role = 'member', headers = {}) =>
  post(invitations(teamId), as, { email, role }, headers)

const accept = (as: Person, token: string, headers = {}) =>
  call('POST', `/api/v1/teams/invitations/${token}/accept`, { as, headers })

/** The tokens mailed to an address, newest first, read from the outbox, sent or not. */
async function tokensFor(email: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT json_extract(body, '$.text') AS text FROM outbox WHERE json_extract(body, '$.to') = ? ORDER BY rowid DESC",
  )
    .bind(email)
    .all<{ text: string }>()
  return results.map(({ text }) => /invitations\/([\w-]{43})\/accept/.exec(text)?.[1] ?? '')
}

const tokenFor = async (email: string): Promise<string> => (await tokensFor(email))[0] ?? ''

const setPlan = (teamId: string, plan: string) =>
  env.DB.prepare('UPDATE teams SET plan = ? WHERE id = ?').bind(plan, teamId).run()

async function countMembers(teamId: string): Promise<number> {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM team_members WHERE team_id = ?')
    .bind(teamId)
    .first<{ n: number }>()
  return row?.n ?? 0
}

test('an invitation is mailed, and the reader of that mail joins with its role', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const sent = await invite(owner, teamId, guest.email.toUpperCase(), 'admin')
  expect(sent.status).toBe(201)
  expect(sent.body).toMatchObject({
    email: guest.email,
    role: 'admin',
    status: 'pending',
    invitedBy: owner.userId,
  })
  expect(JSON.stringify(sent.body)).not.toContain(await tokenFor(guest.email))
  const joined = await accept(guest, await tokenFor(guest.email))
  expect([joined.status, joined.body.id, joined.body.role]).toEqual([200, teamId, 'admin'])
  const list = await get(invitations(teamId, '?status=accepted&count=true'), owner)
  expect(list.body).toMatchObject({ total: 1, items: [{ id: sent.body.id, status: 'accepted' }] })
})

test('POST to members invites in the same way, and answers alike for addresses with and without an account', async () => {
  const { owner, teamId } = await newTeam()
  const known = await newPerson()
  const path = `/api/v1/teams/${teamId}/members`
  const one = await post(path, owner, { email: known.email })
  const two = await post(path, owner, { email: `nobody-${known.email}` })
  expect([one.status, two.status]).toEqual([202, 202])
  expect(Object.keys(one.body)).toEqual(Object.keys(two.body))
  expect(await countMembers(teamId)).toBe(1)
})

test('an invitation is for its address only, and only once that is verified', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const thief = await newPerson()
  await invite(owner, teamId, guest.email)
  const token = await tokenFor(guest.email)
  const stolen = await accept(thief, token)
  const unknown = await accept(thief, 'A'.repeat(43))
  expect([stolen.status, stolen.body.code]).toEqual([404, 'invitation.invalid'])
  expect({ ...stolen.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' })
  await env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(guest.userId).run()
  const unverified = await accept(guest, token)
  expect([unverified.status, unverified.body.code]).toEqual([403, 'auth.email_not_verified'])
  await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(guest.userId).run()
  expect((await accept(guest, token)).status).toBe(200)
})

test('an invitation accepted many times concurrently creates one member, and is used up', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  await invite(owner, teamId, guest.email)
  const token = await tokenFor(guest.email)
  const answers = await Promise.all(Array.from({ length: 6 }, () => accept(guest, token)))
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  expect(answers.filter((answer) => answer.status >= 500)).toEqual([])
  expect(await countMembers(teamId)).toBe(2)
  const again = await accept(guest, token)
  expect([again.status, again.body.code]).toEqual([404, 'invitation.invalid'])
})

test('accepting with one idempotency key answers the repeated request with the team', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  await invite(owner, teamId, guest.email)
  const token = await tokenFor(guest.email)
  const headers = { 'idempotency-key': 'join-once' }
  const answers = await Promise.all([accept(guest, token, headers), accept(guest, token, headers)])
  expect(answers.map((answer) => [answer.status, answer.body.id])).toEqual([
    [200, teamId],
    [200, teamId],
  ])
})

test('an invitation expires after seven days', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const sent = await invite(owner, teamId, guest.email)
  await env.DB.prepare('UPDATE team_invitations SET expires_at = expires_at - ? WHERE id = ?')
    .bind(7 * DAY_MS, sent.body.id)
    .run()
  expect((await accept(guest, await tokenFor(guest.email))).status).toBe(404)
  expect((await get(invitations(teamId, '?status=expired'), owner)).body.items).toHaveLength(1)
  expect(Date.parse(sent.body.expiresAt) - Date.parse(sent.body.createdAt)).toBe(7 * DAY_MS)
})

test('sending again invalidates the previous token and revives an expired invitation', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const sent = await invite(owner, teamId, guest.email)
  const first = await tokenFor(guest.email)
  await env.DB.prepare('UPDATE team_invitations SET expires_at = 1 WHERE id = ?').bind(sent.body.id).run()
  const again = await call('POST', invitations(teamId, `/${sent.body.id}/resend`), { as: owner })
  expect([again.status, again.body.status]).toEqual([200, 'pending'])
  expect((await accept(guest, first)).status).toBe(404)
  expect((await accept(guest, await tokenFor(guest.email))).status).toBe(200)
  const late = await call('POST', invitations(teamId, `/${sent.body.id}/resend`), { as: owner })
  expect(late.status).toBe(409)
})

test('a revoked invitation cannot be accepted', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const sent = await invite(owner, teamId, guest.email)
  const path = invitations(teamId, `/${sent.body.id}`)
  expect((await call('DELETE', path, { as: owner })).status).toBe(204)
  expect((await accept(guest, await tokenFor(guest.email))).status).toBe(404)
  expect((await call('DELETE', path, { as: owner })).status).toBe(409)
  expect((await call('POST', `${path}/resend`, { as: owner })).status).toBe(409)
  expect((await invite(owner, teamId, guest.email)).status).toBe(201)
})

test('revoking and accepting concurrently results in one of the two', async () => {
  const { owner, teamId } = await newTeam()
  for (let round = 0; round < 5; round++) {
    const guest = await newPerson()
    const sent = await invite(owner, teamId, guest.email)
    const token = await tokenFor(guest.email)
    const [revoked, joined] = await Promise.all([
      call('DELETE', invitations(teamId, `/${sent.body.id}`), { as: owner }),
      accept(guest, token),
    ])
    expect([revoked?.status, joined?.status].sort()).toEqual(joined?.status === 200 ? [200, 409] : [204, 404])
  }
})

test('one address has one open invitation, also with many concurrent requests', async () => {
  const { owner, teamId, join } = await newTeam()
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => invite(owner, teamId, `twice-${teamId}@example.com`)),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409])
  const member = await join('viewer')
  const known = await invite(owner, teamId, member.email)
  expect([known.status, known.body.code]).toEqual([409, 'resource.exists'])
})

test('the same idempotency key sends one invitation and one mail', async () => {
  const { owner, teamId } = await newTeam()
  const email = `once-${teamId}@example.com`
  const headers = { 'idempotency-key': 'invite-once' }
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => invite(owner, teamId, email, 'member', headers)),
  )
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  expect(await tokensFor(email)).toHaveLength(1)
})

test('members and open invitations together stay within the plan, also concurrently', async () => {
  const { owner, teamId } = await newTeam()
  await setPlan(teamId, 'free')
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => invite(owner, teamId, `p${i}-${teamId}@example.com`)),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 201, 201, 402, 402, 402, 402])
  const refused = answers.find((answer) => answer.status === 402)
  expect(refused?.body).toMatchObject({
    code: 'plan.limit_reached',
    errors: [{ path: '/limits/membersPerTeam' }],
  })
})

test('at the limit of members only as many accept as there is room, also concurrently', async () => {
  const { owner, teamId, join } = await newTeam()
  const guests = await Promise.all(Array.from({ length: 4 }, () => newPerson()))
  for (const guest of guests) await invite(owner, teamId, guest.email)
  await join('viewer')
  await join('viewer')
  await setPlan(teamId, 'free')
  const tokens = await Promise.all(guests.map((guest) => tokenFor(guest.email)))
  const answers = await Promise.all(guests.map((guest, i) => accept(guest, tokens[i] ?? '')))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 402, 402])
  expect(await countMembers(teamId)).toBe(5)
})

test('nobody is invited into a personal team, nor as an owner, nor by a member', async () => {
  const person = await newPerson()
  const personal = await invite(person, person.teamId, 'x@example.com')
  expect([personal.status, personal.body.code]).toEqual([409, 'team.personal'])
  const { owner, teamId, join } = await newTeam()
  expect((await invite(owner, teamId, 'x@example.com', 'owner')).status).toBe(422)
  for (const role of ['viewer', 'member'] as const) {
    const member = await join(role)
    expect((await invite(member, teamId, 'x@example.com')).status).toBe(403)
    expect((await get(invitations(teamId), member)).status).toBe(403)
  }
  expect((await invite(await join('admin'), teamId, `y-${teamId}@example.com`, 'admin')).status).toBe(201)
})

test('the invitations of another team cannot be reached', async () => {
  const { owner, teamId } = await newTeam()
  const sent = await invite(owner, teamId, `z-${teamId}@example.com`)
  const other = await newTeam()
  for (const team of [teamId, other.teamId]) {
    const path = invitations(team, `/${sent.body.id}`)
    expect((await call('DELETE', path, { as: other.owner })).status).toBe(404)
    expect((await call('POST', `${path}/resend`, { as: other.owner })).status).toBe(404)
  }
  expect((await get(invitations(teamId), other.owner)).status).toBe(404)
  expect((await get(invitations(other.teamId), other.owner)).body.items).toEqual([])
})

test('invitations are walked page by page, each once', async () => {
  const { owner, teamId } = await newTeam()
  for (let i = 0; i < 5; i++) await invite(owner, teamId, `w${i}-${teamId}@example.com`)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: any = await get(invitations(teamId, `?limit=2${cursor ? `&cursor=${cursor}` : ''}`), owner)
    seen.push(...page.body.items.map((item: { id: string }) => item.id))
    cursor = page.body.nextCursor
  } while (cursor)
  expect([seen.length, new Set(seen).size]).toEqual([5, 5])
})

test('someone who joined in the meantime does not join twice', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  await invite(owner, teamId, guest.email)
  await env.DB.prepare(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'viewer', ?)",
  )
    .bind(teamId, guest.userId, clock.now())
    .run()
  const answer = await accept(guest, await tokenFor(guest.email))
  expect([answer.status, answer.body.code]).toEqual([409, 'resource.exists'])
})

test('the invitations of a disabled person are invalid, and stay so when they are enabled again', async () => {
  const platformAdmin = await newPerson({ platformRole: 'admin' })
  const { owner, teamId, join } = await newTeam()
  const admin = await join('admin')
  const guest = await newPerson()
  await invite(admin, teamId, guest.email, 'admin')
  const token = await tokenFor(guest.email)
  const put = (status: string) =>
    call('PUT', `/api/v1/admin/users/${admin.userId}/status`, { as: platformAdmin, body: { status } })
  expect((await put('disabled')).status).toBe(200)
  expect((await accept(guest, token)).status).toBe(404)
  expect((await get(invitations(teamId), owner)).body.items).toMatchObject([{ status: 'revoked' }])
  await put('active')
  expect((await accept(guest, token)).status).toBe(404)
  expect(await countMembers(teamId)).toBe(2)
})

test('a user who is disabled before the commit sends no invitation', async () => {
  const { owner, teamId } = await newTeam()
  const disabled = () =>
    env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(owner.userId).run()
  const late = await callWith(disabled, 1, {
    method: 'POST',
    path: invitations(teamId),
    as: owner,
    body: { email: `late-${teamId}@example.com` },
  })
  expect(late.status).toBe(409)
  expect(await tokensFor(`late-${teamId}@example.com`)).toEqual([])
})

test('the mail contains no link but ours, whatever the name of the team is', async () => {
  const { owner, teamId } = await newTeam()
  await env.DB.prepare("UPDATE teams SET name = 'https://evil.example/join' WHERE id = ?").bind(teamId).run()
  const email = `guest-${owner.email}`
  await invite(owner, teamId, email)
  const { subject, text } = (await env.DB.prepare(
    "SELECT json_extract(body, '$.subject') AS subject, json_extract(body, '$.text') AS text FROM outbox WHERE json_extract(body, '$.to') = ?",
  )
    .bind(email)
    .first<{ subject: string; text: string }>()) ?? { subject: '', text: '' }
  expect(subject).toBe('Invitation to the team https evil. example/join')
  expect(text).not.toContain('evil.example')
  expect([...text.matchAll(/https?:\/\/[^/\s]+/g)].map(([found]) => found)).not.toContain(
    'https://evil.example',
  )
})

test('nobody can invite with an unverified address', async () => {
  const { owner, teamId } = await newTeam()
  const sent = await invite(owner, teamId, `one-${owner.email}`)
  await env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(owner.userId).run()
  const refused = await invite(owner, teamId, `two-${owner.email}`)
  expect([refused.status, refused.body.code]).toEqual([403, 'auth.email_not_verified'])
  const again = await call('POST', invitations(teamId, `/${sent.body.id}/resend`), { as: owner })
  expect([again.status, again.body.code]).toEqual([403, 'auth.email_not_verified'])
})
