import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { randomToken, sha256Hex, toBase64Url } from '../../../../src/core/crypto.ts'
import { redact } from '../../../../src/core/log.ts'
import { asFailure } from '../../../../src/providers/oauth/call.ts'
import type { Forgery } from '../../../fakes/forging-oidc.ts'
import { get } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { type Browser, newBrowser, OAUTH } from '../../../helpers/oidc-browser.ts'

const newAccount = () => {
  const sub = `sub-${randomToken()}`
  return { sub, email: `${sub.toLowerCase()}@example.com`, email_verified: true, name: 'Ada' }
}

const FAILED = [400, 'oauth.failed']

const callbackOf = (path: string) => new URL(path, 'http://orrery.test')

test('a state works once, even with parallel requests', async () => {
  const browser = newBrowser()
  const path = await browser.signInAt('oidc', newAccount())
  const answers = await Promise.all([1, 2, 3].map(() => browser.call('GET', path)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400])
  const again = await browser.call('GET', path)
  expect([again.status, again.body.code]).toEqual(FAILED)
})

test('the state of another browser does nothing, and is not used up', async () => {
  const mine = newBrowser()
  const path = await mine.signInAt('oidc', newAccount())
  const other = newBrowser()
  await other.signInAt('oidc', newAccount())
  const theirs = await other.call('GET', path)
  expect([theirs.status, theirs.body.code]).toEqual(FAILED)
  const planted = newBrowser()
  const [name = ''] = mine.cookies.keys()
  planted.cookies.set(name, randomToken())
  expect((await planted.call('GET', path)).status).toBe(400)
  expect((await mine.call('GET', path)).status).toBe(200)
})

test('a state does not work for another provider', async () => {
  const browser = newBrowser()
  const path = await browser.signInAt('oidc', newAccount())
  const moved = await browser.call('GET', path.replace('/oidc/', '/github/'))
  expect([moved.status, moved.body.code]).toEqual(FAILED)
  expect((await browser.call('GET', path)).status).toBe(200)
})

test('a state expires after ten minutes', async () => {
  const browser = newBrowser()
  const path = await browser.signInAt('oidc', newAccount())
  clock.advance(10 * 60_000)
  expect((await browser.call('GET', path)).status).toBe(400)
})

test.each([
  ['no state', (url: URL) => url.searchParams.delete('state')],
  ['an unknown state', (url: URL) => url.searchParams.set('state', randomToken())],
  ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://accounts.google.com')],
  ['no issuer', (url: URL) => url.searchParams.delete('iss')],
  ['no code', (url: URL) => url.searchParams.delete('code')],
  ['a made-up code', (url: URL) => url.searchParams.set('code', 'made-up')],
])('a callback with %s fails', async (_what, change) => {
  const browser = newBrowser()
  const url = callbackOf(await browser.signInAt('oidc', newAccount()))
  change(url)
  const answer = await browser.call('GET', url.pathname + url.search)
  expect([answer.status, answer.body.code]).toEqual(FAILED)
})

test.each(['oidc', 'github'])(
  '%s redeems a code only with the verifier of its challenge',
  async (provider) => {
    const browser = newBrowser()
    const account =
      provider === 'oidc'
        ? newAccount()
        : { id: 7, login: 'x', name: null, emails: [{ email: 'x@x.com', primary: true, verified: true }] }
    const path = await browser.signInAt(provider, account)
    await spoil(path, 'code_verifier', randomToken())
    const answer = await browser.call('GET', path)
    expect([answer.status, answer.body.code]).toEqual(FAILED)
  },
)

test('an ID token with the nonce of another sign-in is refused', async () => {
  const browser = newBrowser()
  const path = await browser.signInAt('oidc', newAccount())
  await spoil(path, 'nonce', randomToken())
  const answer = await browser.call('GET', path)
  expect([answer.status, answer.body.code]).toEqual(FAILED)
})

test('GitHub under the name of another issuer is refused', async () => {
  const browser = newBrowser()
  const account = {
    id: 8,
    login: 'x',
    name: null,
    emails: [{ email: 'y@x.com', primary: true, verified: true }],
  }
  const url = callbackOf(await browser.signInAt('github', account))
  url.searchParams.set('iss', 'https://github.com')
  expect((await browser.call('GET', url.pathname + url.search)).status).toBe(400)
})

test('a token signed with the key of the test issuer is accepted', async () => {
  const { email, sub } = newAccount()
  const answer = await forge(newBrowser(), { claims: { sub, email, email_verified: true } })
  expect([answer.status, answer.body.user?.email]).toEqual([200, email])
})

const now = () => Math.floor(Date.now() / 1000)

test.each<[string, () => Forgery]>([
  ['signed by a key that is not published', () => ({ sign: 'foreign' })],
  ['not signed at all', () => ({ sign: 'none' })],
  ['signed with a shared secret', () => ({ sign: 'secret' })],
  ['for another audience', () => ({ claims: { aud: 'somebody-else' } })],
  ['for two audiences without saying which', () => ({ claims: { aud: ['orrery', 'somebody-else'] } })],
  ['of another issuer', () => ({ claims: { iss: 'https://accounts.google.com' } })],
  ['without a nonce', () => ({ claims: { nonce: undefined } })],
  ['with another nonce', () => ({ claims: { nonce: 'other' } })],
  ['that has expired', () => ({ claims: { iat: now() - 900, exp: now() - 600 } })],
  ['without a subject', () => ({ claims: { sub: undefined } })],
])('an ID token %s is refused', async (_what, forgery) => {
  const { email, sub } = newAccount()
  const { claims, ...rest } = forgery()
  const answer = await forge(newBrowser(), {
    claims: { sub, email, email_verified: true, ...claims },
    ...rest,
  })
  expect([answer.status, answer.body.code]).toEqual(FAILED)
  expect(await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first()).toBeNull()
})

test.each([
  ['is not there', 'down', 502, 'oauth.provider_unreachable'],
  ['would be called without encryption', 'open', 400, 'oauth.failed'],
  ['is not set up', 'gitlab', 404, 'oauth.unknown_provider'],
])('signing in cannot begin with a provider that %s', async (_what, provider, status, code) => {
  const answer = await get(`${OAUTH}/${provider}/start`)
  expect([answer.status, answer.body.code]).toEqual([status, code])
})

test.each([
  [503, 502, 'oauth.provider_unreachable'],
  [429, 502, 'oauth.provider_unreachable'],
  [400, 400, 'oauth.failed'],
])(
  'a provider that answers %i when the code is redeemed is reported as unavailable',
  async (status, ...expected) => {
    const answer = await forge(newBrowser(), { status })
    expect([answer.status, answer.body.code]).toEqual(expected)
  },
)

test('texts of a provider with an error are neither in the answer nor in the log', () => {
  const sent = { access_token: 'at-1', id_token: 'id-1', error_description: 'The code c-1 is wrong' }
  const error = asFailure(
    Object.assign(new Error('not conform', { cause: { body: sent } }), {
      code: 'OAUTH_INVALID_RESPONSE',
      error: 'invalid_grant',
      ...sent,
    }),
  )
  const logged = JSON.stringify(redact({ error }))
  expect(logged).toContain('OAUTH_INVALID_RESPONSE: not conform (invalid_grant)')
  expect(logged + error.message).not.toMatch(/at-1|id-1|c-1/)
})

test('a failed sign-in shows neither the code nor the client secret', async () => {
  const browser = newBrowser()
  const path = await browser.signInAt('oidc', newAccount())
  const code = callbackOf(path).searchParams.get('code') ?? 'none'
  await spoil(path, 'code_verifier', randomToken())
  const answer = await browser.call('GET', path)
  expect(answer.text).not.toContain(code)
  expect(answer.text).not.toContain('secret-of')
})

/** Changes the stored state of a sign-in in progress. */
async function spoil(path: string, column: 'nonce' | 'code_verifier', value: string): Promise<void> {
  const state = callbackOf(path).searchParams.get('state') ?? ''
  const { meta } = await env.DB.prepare(`UPDATE oauth_states SET ${column} = ? WHERE state_hash = ?`)
    .bind(value, await sha256Hex(state))
    .run()
  expect(meta.changes).toBe(1)
}

async function forge(browser: Browser, forgery: Forgery) {
  const started = await browser.call('GET', `${OAUTH}/forger/start`)
  const asked = new URL(started.headers.get('location') ?? '').searchParams
  const claims = { nonce: asked.get('nonce'), ...forgery.claims }
  const code = toBase64Url(new TextEncoder().encode(JSON.stringify({ ...forgery, claims })))
  const query = new URLSearchParams({
    code,
    state: asked.get('state') ?? '',
    iss: inject('signInProviders').forger,
  })
  return browser.call('GET', `${OAUTH}/forger/callback?${query}`)
}

test.each(['oidc', 'github'])(
  'a declined consent at %s is distinguished from a failed sign-in',
  async (id) => {
    const back = async (query: string, error: string) => {
      const browser = newBrowser()
      const started = await browser.call('GET', `${OAUTH}/${id}/start${query}`)
      const state = new URL(started.headers.get('location') ?? '').searchParams.get('state')
      // Issuers that send `iss` do so here, too.
      const issuer =
        id === 'oidc'
          ? `&iss=${encodeURIComponent(new URL(started.headers.get('location') ?? '').origin)}`
          : ''
      return browser.call('GET', `${OAUTH}/${id}/callback?error=${error}&state=${state}${issuer}`)
    }
    const refused = await back('', 'access_denied')
    expect([refused.status, refused.body.code]).toEqual([400, 'oauth.cancelled'])
    const home = `?returnTo=${encodeURIComponent('http://orrery.test/')}`
    const sent = await back(home, 'access_denied')
    expect(sent.headers.get('location')).toBe('http://orrery.test/#error=oauth.cancelled')
    const failed = await back('', 'server_error')
    expect([failed.status, failed.body.code]).toEqual(FAILED)
  },
)
