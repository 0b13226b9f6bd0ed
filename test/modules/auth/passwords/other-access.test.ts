// Ways into an account besides its password: adding one takes more than a stolen session, and a new password lists
// them and can remove them.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../../src/core/clock.ts'
import { randomToken } from '../../../../src/core/crypto.ts'
import { stepAt, totpCode } from '../../../../src/modules/auth/mfa/totp.ts'
import { call, get, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { mailTo } from '../../../helpers/jobs.ts'
import { newBrowser, OAUTH } from '../../../helpers/oidc-browser.ts'
import { newPerson } from '../../../helpers/people.ts'
import { freshEmail, PASSWORD, type Registered, registered, signIn } from '../accounts.ts'

const NEW_PASSWORD = 'Green-Comet-43'
const HOME = `?returnTo=${encodeURIComponent('http://orrery.test/')}`

const someoneElse = () => ({ sub: `sub-${randomToken()}`, email: freshEmail(), email_verified: true })

/** A browser that has just signed in at a provider as another person, with its code in a cookie. */
async function atProvider(account: object = someoneElse()) {
  const browser = newBrowser()
  await browser.call('GET', await browser.signInAt('oidc', account, HOME))
  return (as: { token?: string }, body: object) => browser.call('POST', `${OAUTH}/identities`, { as, body })
}

async function verified(): Promise<Registered> {
  const person = await registered()
  await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(person.userId).run()
  return person
}

const keyOf = async (person: Registered) =>
  (await post('/api/v1/auth/api-keys', person, { name: 'robot', scopes: ['teams:list'] })).body.key as string

const keyWorks = async (apiKey: string) => (await get('/api/v1/teams', { apiKey })).status === 200

const countIdentities = async (userId: string) =>
  (
    await env.DB.prepare('SELECT count(*) AS n FROM oauth_identities WHERE user_id = ?')
      .bind(userId)
      .first<{ n: number }>()
  )?.n

async function reset(email: string, more: object = {}) {
  await post('/api/v1/auth/password/forgot', undefined, { email })
  const mail = (await mailTo(email)).find((one) => one.subject === 'Choose a new password')
  const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0]
  const done = await post('/api/v1/auth/password/reset', undefined, {
    token,
    newPassword: NEW_PASSWORD,
    ...more,
  })
  expect(done.status).toBe(204)
}

const changedMail = async (email: string) =>
  (await mailTo(email)).find((one) => one.subject === 'Your password was changed')?.text ?? ''

test('a stolen session alone links no identity, and a wrong password does not use the sign-in up', async () => {
  const person = await verified()
  const link = await atProvider()
  for (const body of [{}, { password: 'Wrong-Comet-42' }, { mfaCode: '000000' }]) {
    const refused = await link(person, body)
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.invalid_credentials'])
  }
  expect(await countIdentities(person.userId)).toBe(0)
  expect((await link(person, { password: PASSWORD })).status).toBe(201)
  expect(await countIdentities(person.userId)).toBe(1)
})

test('password guesses through linking cause a wait', async () => {
  const person = await verified()
  const link = await atProvider()
  for (let i = 0; i < 6; i++) expect((await link(person, { password: `Wrong-Comet-${i}` })).status).toBe(401)
  expect((await link(person, { password: PASSWORD })).status).toBe(429)
})

test('an account without a password links with a fresh sign-in, or with a code of its second factor', async () => {
  const person = await newPerson()
  const { secret } = (await post('/api/v1/auth/mfa/setup', person, undefined)).body
  const code = async () => {
    clock.advance(30_000)
    return totpCode(secret, stepAt(clock.now()))
  }
  await post('/api/v1/auth/mfa/verify', person, { code: await code() })
  clock.advance(11 * MINUTE_MS)
  const link = await atProvider()
  const stale = await link(person, {})
  expect([stale.status, stale.body.code]).toEqual([403, 'auth.fresh_sign_in_required'])
  const wrong = await link(person, { mfaCode: '000000' })
  expect([wrong.status, wrong.body.code]).toEqual([401, 'auth.invalid_mfa_code'])
  expect((await link(person, { mfaCode: await code() })).status).toBe(201)
})

test('a reset keeps keys and providers, and its mail lists them', async () => {
  const person = await verified()
  const key = await keyOf(person)
  const account = someoneElse()
  await (await atProvider(account))(person, { password: PASSWORD })
  await reset(person.email)
  const text = await changedMail(person.email)
  expect(text).toContain(`the API key "robot" (ork_live_…${key.slice(-4)})`)
  expect(text).toContain(`signing in with oidc (${account.email})`)
  expect([await keyWorks(key), await countIdentities(person.userId)]).toEqual([true, 1])
})

test('a reset revokes all keys and unlinks all providers on request, and the password still signs in', async () => {
  const person = await verified()
  const key = await keyOf(person)
  const account = someoneElse()
  await (await atProvider(account))(person, { password: PASSWORD })
  await reset(person.email, { revokeKeys: true, unlinkIdentities: true })
  expect(await keyWorks(key)).toBe(false)
  expect(await countIdentities(person.userId)).toBe(0)
  expect(await changedMail(person.email)).not.toContain('still open')
  expect((await signIn(person.email, NEW_PASSWORD)).status).toBe(200)
  const thief = newBrowser()
  const back = await thief.call('GET', await thief.signInAt('oidc', account))
  expect(back.body.user?.id).not.toBe(person.userId)
})

test('an account created with a provider can still sign in when a reset unlinks its providers', async () => {
  const browser = newBrowser()
  const account = someoneElse()
  const made = await browser.call('GET', await browser.signInAt('oidc', account))
  await reset(account.email, { unlinkIdentities: true })
  expect(await countIdentities(made.body.user.id)).toBe(0)
  expect((await signIn(account.email, NEW_PASSWORD)).status).toBe(200)
})

test('the mail about a changed password lists them too', async () => {
  const person = await verified()
  await keyOf(person)
  const changed = await call('PUT', '/api/v1/auth/password', {
    as: person,
    body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
  })
  expect(changed.status).toBe(200)
  expect(await changedMail(person.email)).toContain('the API key "robot"')
})
