// A single link must not take over an account. The attacker chooses the return page of the sign-in and brings their
// own verifier; the victim only clicks. Each defence is tested alone, because each must work without the others.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { randomToken, sha256Hex } from '../../../../src/core/crypto.ts'
import { challengeOf } from '../../../../src/providers/oauth/index.ts'
import { get } from '../../../helpers/api.ts'
import { type Browser, newBrowser, OAUTH } from '../../../helpers/oidc-browser.ts'
import { deliver, hooked, responding } from '../../hooks/deliver.ts'

const EVIL = 'https://evil.example/steal'

const githubAccount = () => {
  const id = Math.floor(Math.random() * 1e12) + 1
  const email = `octo-${id}@example.com`
  return { id, login: `octo${id}`, name: null, emails: [{ email, primary: true, verified: true }] }
}

const startQuery = async (returnTo: string, codeVerifier: string): Promise<string> =>
  `?returnTo=${encodeURIComponent(returnTo)}&codeChallenge=${await challengeOf(codeVerifier)}`

/** A webhook of the attacker that redirects its visitors. */
const redirectingHook = (location: string) =>
  hooked({ respond: 'on-respond', methods: ['GET'] }, responding({ status: 302, headers: { location } }))

const hookUrl = (token: string) => `http://orrery.test/api/v1/hooks/${token}`

/** Where a browser ends up: a redirect without a fragment keeps that of the previous URL (Fetch, "location URL"). */
function nextAddress(from: string, location: string): string {
  const next = new URL(location, from)
  return next.href.includes('#') ? next.href : next.href + new URL(from).hash
}

const codeIn = (location: string | null): string => (location ?? '').split('#code=')[1] ?? ''

const exchange = (browser: Browser, body: object) => browser.call('POST', `${OAUTH}/exchange`, { body })

test.each([
  'api/v1/hooks/0123456789abcdef0123',
  'api/v1/teams',
  'approve/0123456789abcdef',
  'dev/mailbox',
  'dev/flaky/x',
  'runs/run_00000000000000000000000000/live',
  'docs/../api/v1/hooks/0123456789abcdef0123',
  'docs/%2e%2e/api/v1/hooks/0123456789abcdef0123',
])('a sign-in does not return to /%s of our own origin', async (path) => {
  const answer = await get(
    `${OAUTH}/github/start${await startQuery(`http://orrery.test/${path}`, randomToken())}`,
  )
  expect([answer.status, answer.body.code, answer.body.errors?.[0]?.path]).toEqual([
    422,
    'request.invalid',
    '/returnTo',
  ])
})

test.each([
  'https://evil.example.com/',
  'https://app.example.com.evil.com/',
  'https://app.example.com@evil.com/',
  'https://x:y@app.example.com/',
  'https://app.example.com:8443/',
  'http://app.example.com/',
  'https://app.example.com/other',
  'https://app.example.com/signed-in/',
  'https://other.orrery.test/',
  '//app.example.com/',
  'javascript:alert(1)',
  'https://app.example.com/#code=mine',
  'http://orrery.test/#',
  '/relative',
  '',
])('a sign-in does not return to %s', async (returnTo) => {
  const answer = await get(`${OAUTH}/oidc/start${await startQuery(returnTo, randomToken())}`)
  expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
})

test('a page on another site must send a challenge, because the cookie never reaches it', async () => {
  const page = encodeURIComponent('https://app.example.com/signed-in')
  const answer = await get(`${OAUTH}/github/start?returnTo=${page}`)
  expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, '/codeChallenge'])
})

test('a page that is removed from the list while a browser is at the provider gets no code', async () => {
  const { trigger } = await redirectingHook(EVIL)
  const victim = newBrowser()
  const back = await victim.signInAt(
    'github',
    githubAccount(),
    await startQuery('http://orrery.test/', randomToken()),
  )
  const state = new URL(back, 'http://orrery.test').searchParams.get('state') ?? ''
  await env.DB.prepare('UPDATE oauth_states SET return_to = ? WHERE state_hash = ?')
    .bind(hookUrl(trigger.token), await sha256Hex(state))
    .run()
  const answer = await victim.call('GET', back)
  expect([answer.status, answer.body.code, answer.headers.get('location')]).toEqual([
    400,
    'oauth.failed',
    null,
  ])
})

test.each(['http://orrery.test/', 'http://app.orrery.test/anywhere?x=1'])(
  'a stolen code of a sign-in at %s cannot be exchanged, even with another verifier',
  async (returnTo) => {
    const codeVerifier = randomToken()
    const victim = newBrowser()
    const account = githubAccount()
    const back = await victim.signInAt('github', account, await startQuery(returnTo, codeVerifier))
    const code = codeIn((await victim.call('GET', back)).headers.get('location'))
    expect(code).toMatch(/^[\w-]{43}$/)

    const attacker = newBrowser()
    const bare = await exchange(attacker, { code, codeVerifier })
    expect([bare.status, bare.body.code]).toEqual([400, 'oauth.failed'])
    const own = await attacker.signInAt('github', githubAccount(), await startQuery(returnTo, codeVerifier))
    await attacker.call('GET', own)
    expect((await exchange(attacker, { code, codeVerifier })).status).toBe(400)

    // The correct browser still needs the verifier, and none of the attempts has used up the code.
    expect((await exchange(victim, { code })).status).toBe(400)
    expect((await exchange(victim, { code, codeVerifier: randomToken() })).status).toBe(400)
    const entered = await exchange(victim, { code, codeVerifier })
    expect([entered.status, entered.body.user?.email]).toEqual([200, account.emails[0]?.email])
  },
)

test.each([EVIL, `${EVIL}?to=1`, '/elsewhere', '//evil.example/steal'])(
  "a webhook that redirects to %s removes the browser's fragment",
  async (location) => {
    const { trigger } = await redirectingHook(location)
    const answer = await deliver({ trigger }, { method: 'GET' })
    expect(answer.status).toBe(302)
    const next = nextAddress(`${hookUrl(trigger.token)}#code=secret`, answer.headers.get('location') ?? '')
    expect(next).not.toContain('secret')
    expect(new URL(next).href.replace(/#$/, '')).toBe(new URL(location, 'http://orrery.test').href)
  },
)

test('a webhook keeps the fragment that its workflow has chosen', async () => {
  const { trigger } = await redirectingHook(`${EVIL}#here`)
  expect((await deliver({ trigger }, { method: 'GET' })).headers.get('location')).toBe(`${EVIL}#here`)
})
