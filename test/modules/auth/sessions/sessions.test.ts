import { expect, test } from 'vitest'
import { call, get } from '../../../helpers/api.ts'
import { newPerson } from '../../../helpers/people.ts'
import { PASSWORD, refresh, registered, signIn } from '../accounts.ts'

const SESSIONS = '/api/v1/auth/sessions'

const current = async (token: string): Promise<string> =>
  (await get(SESSIONS, { token })).body.items.find((one: { current: boolean }) => one.current).id

test('sessions are listed newest first, page by page, and the current one is marked', async () => {
  const { token, email } = await registered()
  await signIn(email, undefined, { 'user-agent': 'second' })
  await signIn(email, undefined, { 'user-agent': 'third' })
  const first = await get(`${SESSIONS}?limit=2`, { token })
  expect(first.body.items.map((one: { userAgent: string }) => one.userAgent)).toEqual(['third', 'second'])
  const rest = await get(`${SESSIONS}?limit=2&cursor=${first.body.nextCursor}`, { token })
  expect(rest.body).toMatchObject({ items: [{ current: true, method: 'password' }], nextCursor: null })
})

test('ending a session stops its access token and its refresh token immediately', async () => {
  const { token, email } = await registered()
  const other = (await signIn(email)).body
  const id = await current(other.accessToken)
  expect((await call('DELETE', `${SESSIONS}/${id}`, { as: { token } })).status).toBe(204)
  expect((await get('/api/v1/auth/me', { token: other.accessToken })).status).toBe(401)
  expect((await refresh(other.refreshToken)).status).toBe(401)
  expect((await get('/api/v1/auth/me', { token })).status).toBe(200)
  expect((await call('DELETE', `${SESSIONS}/${id}`, { as: { token } })).status).toBe(404)
})

test('ending all others keeps the current session', async () => {
  const { token, email } = await registered()
  const others = [(await signIn(email)).body, (await signIn(email)).body]
  expect((await call('DELETE', SESSIONS, { as: { token } })).status).toBe(204)
  for (const other of others) expect((await refresh(other.refreshToken)).status).toBe(401)
  expect((await get(SESSIONS, { token })).body.items).toHaveLength(1)
})

test("another person's session is answered like a missing one, and continues", async () => {
  const mine = await newPerson()
  const theirs = await newPerson()
  const refused = await call('DELETE', `${SESSIONS}/${theirs.sessionId}`, { as: mine })
  const none = await call('DELETE', `${SESSIONS}/ses_00000000000000000000000000`, { as: mine })
  expect([refused.status, none.status]).toEqual([404, 404])
  expect({ ...refused.body, requestId: '' }).toEqual({ ...none.body, requestId: '' })
  expect((await get('/api/v1/auth/me', theirs)).status).toBe(200)
})

test('verify returns the owner of a valid credential and rejects an invalid one', async () => {
  const person = await newPerson()
  expect((await get('/api/v1/auth/verify', person)).body).toMatchObject({
    valid: true,
    kind: 'user',
    userId: person.userId,
    teamId: person.teamId,
    teamRole: 'owner',
    sessionId: person.sessionId,
  })
  expect((await get('/api/v1/auth/verify', { token: 'no.such.token' })).status).toBe(401)
  expect((await get('/api/v1/auth/verify')).status).toBe(401)
})

test('an invalid client address is stored as null', async () => {
  const { email } = await registered()
  const entered = await signIn(email, PASSWORD, { 'cf-connecting-ip': `1.2.3.4${'x'.repeat(500)}` })
  const sessions = await get('/api/v1/auth/sessions', { token: entered.body.accessToken })
  expect(sessions.body.items.find((one: { current: boolean }) => one.current).address).toBeNull()
})
