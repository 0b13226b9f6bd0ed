import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { app, call, get } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { freshEmail, PASSWORD, refresh, registered } from '../accounts.ts'

const FROM_CONSOLE = { 'x-orrery-client': 'console', origin: 'http://orrery.test' }

const cookieOf = (answer: { headers: Headers }): string =>
  answer.headers.getSetCookie().find((one) => one.startsWith('orrery-refresh=')) ?? ''

const pairOf = (cookie: string): string => cookie.split(';')[0] ?? ''

async function signedIn() {
  const email = freshEmail()
  const answer = await call('POST', '/api/v1/auth/register', {
    body: { email, password: PASSWORD },
    headers: FROM_CONSOLE,
  })
  return { email, answer, cookie: pairOf(cookieOf(answer)) }
}

const refreshBy = (cookie: string, headers: Record<string, string> = {}) =>
  call('POST', '/api/v1/auth/refresh', { headers: { ...FROM_CONSOLE, cookie, ...headers } })

const alive = async (token: string): Promise<boolean> =>
  (await get('/api/v1/auth/verify', { token })).status === 200

test('the console gets its refresh token as a cookie that scripts cannot read, and not in the answer', async () => {
  const { email, answer } = await signedIn()
  expect(answer.status).toBe(201)
  expect(answer.body.refreshToken).toBeUndefined()
  expect(cookieOf(answer).split('; ').slice(1).sort()).toEqual([
    'HttpOnly',
    'Max-Age=604800',
    'Path=/api/v1/auth',
    'SameSite=Strict',
  ])
  const again = await call('POST', '/api/v1/auth/login', {
    body: { email, password: PASSWORD },
    headers: FROM_CONSOLE,
  })
  expect([again.status, again.body.refreshToken]).toEqual([200, undefined])
  expect(cookieOf(again)).toContain('HttpOnly')
})

test('over https the cookie is Secure and has a Secure name', async () => {
  const { email } = await signedIn()
  const response = await app.fetch(
    new Request('https://orrery.example/api/v1/auth/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-orrery-client': 'console',
        origin: 'https://orrery.example',
      },
      body: JSON.stringify({ email, password: PASSWORD }),
    }),
    { ...env, PUBLIC_URL: 'https://orrery.example' },
    { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} } as never,
  )
  const cookie = response.headers.getSetCookie().find((one) => one.includes('orrery-refresh='))
  expect(cookie).toMatch(/^__Secure-orrery-refresh=.*; Secure/)
})

test.each([
  ['another origin', { origin: 'https://evil.example' }],
  ['no origin', { origin: '' }],
  ['an opaque origin', { origin: 'null' }],
])('a console request from %s is refused, and gets no cookie', async (_what, headers) => {
  const { email, cookie } = await signedIn()
  const asked = { ...FROM_CONSOLE, ...headers }
  const login = await call('POST', '/api/v1/auth/login', {
    body: { email, password: PASSWORD },
    headers: asked,
  })
  expect([login.status, login.body.code]).toEqual([403, 'access.origin_denied'])
  expect(cookieOf(login)).toBe('')
  const refreshed = await refreshBy(cookie, headers)
  expect([refreshed.status, refreshed.body.code]).toEqual([403, 'access.origin_denied'])
})

test('without the header the cookie is ignored, and other clients work as before', async () => {
  const { email, cookie } = await signedIn()
  const plain = await call('POST', '/api/v1/auth/refresh', { headers: { cookie } })
  expect([plain.status, plain.body.code]).toEqual([422, 'request.invalid'])
  const login = await call('POST', '/api/v1/auth/login', { body: { email, password: PASSWORD } })
  expect(typeof login.body.refreshToken).toBe('string')
  expect(cookieOf(login)).toBe('')
})

test('four tabs that refresh concurrently get the same successor, and stay signed in', async () => {
  for (let round = 0; round < 3; round++) {
    const { cookie } = await signedIn()
    const answers = await Promise.all([1, 2, 3, 4].map(() => refreshBy(cookie)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map((answer) => pairOf(cookieOf(answer)))).size).toBe(1)
    for (const answer of answers) expect(await alive(answer.body.accessToken)).toBe(true)
    expect((await refreshBy(pairOf(cookieOf(answers[0] as never)))).status).toBe(200)
  }
})

test('a lost answer signs nobody out: the previous token works for 20 more seconds', async () => {
  const { cookie } = await signedIn()
  const lost = await refreshBy(cookie)
  clock.advance(19_000)
  const again = await refreshBy(cookie)
  expect(again.status).toBe(200)
  expect(pairOf(cookieOf(again))).toBe(pairOf(cookieOf(lost)))
})

test('later it ends the session, as does a token whose successor was used', async () => {
  const late = await signedIn()
  const next = await refreshBy(late.cookie)
  clock.advance(20_001)
  expect((await refreshBy(late.cookie)).status).toBe(401)
  expect(await alive(next.body.accessToken)).toBe(false)
  expect((await refreshBy(pairOf(cookieOf(next)))).status).toBe(401)

  const replayed = await signedIn()
  const second = await refreshBy(replayed.cookie)
  const third = await refreshBy(pairOf(cookieOf(second)))
  expect((await refreshBy(replayed.cookie)).status).toBe(401)
  expect(await alive(third.body.accessToken)).toBe(false)
})

test('a token in the body has no grace period', async () => {
  const person = await registered()
  const next = await refresh(person.refreshToken)
  const again = await refreshBy(`orrery-refresh=${person.refreshToken}`)
  expect(again.status).toBe(401)
  expect(await alive(next.body.accessToken)).toBe(false)

  const { cookie } = await signedIn()
  const first = await refreshBy(cookie)
  expect((await refresh(cookie.split('=')[1] ?? '')).status).toBe(401)
  expect(await alive(first.body.accessToken)).toBe(false)
})

test('the grace period ends with the session and with the account', async () => {
  const { answer, cookie } = await signedIn()
  await refreshBy(cookie)
  const token = answer.body.accessToken as string
  const out = await call('POST', '/api/v1/auth/logout', { as: { token }, headers: FROM_CONSOLE })
  expect(out.status).toBe(204)
  expect(cookieOf(out)).toMatch(/^orrery-refresh=; Max-Age=0; Path=\/api\/v1\/auth/)
  expect((await refreshBy(cookie)).status).toBe(401)

  const disabled = await signedIn()
  await refreshBy(disabled.cookie)
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE email = ?").bind(disabled.email).run()
  expect((await refreshBy(disabled.cookie)).body.code).toBe('auth.account_disabled')
})

test('the console without a cookie is signed out', async () => {
  const answer = await call('POST', '/api/v1/auth/refresh', { headers: FROM_CONSOLE })
  expect([answer.status, answer.body.code]).toEqual([401, 'auth.invalid_refresh_token'])
})

test('a new password gives the console a new cookie, and ends the old one', async () => {
  const { answer, cookie } = await signedIn()
  const changed = await call('PUT', '/api/v1/auth/password', {
    as: { token: answer.body.accessToken },
    body: { currentPassword: PASSWORD, newPassword: 'Green-Comet-43' },
    headers: FROM_CONSOLE,
  })
  expect([changed.status, changed.body.refreshToken]).toEqual([200, undefined])
  expect((await refreshBy(pairOf(cookieOf(changed)))).status).toBe(200)
  expect((await refreshBy(cookie)).status).toBe(401)
})
