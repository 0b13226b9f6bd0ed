// A reset of an account with an address that was never verified locks out its creator. An account with a verified
// address keeps its second factor and its keys.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { stepAt, totpCode } from '../../../../src/modules/auth/mfa/totp.ts'
import { call, get, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { mailTo } from '../../../helpers/jobs.ts'
import { newPerson } from '../../../helpers/people.ts'
import { freshEmail, PASSWORD, type Registered, registered, signIn } from '../accounts.ts'

const NEW_PASSWORD = 'Green-Comet-43'

async function withFactorAndKey(person: Registered): Promise<{ apiKey: string }> {
  const { secret } = (await post('/api/v1/auth/mfa/setup', person, { password: PASSWORD })).body
  clock.advance(30_000)
  const on = await post('/api/v1/auth/mfa/verify', person, {
    code: await totpCode(secret, stepAt(clock.now())),
  })
  expect(on.status).toBe(200)
  const key = await post('/api/v1/auth/api-keys', person, { name: 'robot', scopes: ['teams:list'] })
  return { apiKey: key.body.key }
}

async function reset(email: string): Promise<void> {
  await post('/api/v1/auth/password/forgot', undefined, { email })
  const mail = (await mailTo(email)).find((one) => one.subject === 'Choose a new password')
  const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0]
  const done = await post('/api/v1/auth/password/reset', undefined, { token, newPassword: NEW_PASSWORD })
  expect(done.status).toBe(204)
}

const verify = (userId: string) =>
  env.DB.prepare('UPDATE users SET email_verified_at = ? WHERE id = ?').bind(clock.now(), userId).run()

test('a second factor that was set up before the address was verified is removed by a reset from its mailbox', async () => {
  const lurker = await registered()
  const { apiKey } = await withFactorAndKey(lurker)
  await reset(lurker.email)
  expect((await signIn(lurker.email, NEW_PASSWORD)).status).toBe(200)
  expect((await get('/api/v1/teams', { apiKey })).status).toBe(401)
  const mail = (await mailTo(lurker.email)).find((one) => one.subject === 'Your password was changed')
  expect(mail?.text).not.toContain('robot')
})

test.each([
  ['a new address', () => ({ email: freshEmail() })],
  ['no proof', () => ({ emailVerified: false })],
])('an account that an admin has given %s keeps its second factor and its keys', async (_name, change) => {
  const admin = await newPerson({ platformRole: 'admin' })
  const person = await registered()
  await verify(person.userId)
  const { apiKey } = await withFactorAndKey(person)
  const moved = await call('PATCH', `/api/v1/admin/users/${person.userId}`, { as: admin, body: change() })
  expect(moved.body).toMatchObject({ emailVerified: false, mfaEnabled: true })

  await reset(moved.body.email)
  const entered = await signIn(moved.body.email, NEW_PASSWORD)
  expect([entered.status, entered.body.code]).toEqual([401, 'auth.mfa_required'])
  expect((await get('/api/v1/teams', { apiKey })).status).toBe(200)
  const mail = (await mailTo(moved.body.email)).find((one) => one.subject === 'Your password was changed')
  expect(mail?.text).toContain('robot')
})
