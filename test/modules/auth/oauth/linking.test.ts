import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { randomToken } from '../../../../src/core/crypto.ts'
import { stepAt, totpCode } from '../../../../src/modules/auth/mfa/totp.ts'
import { call, get, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { mailTo } from '../../../helpers/jobs.ts'
import { newBrowser, OAUTH } from '../../../helpers/oidc-browser.ts'
import { newPerson, type Person } from '../../../helpers/people.ts'

const HOME = `?returnTo=${encodeURIComponent('http://orrery.test/')}`

const accountFor = (email: string) => ({
  sub: `sub-${randomToken()}`,
  email,
  email_verified: true,
  name: 'Ada',
})
const githubFor = (email: string) => ({
  id: Math.floor(Math.random() * 1e12) + 1,
  login: 'octo',
  name: null,
  emails: [{ email, primary: true, verified: true }],
})

const identitiesOf = async (userId: string) =>
  (
    await env.DB.prepare('SELECT provider FROM oauth_identities WHERE user_id = ? ORDER BY provider')
      .bind(userId)
      .all<{ provider: string }>()
  ).results.map((row) => row.provider)

const change = (userId: string, set: string) =>
  env.DB.prepare(`UPDATE users SET ${set} WHERE id = ?`).bind(userId).run()

async function enableMfa(person: Person): Promise<string> {
  const { secret } = (await post('/api/v1/auth/mfa/setup', person, undefined)).body
  clock.advance(30_000 - (clock.now() % 30_000))
  await post('/api/v1/auth/mfa/verify', person, { code: await totpCode(secret, stepAt(clock.now())) })
  clock.advance(30_000)
  return secret
}

/** Signs in at the provider and links it, like the page in `returnTo` would. */
async function link(person: Person, provider: string, account: object) {
  const browser = newBrowser()
  await browser.call('GET', await browser.signInAt(provider, account, HOME))
  return browser.call('POST', `${OAUTH}/identities`, { as: person, body: {} })
}

test('an address verified on both sides links the account, and its owner gets a mail', async () => {
  const person = await newPerson()
  const browser = newBrowser()
  const account = accountFor(person.email.toUpperCase())
  const answer = await browser.call('GET', await browser.signInAt('oidc', account))
  expect([answer.status, answer.body.user?.id]).toEqual([200, person.userId])
  expect(await identitiesOf(person.userId)).toEqual(['oidc'])
  const mail = await env.DB.prepare("SELECT body FROM outbox WHERE json_extract(body, '$.to') = ?")
    .bind(person.email)
    .first<{ body: string }>()
  expect(mail?.body).toContain('A new way to sign in')
})

test('an account with an unverified address is neither linked nor replaced', async () => {
  const lurker = await newPerson()
  await change(lurker.userId, "email_verified_at = NULL, password_hash = 'x'")
  const before = await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(lurker.userId).first()
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt('oidc', accountFor(lurker.email)))
  expect([answer.status, answer.body.code]).toEqual([409, 'oauth.account_not_verified'])
  expect(await identitiesOf(lurker.userId)).toEqual([])
  expect(await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(lurker.userId).first()).toEqual(before)
})

test('an account with an unverified address cannot link a provider', async () => {
  const lurker = await newPerson()
  await change(lurker.userId, 'email_verified_at = NULL')
  const answer = await link(lurker, 'oidc', accountFor('lurker@example.com'))
  expect([answer.status, answer.body.code]).toEqual([403, 'auth.email_not_verified'])
})

test('a reset that verifies the address locks out the creator of the account, and its owner signs in with the provider', async () => {
  const person = await newPerson()
  const key = await post('/api/v1/auth/api-keys', person, { name: 'kept', scopes: ['teams:list'] })
  expect((await get('/api/v1/teams', { apiKey: key.body.key })).status).toBe(200)
  await change(person.userId, 'email_verified_at = NULL')
  const account = accountFor(person.email)
  await post('/api/v1/auth/password/forgot', undefined, { email: person.email })
  const [mail] = await mailTo(person.email)
  const token = /#token=(\S+)/.exec(mail?.text ?? '')?.[1]
  const reset = await post('/api/v1/auth/password/reset', undefined, {
    token,
    newPassword: 'Brand-new-horse-7',
  })
  expect(reset.status).toBeLessThan(300)
  const browser = newBrowser()
  const answer = await browser.call('GET', await browser.signInAt('oidc', account))
  expect([answer.status, answer.body.user?.id]).toEqual([200, person.userId])
  expect((await get('/api/v1/teams', person)).status).toBe(401)
  expect((await get('/api/v1/teams', { apiKey: key.body.key })).status).toBe(401)
})

test('a second identity of the same provider is not linked by its address', async () => {
  const person = await newPerson()
  const first = newBrowser()
  await first.call('GET', await first.signInAt('oidc', accountFor(person.email)))
  const second = newBrowser()
  const answer = await second.call('GET', await second.signInAt('oidc', accountFor(person.email)))
  expect([answer.status, answer.body.code]).toEqual([409, 'resource.conflict'])
})

test('a disabled account cannot sign in, linked or not', async () => {
  const person = await newPerson()
  const account = accountFor(person.email)
  await change(person.userId, "status = 'disabled'")
  const before = newBrowser()
  const unlinked = await before.call('GET', await before.signInAt('oidc', account))
  expect([unlinked.status, unlinked.body.code]).toEqual([403, 'auth.account_disabled'])
  expect(await identitiesOf(person.userId)).toEqual([])
  await change(person.userId, "status = 'active'")
  const linking = newBrowser()
  await linking.call('GET', await linking.signInAt('oidc', account))
  await change(person.userId, "status = 'disabled'")
  const after = newBrowser()
  const linked = await after.call('GET', await after.signInAt('oidc', account))
  expect([linked.status, linked.body.code]).toEqual([403, 'auth.account_disabled'])
})

test('the second factor is required before an identity is linked, and is given in the same browser', async () => {
  const person = await newPerson()
  const secret = await enableMfa(person)
  const browser = newBrowser()
  const due = await browser.call('GET', await browser.signInAt('oidc', accountFor(person.email)))
  expect([due.status, due.body.code]).toEqual([401, 'auth.mfa_required'])
  expect(due.body.detail).toContain('/api/v1/auth/oauth/exchange')
  expect(await identitiesOf(person.userId)).toEqual([])

  const exchange = (body: object, from = browser) => from.call('POST', `${OAUTH}/exchange`, { body })
  expect((await exchange({})).body.code).toBe('auth.mfa_required')
  expect((await exchange({ mfaCode: '000000' })).body.code).toBe('auth.invalid_mfa_code')
  const mfaCode = await totpCode(secret, stepAt(clock.now()))
  expect((await exchange({ mfaCode }, newBrowser())).body.code).toBe('oauth.failed')
  const done = await exchange({ mfaCode })
  expect([done.status, done.body.user?.id]).toEqual([200, person.userId])
  expect(await identitiesOf(person.userId)).toEqual(['oidc'])
  expect((await exchange({ mfaCode })).body.code).toBe('oauth.failed')
})

test('a signed-in user links, lists and unlinks identities with other addresses', async () => {
  const person = await newPerson()
  const linked = await link(person, 'github', githubFor('private@example.com'))
  await change(person.userId, "password_hash = 'x'")
  expect(linked.status).toBe(201)
  expect(linked.body).toMatchObject({ provider: 'github', email: 'private@example.com' })
  const list = await get(`${OAUTH}/identities`, person)
  expect(list.body.items).toEqual([linked.body])
  const gone = await call('DELETE', `${OAUTH}/identities/github`, { as: person })
  expect(gone.status).toBe(204)
  expect((await call('DELETE', `${OAUTH}/identities/github`, { as: person })).status).toBe(404)
  expect((await get(`${OAUTH}/identities`, person)).body.items).toEqual([])
})

test('an identity of another account, or a second one of a provider, is not linked, and no code links twice', async () => {
  const account = accountFor('shared@example.com')
  const owner = await newPerson()
  expect((await link(owner, 'oidc', account)).status).toBe(201)
  const other = await newPerson()
  const taken = await link(other, 'oidc', account)
  expect([taken.status, taken.body.code]).toEqual([409, 'resource.exists'])
  const second = await link(owner, 'oidc', accountFor('second@example.com'))
  expect([second.status, second.body.code]).toEqual([409, 'resource.exists'])

  const browser = newBrowser()
  await browser.call('GET', await browser.signInAt('github', githubFor('twice@example.com'), HOME))
  const answers = await Promise.all(
    [owner, other].map((as) => browser.call('POST', `${OAUTH}/identities`, { as, body: {} })),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 400])
})

test('the last way to sign in cannot be removed, even by two concurrent requests', async () => {
  const person = await newPerson()
  await link(person, 'oidc', accountFor('a@example.com'))
  await link(person, 'github', githubFor('b@example.com'))
  const answers = await Promise.all(
    ['oidc', 'github'].map((provider) => call('DELETE', `${OAUTH}/identities/${provider}`, { as: person })),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([204, 409])
  expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({
    code: 'auth.last_sign_in_method',
  })
  expect(await identitiesOf(person.userId)).toHaveLength(1)
})

test('linking requires a session and the browser of the code', async () => {
  const person = await newPerson()
  expect((await post(`${OAUTH}/identities`, undefined, {})).status).toBe(401)
  const answer = await post(`${OAUTH}/identities`, person, { code: randomToken() })
  expect([answer.status, answer.body.code]).toEqual([400, 'oauth.failed'])
})
