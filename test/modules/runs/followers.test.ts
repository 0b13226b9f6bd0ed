// Followers of a run are disconnected when their rights end, for any reason. The others continue.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { type Caller, call, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, purgeExpired, runJobs } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { objectOf, runOf } from '../../helpers/runs.ts'
import { PASSWORD, refresh, registered, signIn } from '../auth/accounts.ts'
import { askSocket, cutOff, inIndex, RUNS, socket, startedBy, stream } from './followers.ts'

const NEW_PASSWORD = 'Green-Comet-43'

/** A team with a waiting run, followed by a member and by its owner, who stays. */
async function followed() {
  const { owner, join, teamId } = await newTeam()
  const member = await join('member')
  const runId = await startedBy(owner)
  return { owner, member, teamId, runId, stays: await socket(runId, owner) }
}

/** A user who can sign in, in a team of another user, whose run they may follow. */
async function signedIn() {
  const { owner, teamId } = await newTeam()
  const person = await registered()
  await env.DB.prepare(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'member', ?)",
  )
    .bind(teamId, person.userId, clock.now())
    .run()
  const runId = await startedBy(owner)
  const again = (await signIn(person.email)).body
  const inTeam = (token: string): Caller => ({ token, teamId })
  const first = await socket(runId, inTeam(person.token))
  const second = await socket(runId, inTeam(again.accessToken))
  return { owner, person, again, runId, first, second, stays: await socket(runId, owner) }
}

async function keyOf(
  person: Person,
  more: Record<string, unknown> = {},
): Promise<{ id: string; apiKey: string }> {
  const body = { name: 'follow', scopes: ['runs:read', 'runs:write'], ...more }
  const made = await post('/api/v1/auth/api-keys', person, body)
  expect(made.status).toBe(201)
  return { id: made.body.id, apiKey: made.body.key }
}

const ok = async (answer: Promise<{ status: number; text: string }>): Promise<void> => {
  const { status, text } = await answer
  expect(status, text).toBeLessThan(300)
}

/** The run continues, and followers who may still follow it get that. */
async function goesOn(runId: string, stays: Awaited<ReturnType<typeof socket>>): Promise<void> {
  await runOf(runId).signal({ name: 'other', data: null, by: 'me' })
  await eventually(() => expect(stays.types.at(-1)).toBe('event'))
  expect(stays.closed()).toBeNull()
  stays.close()
}

const lastAdmin = (): Promise<Person> => newPerson({ platformRole: 'admin' })

test('a disabled account is disconnected', async () => {
  const { member, runId, stays } = await followed()
  const follower = await socket(runId, member)
  const body = { status: 'disabled' }
  await ok(
    call('PUT', `/api/v1/admin/users/${member.userId}/status`, {
      as: { token: (await lastAdmin()).token },
      body,
    }),
  )
  await cutOff(follower)
  await goesOn(runId, stays)
})

test('an account that an administrator deletes is disconnected', async () => {
  const { member, runId, stays } = await followed()
  const follower = await socket(runId, member)
  await ok(
    call('DELETE', `/api/v1/admin/users/${member.userId}`, { as: { token: (await lastAdmin()).token } }),
  )
  await cutOff(follower)
  await goesOn(runId, stays)
})

test('an account that deletes itself is disconnected', async () => {
  const { person, runId, first, second, stays } = await signedIn()
  const as = { token: person.token }
  await ok(call('DELETE', '/api/v1/users/profile', { as, body: { password: PASSWORD } }))
  await cutOff(first)
  await cutOff(second)
  await goesOn(runId, stays)
})

test('a session that signs out is disconnected, and the other one of the same person continues', async () => {
  const { person, runId, first, second } = await signedIn()
  await ok(post('/api/v1/auth/logout', { token: person.token }, undefined))
  await cutOff(first)
  await goesOn(runId, second)
})

test('a session that is revoked from another is disconnected', async () => {
  const { person, again, runId, first, second } = await signedIn()
  const { sub: _sub, sid } = JSON.parse(atob(again.accessToken.split('.')[1])) as { sub: string; sid: string }
  await ok(call('DELETE', `/api/v1/auth/sessions/${sid}`, { as: { token: person.token } }))
  await cutOff(second)
  await goesOn(runId, first)
})

test('all other sessions are disconnected immediately, the current one continues', async () => {
  const { person, runId, first, second } = await signedIn()
  await ok(call('DELETE', '/api/v1/auth/sessions', { as: { token: person.token } }))
  await cutOff(second)
  await goesOn(runId, first)
})

test('a session whose refresh token was used twice is disconnected', async () => {
  const { person, runId, first, second } = await signedIn()
  expect((await refresh(person.refreshToken)).status).toBe(200)
  expect((await refresh(person.refreshToken)).status).toBe(401)
  await cutOff(first)
  await goesOn(runId, second)
})

test('a changed password disconnects everything that was opened before', async () => {
  const { person, runId, first, second, stays } = await signedIn()
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
  await ok(call('PUT', '/api/v1/auth/password', { as: { token: person.token }, body }))
  await cutOff(first)
  await cutOff(second)
  await goesOn(runId, stays)
})

test('a reset password disconnects everything that was opened before', async () => {
  const { person, runId, first, second, stays } = await signedIn()
  await ok(post('/api/v1/auth/password/forgot', undefined, { email: person.email }))
  const mail = (await mailTo(person.email)).find(({ subject }) => subject === 'Choose a new password')
  const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0]
  await ok(post('/api/v1/auth/password/reset', undefined, { token, newPassword: NEW_PASSWORD }))
  await cutOff(first)
  await cutOff(second)
  await goesOn(runId, stays)
})

test('a deleted key is disconnected, another one of the same person continues', async () => {
  const { member, runId, stays } = await followed()
  const [gone, kept] = [await keyOf(member), await keyOf(member)]
  const [first, second] = [await socket(runId, gone), await socket(runId, kept)]
  await ok(call('DELETE', `/api/v1/auth/api-keys/${gone.id}`, { as: member }))
  await cutOff(first)
  await goesOn(runId, second)
  stays.close()
})

test('a key that may not read runs any more is disconnected', async () => {
  const { member, runId, stays } = await followed()
  const key = await keyOf(member)
  const follower = await socket(runId, key)
  const path = `/api/v1/auth/api-keys/${key.id}`
  await ok(call('PATCH', path, { as: member, body: { name: 'renamed' } }))
  await runJobs()
  expect(follower.closed()).toBeNull()
  await ok(call('PATCH', path, { as: member, body: { scopes: ['workflows:read'] } }))
  await cutOff(follower)
  await goesOn(runId, stays)
})

test('a removed member is disconnected, with their session and their keys', async () => {
  const { owner, member, teamId, runId, stays } = await followed()
  const [bySession, byKey] = [await socket(runId, member), await socket(runId, await keyOf(member))]
  const withoutTeam = await socket(runId, { token: member.token })
  await ok(call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, { as: owner }))
  await cutOff(bySession)
  await cutOff(withoutTeam)
  await cutOff(byKey)
  await goesOn(runId, stays)
})

test('a deleted team disconnects all who follow its runs', async () => {
  const { owner, member, teamId, runId, stays } = await followed()
  const follower = await socket(runId, member)
  await ok(call('DELETE', `/api/v1/teams/${teamId}`, { as: owner }))
  // Its runs are removed at the same time: one of the two comes first.
  await eventually(async () => {
    await runJobs()
    for (const one of [follower, stays]) expect([1000, 1008]).toContain(one.closed()?.code)
  })
  await eventually(async () => expect(await inIndex(runId)).toBe(0))
})

test('an event stream ends with the rights, and gets no later event', async () => {
  const { owner, member, teamId, runId, stays } = await followed()
  const follower = await stream(runId, member)
  await ok(call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, { as: owner }))
  await eventually(async () => {
    await runJobs()
    expect(follower.ended()).toBe(true)
  })
  await goesOn(runId, stays)
  expect(follower.text()).not.toContain('signal.received')
})

test('a socket that hibernates is disconnected too', async () => {
  const { owner, member, teamId, runId, stays } = await followed()
  const follower = await socket(runId, member)
  await evictDurableObject(objectOf(runId) as never)
  await ok(call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, { as: owner }))
  await cutOff(follower)
  await goesOn(runId, stays)
})

test('rights that end while a socket is being opened open none', async () => {
  const { member, runId, stays } = await followed()
  const { userId, teamId, sessionId } = member
  const rights = JSON.stringify({ userId, teamId, sessionId, keyId: null })
  await ok(post('/api/v1/auth/logout', { token: member.token }, undefined))
  const query = new URLSearchParams({ afterSeq: '0', rights })
  for (const headers of [{ upgrade: 'websocket' }, { accept: 'text/event-stream' }]) {
    const response = await runOf(runId).fetch(`https://run/?${query}`, { headers: headers as never })
    expect([response.status, response.webSocket]).toEqual([401, null])
  }
  expect(await inIndex(runId)).toBe(1)
  stays.close()
})

test('a key that expires is disconnected at that time by the alarm of the run', async () => {
  const { owner, join } = await newTeam()
  const member = await join('member')
  const runId = await startedBy(owner)
  // The app's clock, by which keys expire, may be ahead of the run's, which limits followers to a day. Then both
  // followers have a day, and the one that came first has the earliest end.
  const expiresAt = clock.now() + 3_600_000
  const key = await keyOf(member, { expiresAt: new Date(expiresAt).toISOString() })
  const follower = await socket(runId, key)
  const stays = await socket(runId, owner)
  const row = await env.DB.prepare('SELECT ends_at AS endsAt FROM run_followers WHERE key_id = ?')
    .bind(key.id)
    .first<{ endsAt: number }>()
  const endsAt = row?.endsAt ?? 0
  expect(endsAt).toBeLessThanOrEqual(expiresAt)
  await eventually(async () =>
    expect(
      await runInDurableObject(objectOf(runId) as never, (_object, state: DurableObjectState) =>
        state.storage.getAlarm(),
      ),
    ).toBe(endsAt),
  )
  vi.spyOn(Date, 'now').mockReturnValue(endsAt)
  try {
    await runDurableObjectAlarm(objectOf(runId) as never)
  } finally {
    vi.restoreAllMocks()
  }
  await eventually(() => expect(follower.closed()).toEqual({ code: 1008, reason: 'connect again' }))
  expect(stays.closed()).toBeNull()
  stays.close()
})

test('when the run has ended a socket gets the last event and is closed', async () => {
  const { member, runId, stays } = await followed()
  await runOf(runId).control('cancel', 'me')
  for (const one of [stays, await socket(runId, member)]) {
    await eventually(() => expect(one.closed()).toEqual({ code: 1000, reason: 'run ended' }))
    expect(one.types.filter((type) => type === 'event')).toHaveLength(5)
  }
})

test('a client that leaves is removed from the index, and rows left by a crash are removed by the tick', async () => {
  const { member, runId, stays } = await followed()
  const [one, two] = [await socket(runId, member), await stream(runId, member)]
  expect(await inIndex(runId)).toBe(3)
  one.close()
  stays.close()
  await two.cancel()
  await eventually(async () => expect(await inIndex(runId)).toBe(0))
  await env.DB.prepare(
    "INSERT INTO run_followers (id, run_id, team_id, user_id, ends_at) VALUES ('flw_' || ?1, ?1, 'team_x', 'usr_x', ?2)",
  )
    .bind(runId, clock.now() - 1)
    .run()
  await purgeExpired()
  expect(await inIndex(runId)).toBe(0)
})

test('a run has at most 200 followers, and the next is refused', async () => {
  const { member, runId, stays } = await followed()
  const crowd = Array.from({ length: 199 }, () =>
    runOf(runId).fetch('https://run/?afterSeq=0', { headers: { upgrade: 'websocket' } }),
  )
  const sockets = (await Promise.all(crowd)).map(({ webSocket }) => webSocket)
  for (const one of sockets) one?.accept()
  const refused = await askSocket(runId, member)
  expect([refused.status, await refused.json()]).toEqual([
    429,
    expect.objectContaining({ code: 'rate.limited' }),
  ])
  stays.close()
  await eventually(async () => (await socket(runId, member)).close())
  for (const one of sockets) one?.close()
})

test('a client that sends too much at once is disconnected', async () => {
  const { member, runId, stays } = await followed()
  const follower = await socket(runId, member)
  // On a busy machine, the frames take so long that more of them are allowed in the meantime.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  try {
    for (let i = 0; i < 300; i++) follower.send('{"type":"nothing"}')
    await eventually(() => expect(follower.types.filter((type) => type === 'error')).toHaveLength(300))
    expect(follower.closed()).toBeNull()
    follower.send('{"type":"nothing"}')
    await eventually(() => expect(follower.closed()).toEqual({ code: 1008, reason: 'too many frames' }))
  } finally {
    vi.restoreAllMocks()
  }
  expect(stays.closed()).toBeNull()
  stays.close()
})

test('a browser opens a socket only from an allowed origin', async () => {
  const { member, runId, stays } = await followed()
  for (const origin of ['https://evil.test', 'null', 'http://orrery.test.evil.test']) {
    const refused = await askSocket(runId, member, { origin })
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'access.origin_denied' }),
    ])
  }
  const own = await askSocket(runId, member, { origin: 'http://orrery.test' })
  expect(own.status).toBe(101)
  own.webSocket?.accept()
  own.webSocket?.close()
  stays.close()
})

test('the run of another team cannot be followed', async () => {
  const { runId, stays } = await followed()
  expect((await askSocket(runId, await newPerson())).status).toBe(404)
  expect((await call('GET', `${RUNS}/${runId}/events`, { as: await newPerson() })).status).toBe(404)
  stays.close()
})
