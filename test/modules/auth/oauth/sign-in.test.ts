import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { randomToken } from '../../../../src/core/crypto.ts'
import { challengeOf } from '../../../../src/providers/oauth/index.ts'
import { get } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { newBrowser, OAUTH } from '../../../helpers/oidc-browser.ts'

const newAccount = () => {
  const sub = `sub-${randomToken()}`
  return { sub, email: `${sub.toLowerCase()}@example.com`, email_verified: true, name: 'Ada Lovelace' }
}

/** The cookie that a device keeps after a sign-in. Those of the sign-in itself are used up. */
const DEVICE = expect.stringMatching(/^device-[0-9a-f]{16}$/)

const githubAccount = (
  emails?: { email: string; primary: boolean; verified: boolean }[],
  id = Math.floor(Math.random() * 1e12) + 1,
) => ({
  id,
  login: `octo${id}`,
  name: null,
  emails: emails ?? [
    { email: `other-${id}@example.com`, primary: false, verified: true },
    { email: `octo-${id}@example.com`, primary: true, verified: true },
  ],
})

test('the configured providers are listed, each with its start URL', async () => {
  const answer = await get(`${OAUTH}/providers`)
  expect(answer.body.items.map((one: { id: string }) => one.id)).toEqual([
    'github',
    'oidc',
    'forger',
    'down',
    'open',
  ])
  expect(answer.body.items[0]).toEqual({
    id: 'github',
    name: 'GitHub',
    startUrl: 'http://orrery.test/api/v1/auth/oauth/github/start',
  })
})

test('beginning sends PKCE S256, state and nonce, and gives the browser its own cookie', async () => {
  const answer = await get(`${OAUTH}/oidc/start`)
  expect(answer.status).toBe(302)
  const query = new URL(answer.headers.get('location') ?? '').searchParams
  expect(Object.fromEntries(query)).toMatchObject({
    response_type: 'code',
    client_id: 'orrery',
    redirect_uri: 'http://orrery.test/api/v1/auth/oauth/oidc/callback',
    scope: 'openid email profile',
    code_challenge_method: 'S256',
  })
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(query.get(name)).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const cookie = answer.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^oauth-[0-9a-f]{16}=[A-Za-z0-9_-]{43}; /)
  expect(cookie).toContain('HttpOnly')
  expect(cookie).toContain('SameSite=Lax')
  const states = await env.DB.prepare('SELECT * FROM oauth_states ORDER BY expires_at DESC LIMIT 1').first()
  expect(JSON.stringify(states)).not.toContain(query.get('state'))
})

test('a new person signs in with a real OpenID provider and gets an account with a personal team', async () => {
  const account = newAccount()
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt('oidc', account))
  expect(answer.status).toBe(200)
  expect(answer.body.user).toMatchObject({
    email: account.email,
    emailVerified: true,
    name: 'Ada Lovelace',
    role: 'user',
  })
  expect([...browser.cookies.keys()]).toEqual([DEVICE])
  const teams = await get('/api/v1/teams', { token: answer.body.accessToken })
  expect(teams.body.items).toMatchObject([
    { id: answer.body.user.personalTeamId, personal: true, role: 'owner' },
  ])
  const { results } = await env.DB.prepare(
    'SELECT action, after FROM audit_log WHERE actor_id = ? ORDER BY seq',
  )
    .bind(answer.body.user.id)
    .all<{ action: string; after: string }>()
  expect(results.map((row) => row.action)).toEqual(['user.registered', 'session.created'])
  expect(JSON.parse(results[1]?.after ?? '')).toEqual({
    method: 'oauth',
    provider: 'oidc',
    secondFactor: false,
  })
})

test('the same person returns to the same account, also with another address', async () => {
  const account = newAccount()
  const first = newBrowser()
  const before = await first.call('GET', await first.signInAt('oidc', account))
  const second = newBrowser()
  const moved = { ...account, email: 'elsewhere@example.com', email_verified: false }
  const after = await second.call('GET', await second.signInAt('oidc', moved))
  expect(after.body.user.id).toBe(before.body.user.id)
  expect(after.body.user.email).toBe(account.email)
})

test('two parallel sign-ins of a new person create one account', async () => {
  const account = newAccount()
  const browsers = [newBrowser(), newBrowser(), newBrowser()]
  const paths = await Promise.all(browsers.map((browser) => browser.signInAt('oidc', account)))
  const answers = await Promise.all(browsers.map((browser, i) => browser.call('GET', paths[i] ?? '')))
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
  expect(new Set(answers.map((answer) => answer.body.user.id)).size).toBe(1)
})

test('GitHub signs in with its primary, verified address', async () => {
  const account = githubAccount()
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt('github', account))
  expect(answer.status).toBe(200)
  expect(answer.body.user).toMatchObject({ email: `octo-${account.id}@example.com`, name: account.login })
  const row = await env.DB.prepare('SELECT subject FROM oauth_identities WHERE user_id = ?')
    .bind(answer.body.user.id)
    .first()
  expect(row).toEqual({ subject: String(account.id) })
})

test.each([
  ['is not verified', [{ email: 'x@example.com', primary: true, verified: false }]],
  ['is missing', []],
  [
    'is not primary, though another is verified',
    [
      { email: 'x@example.com', primary: true, verified: false },
      { email: 'y@example.com', primary: false, verified: true },
    ],
  ],
])('nobody signs in with GitHub if the address %s', async (_what, emails) => {
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt('github', githubAccount(emails)))
  expect([answer.status, answer.body.code]).toEqual([403, 'oauth.email_not_verified'])
})

test.each([
  ['unverified', { email_verified: false }],
  ['verified by hearsay', { email_verified: undefined }],
  ['missing', { email: undefined }],
  ['no address', { email: 'ada' }],
])('nobody signs in with OpenID if the address is %s', async (_what, claims) => {
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt('oidc', { ...newAccount(), ...claims }))
  expect([answer.status, answer.body.code]).toEqual([403, 'oauth.email_not_verified'])
})

test.each(['oidc', 'github'])('declining at %s returns an error', async (provider) => {
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt(provider, { refuse: true }))
  expect([answer.status, answer.body.code]).toEqual([400, 'oauth.cancelled'])
})

test('with returnTo the page gets a code in the fragment, and tokens only for its verifier', async () => {
  const account = newAccount()
  const browser = newBrowser()
  const codeVerifier = randomToken()
  const returnTo = 'https://app.example.com/signed-in?x=1'
  const query = `?returnTo=${encodeURIComponent(returnTo)}&codeChallenge=${await challengeOf(codeVerifier)}`
  const back = await browser.call('GET', await browser.signInAt('oidc', account, query))
  expect(back.status).toBe(302)
  const location = back.headers.get('location') ?? ''
  expect(location).toMatch(/^https:\/\/app\.example\.com\/signed-in\?x=1#code=[A-Za-z0-9_-]{43}$/)
  expect(browser.cookies.size).toBe(0)

  const code = location.split('#code=')[1]
  const exchange = (body: object) => newBrowser().call('POST', `${OAUTH}/exchange`, { body })
  for (const body of [{ code }, { code, codeVerifier: randomToken() }, { codeVerifier }]) {
    const answer = await exchange(body)
    expect([answer.status, answer.body.code]).toEqual([400, 'oauth.failed'])
  }
  const answers = await Promise.all([1, 2, 3].map(() => exchange({ code, codeVerifier })))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400])
  expect(answers.find((answer) => answer.status === 200)?.body.user.email).toBe(account.email)
})

test('without a verifier the code is bound to the cookie of the browser', async () => {
  const browser = newBrowser()
  const query = `?returnTo=${encodeURIComponent('http://orrery.test/')}`
  const back = await browser.call('GET', await browser.signInAt('oidc', newAccount(), query))
  const code = (back.headers.get('location') ?? '').split('#code=')[1]
  const elsewhere = await newBrowser().call('POST', `${OAUTH}/exchange`, { body: { code } })
  expect(elsewhere.status).toBe(400)
  const otherCode = await browser.call('POST', `${OAUTH}/exchange`, { body: { code: randomToken() } })
  expect(otherCode.status).toBe(400)
  expect((await browser.call('POST', `${OAUTH}/exchange`, { body: { code } })).status).toBe(200)
  expect([...browser.cookies.keys()]).toEqual([DEVICE])
})

test('a code expires after five minutes', async () => {
  const browser = newBrowser()
  const query = `?returnTo=${encodeURIComponent('http://orrery.test/')}`
  await browser.call('GET', await browser.signInAt('oidc', newAccount(), query))
  clock.advance(5 * 60_000)
  expect((await browser.call('POST', `${OAUTH}/exchange`, { body: {} })).body.code).toBe('oauth.failed')
})

test('with returnTo a failure returns to the page as a code', async () => {
  const browser = newBrowser()
  const query = `?returnTo=${encodeURIComponent('https://app.example.com/')}&codeChallenge=${await challengeOf(randomToken())}`
  const back = await browser.call('GET', await browser.signInAt('github', { refuse: true }, query))
  expect([back.status, back.headers.get('location')]).toEqual([
    302,
    'https://app.example.com/#error=oauth.cancelled',
  ])
})
