import { env } from 'cloudflare:workers'
import Argon2 from '@phi-ag/argon2'
import compiled from '@phi-ag/argon2/argon2.wasm'
import { afterEach, expect, test, vi } from 'vitest'
import type { RequestContext } from '../../../../src/context.ts'
import { beginSignIn } from '../../../../src/modules/auth/brute-force.ts'
import { refresh } from '../../../../src/modules/auth/sessions/refresh.ts'
import { signIn as signInByPassword } from '../../../../src/modules/auth/sign-in/service.ts'
import { get, post } from '../../../helpers/api.ts'
import { withContext } from '../../../helpers/jobs.ts'
import { failFrom, freshAddress, freshEmail, PASSWORD, registered, signIn } from '../accounts.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const LOGIN = '/api/v1/auth/login'

test('the correct password creates a session, together with its audit entry', async () => {
  const { email, userId } = await registered()
  const entered = await signIn(email, PASSWORD, { 'user-agent': 'test/1' })
  expect(entered.status).toBe(200)
  expect((await get('/api/v1/auth/me', { token: entered.body.accessToken })).body.id).toBe(userId)
  const row = await env.DB.prepare(
    "SELECT target_id AS id, after FROM audit_log WHERE actor_id = ? AND action = 'session.created'",
  )
    .bind(userId)
    .first<{ id: string; after: string }>()
  expect(JSON.parse(row?.after ?? '')).toEqual({ method: 'password', secondFactor: false })
  const session = await env.DB.prepare('SELECT user_agent AS agent FROM sessions WHERE id = ?')
    .bind(row?.id)
    .first<{ agent: string }>()
  expect(session?.agent).toBe('test/1')
})

test('known and unknown addresses get the same response after one hash each', async () => {
  const { email } = await registered()
  const verify = vi.spyOn(Argon2.prototype, 'tryVerify')
  const known = await signIn(email, 'Wrong-Comet-42')
  expect(verify).toHaveBeenCalledTimes(1)
  const unknown = await signIn(freshEmail(), 'Wrong-Comet-42')
  expect(verify).toHaveBeenCalledTimes(2)
  expect([known.status, unknown.status]).toEqual([401, 401])
  expect({ ...known.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' })
  const parameters = verify.mock.calls.map(([hash]) => hash.split('$').slice(0, 4))
  expect(parameters[1]).toEqual(parameters[0])
  expect(verify.mock.results[1]?.value).toMatchObject({
    error: 'The password does not match the supplied hash',
  })
})

test('an account that only signs in with a provider has no password', async () => {
  const { email, userId } = await registered()
  await env.DB.prepare('UPDATE users SET password_hash = NULL WHERE id = ?').bind(userId).run()
  expect((await signIn(email)).body.code).toBe('auth.invalid_credentials')
})

test('the response says that an account is disabled only after the correct password', async () => {
  const { email, userId, token } = await registered()
  await env.DB.prepare("UPDATE users SET status = 'disabled', token_version = token_version + 1 WHERE id = ?")
    .bind(userId)
    .run()
  expect((await signIn(email, 'Wrong-Comet-42')).body.code).toBe('auth.invalid_credentials')
  const refused = await signIn(email)
  expect([refused.status, refused.body.code]).toEqual([403, 'auth.account_disabled'])
  expect((await get('/api/v1/auth/me', { token })).status).toBe(401)
})

test('if addresses must be confirmed, an unconfirmed one signs in only after that', async () => {
  const { email, userId, refreshToken } = await registered()
  const strictly = <T>(work: (request: RequestContext) => Promise<T>) =>
    withContext((request) =>
      work({ ...request, settings: { ...request.settings, REQUIRE_VERIFIED_EMAIL: true } }),
    )
  const enter = () => strictly((request) => signInByPassword(request, { email, password: PASSWORD }))
  await expect(enter()).rejects.toMatchObject({ code: 'auth.email_not_verified' })
  const trade = strictly((request) => refresh(request, refreshToken))
  await expect(trade).rejects.toMatchObject({ code: 'auth.email_not_verified' })
  await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(userId).run()
  expect((await enter()).user).toMatchObject({ id: userId, emailVerified: true })
})

test('a hash with older parameters is replaced when its owner signs in', async () => {
  const { email, userId } = await registered()
  const argon2 = new Argon2(await WebAssembly.instantiate(compiled))
  const { encoded } = argon2.hash(PASSWORD, { memoryCost: 1024, timeCost: 1, parallelism: 1 })
  await env.DB.prepare('UPDATE users SET password_hash = ? WHERE id = ?').bind(encoded, userId).run()
  expect((await signIn(email)).status).toBe(200)
  const row = await env.DB.prepare('SELECT password_hash AS hash FROM users WHERE id = ?')
    .bind(userId)
    .first<{ hash: string }>()
  expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=64,t=2,p=1\$/)
  expect((await signIn(email)).status).toBe(200)
})

test('wrong passwords cause longer and longer waits, up to a limit', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { email, userId } = await registered()
  // The owner was here recently, so this network has twice as many attempts.
  for (let i = 0; i < 11; i++) expect((await signIn(email, 'Wrong-Comet-42')).status).toBe(401)
  const waits: number[] = []
  for (let i = 0; i < 14; i++) {
    const refused = await signIn(email)
    expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited'])
    const seconds = Number(refused.headers.get('retry-after'))
    waits.push(seconds)
    vi.setSystemTime(Date.now() + seconds * 1000)
    expect((await signIn(email, 'Wrong-Comet-42')).status).toBe(401)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
  vi.setSystemTime(Date.now() + 900_000)
  expect((await signIn(email)).status).toBe(200)
  expect((await signIn(email, 'Wrong-Comet-42')).status).toBe(401)
  expect((await signIn(email)).status).toBe(200)
  const rows = await env.DB.prepare(
    "SELECT count(*) AS n FROM audit_log WHERE target_id = ? AND action = 'session.refused'",
  )
    .bind(userId)
    .first<{ n: number }>()
  expect(rows?.n).toBe(1)
})

test('guesses from one network do not lock the owner out in another', async () => {
  const { email } = await registered()
  const [theirs, mine] = [freshAddress(), freshAddress()].map((text) => ({ 'cf-connecting-ip': text }))
  for (let i = 0; i < 6; i++) expect((await signIn(email, 'Wrong-Comet-42', theirs)).status).toBe(401)
  expect((await signIn(email, PASSWORD, theirs)).status).toBe(429)
  expect((await signIn(email, PASSWORD, mine)).status).toBe(200)
})

test('guesses from many networks leave each with fewer attempts and make no other network wait', async () => {
  const { email } = await registered()
  const from = () => ({ 'cf-connecting-ip': freshAddress() })
  await withContext(async (request) => {
    for (let i = 0; i < 50; i++) await beginSignIn({ ...request, address: freshAddress() }, email, null)
  })
  const theirs = from()
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push((await signIn(email, 'Wrong-Comet-42', theirs)).status)
  expect(statuses).toEqual([401, 401, 429])
  expect((await signIn(email, PASSWORD, from())).status).toBe(200)
})

test('attempts during a wait do not extend it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { email } = await registered()
  const fail = () => signIn(email, 'Wrong-Comet-42')
  for (let i = 0; i < 11; i++) await fail()
  const waitOf = async () => Number((await fail()).headers.get('retry-after')) * 1000
  for (let i = 0; i < 4; i++) {
    vi.setSystemTime(Date.now() + (await waitOf()))
    expect((await fail()).status).toBe(401)
  }
  const due = Date.now() + (await waitOf())
  for (let i = 0; i < 20; i++) expect((await signIn(email, 'Wrong-Comet-42')).status).toBe(429)
  vi.setSystemTime(due)
  expect((await signIn(email)).status).toBe(200)
})

test('concurrent guesses are all counted', async () => {
  const { email } = await registered()
  const from = { 'cf-connecting-ip': freshAddress() }
  const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(email, 'Wrong-Comet-42', from)))
  const looked = answers.filter((answer) => answer.status === 401)
  expect(looked).toHaveLength(6)
  expect(answers.filter((answer) => answer.status === 429)).toHaveLength(6)
})

test('an unknown address has to wait like a known one', async () => {
  const email = freshEmail()
  for (let i = 0; i < 6; i++) expect((await signIn(email)).status).toBe(401)
  expect((await signIn(email)).status).toBe(429)
})

test('a network that guesses at many accounts has to wait, and others do not', async () => {
  const { email } = await registered()
  const address = freshAddress()
  const from = (text: string) => ({ 'cf-connecting-ip': text })
  await failFrom(address, 49)
  for (let i = 0; i < 2; i++) expect((await signIn(freshEmail(), PASSWORD, from(address))).status).toBe(401)
  const refused = await signIn(email, PASSWORD, from(address))
  expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited'])
  expect((await signIn(email, PASSWORD, from(address.replace('::1', ':a:b:c:d')))).status).toBe(429)
  expect((await signIn(email, PASSWORD, from(freshAddress()))).status).toBe(200)
})

test('the rate limit headers of sign-in are exact', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { email } = await registered()
  const first = await signIn(email)
  const second = await signIn(email)
  const read = (name: string) => [first, second].map((answer) => Number(answer.headers.get(name)))
  expect(read('ratelimit-limit')).toEqual([60, 60])
  expect(read('ratelimit-remaining')).toEqual([59, 58])
  expect(read('ratelimit-reset')).toEqual([1, 2])
})

test.each([
  ['an unknown field', { email: 'a@example.com', password: PASSWORD, admin: true }],
  ['no password', { email: 'a@example.com' }],
  ['an operator for a password', { email: 'a@example.com', password: { $ne: '' } }],
])('signing in with %s is refused', async (_what, body) => {
  expect((await post(LOGIN, undefined, body)).status).toBe(422)
})
