import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../../src/core/clock.ts'
import { sha256Hex } from '../../../../src/core/crypto.ts'
import { get, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { type Registered, refresh, registered } from '../accounts.ts'

const sessionOf = (person: Registered) =>
  env.DB.prepare(
    'SELECT id, revoked_at AS revokedAt, revoked_reason AS reason FROM sessions WHERE user_id = ?',
  )
    .bind(person.userId)
    .first<{ id: string; revokedAt: number | null; reason: string | null }>()

const alive = async (token: string): Promise<boolean> =>
  (await get('/api/v1/auth/verify', { token })).status === 200

test('a refresh token is exchanged for a new pair, and only its hash is stored', async () => {
  const person = await registered()
  const next = await refresh(person.refreshToken)
  expect(next.status).toBe(200)
  expect(next.body.refreshToken).not.toBe(person.refreshToken)
  expect(await alive(next.body.accessToken)).toBe(true)
  expect((await refresh(next.body.refreshToken)).status).toBe(200)
  const { results } = await env.DB.prepare(
    'SELECT token_hash AS hash FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id WHERE s.user_id = ?',
  )
    .bind(person.userId)
    .all<{ hash: string }>()
  expect(results).toHaveLength(3)
  expect(results.map((row) => row.hash)).toContain(await sha256Hex(person.refreshToken))
})

test('a used refresh token ends the session with all its tokens', async () => {
  const person = await registered()
  const next = await refresh(person.refreshToken)
  const again = await refresh(person.refreshToken)
  expect([again.status, again.body.code]).toEqual([401, 'auth.invalid_refresh_token'])
  expect((await refresh(next.body.refreshToken)).status).toBe(401)
  expect(await alive(next.body.accessToken)).toBe(false)
  const session = await sessionOf(person)
  expect(session?.reason).toBe('reuse')
  const entry = await env.DB.prepare(
    "SELECT team_id AS teamId, actor_kind AS kind FROM audit_log WHERE target_id = ? AND action = 'session.reuse_detected'",
  )
    .bind(session?.id)
    .first()
  expect(entry).toEqual({ teamId: person.teamId, kind: 'anonymous' })
})

test('of concurrent clients with the same refresh token exactly one gets a pair, and the session ends', async () => {
  for (let round = 0; round < 5; round++) {
    const person = await registered()
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(person.refreshToken)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401, 401])
    const winner = answers.find((answer) => answer.status === 200)
    expect((await sessionOf(person))?.reason).toBe('reuse')
    expect(await alive(winner?.body.accessToken)).toBe(false)
    expect((await refresh(winner?.body.refreshToken)).status).toBe(401)
  }
})

test('signing out ends the session and its refresh token', async () => {
  const person = await registered()
  expect((await post('/api/v1/auth/logout', person, undefined)).status).toBe(204)
  expect(await alive(person.token)).toBe(false)
  expect((await refresh(person.refreshToken)).status).toBe(401)
  expect((await sessionOf(person))?.reason).toBe('signed_out')
})

test('a disabled account gets no new pair', async () => {
  const person = await registered()
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(person.userId).run()
  const refused = await refresh(person.refreshToken)
  expect([refused.status, refused.body.code]).toEqual([403, 'auth.account_disabled'])
})

test.each([
  ['a made-up token', { refreshToken: 'x'.repeat(43) }, 401],
  ['an empty token', { refreshToken: '' }, 422],
  ['no token', {}, 422],
  ['an unknown field', { refreshToken: 'x'.repeat(43), userId: 'usr_1' }, 422],
])('refreshing with %s is refused', async (_what, body, status) => {
  expect((await post('/api/v1/auth/refresh', undefined, body)).status).toBe(status)
})

test('a refresh token lasts seven days, and the session ends after thirty, however often it is refreshed', async () => {
  const person = await registered()
  const idle = await registered()
  let token = person.refreshToken
  let days = 0
  for (; days < 40; days += 6) {
    const next = await refresh(token)
    if (next.status !== 200) break
    token = next.body.refreshToken
    clock.advance(6 * DAY_MS)
    if (days === 6) expect((await refresh(idle.refreshToken)).status).toBe(401)
  }
  expect(days).toBe(30)
})
