// Setting up and removing a second factor: which proof each requires.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../../src/core/clock.ts'
import { stepAt, totpCode } from '../../../../src/modules/auth/mfa/totp.ts'
import { call, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { mailTo } from '../../../helpers/jobs.ts'
import { newPerson } from '../../../helpers/people.ts'
import { PASSWORD, type Registered, registered, signIn } from '../accounts.ts'

const MFA = '/api/v1/auth/mfa'
const NEW_PASSWORD = 'Green-Comet-43'

async function withFactor(): Promise<Registered & { secret: string }> {
  const person = await registered()
  const { secret } = (await post(`${MFA}/setup`, person, { password: PASSWORD })).body
  const code = await totpCode(secret, stepAt(clock.now()))
  expect((await post(`${MFA}/verify`, person, { code })).status).toBe(200)
  return { ...person, secret }
}

const rowsOf = async (userId: string) =>
  env.DB.prepare(
    `SELECT mfa_enabled AS enabled, (SELECT count(*) FROM totp_factors WHERE user_id = u.id) AS factors,
       (SELECT count(*) FROM backup_codes WHERE user_id = u.id) AS codes FROM users u WHERE u.id = ?`,
  )
    .bind(userId)
    .first()

async function resetByMail(email: string) {
  await post('/api/v1/auth/password/forgot', undefined, { email })
  const mail = (await mailTo(email)).find((one) => one.subject === 'Choose a new password')
  const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0]
  return post('/api/v1/auth/password/reset', undefined, { token, newPassword: NEW_PASSWORD })
}

test('a reset that verifies the address removes the second factor set by whoever registered it', async () => {
  const { email, userId } = await withFactor()
  expect((await resetByMail(email)).status).toBe(204)
  expect(await rowsOf(userId)).toEqual({ enabled: 0, factors: 0, codes: 0 })
  expect((await signIn(email, NEW_PASSWORD)).status).toBe(200)
})

test('the second factor of a verified address survives a reset', async () => {
  const { email, userId } = await withFactor()
  await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(userId).run()
  expect((await resetByMail(email)).status).toBe(204)
  expect(await rowsOf(userId)).toEqual({ enabled: 1, factors: 1, codes: 10 })
  expect((await signIn(email, NEW_PASSWORD)).body.code).toBe('auth.mfa_required')
})

test('setup requires the password if the account has one', async () => {
  const person = await registered()
  for (const body of [undefined, {}, { password: 'Wrong-Comet-42' }]) {
    const refused = await post(`${MFA}/setup`, person, body)
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.invalid_credentials'])
  }
  expect((await post(`${MFA}/setup`, person, { password: PASSWORD })).status).toBe(200)
})

test('setup without a password requires a recent sign-in', async () => {
  const person = await newPerson()
  await env.DB.prepare('UPDATE sessions SET created_at = ? WHERE id = ?')
    .bind(clock.now() - 11 * MINUTE_MS, person.sessionId)
    .run()
  expect((await post(`${MFA}/setup`, person, undefined)).body.code).toBe('auth.fresh_sign_in_required')
})

test('the correct password does not clear the count of wrong codes', async () => {
  const person = await withFactor()
  const disable = () => post(`${MFA}/disable`, person, { password: PASSWORD, code: 'not-a-code' })
  for (let i = 0; i < 6; i++) expect((await disable()).body.code).toBe('auth.invalid_mfa_code')
  expect((await disable()).status).toBe(429)
})

test("an administrator removes a user's second factor, which is logged and mailed to the user", async () => {
  const admin = await newPerson({ platformRole: 'admin' })
  const { email, userId } = await withFactor()
  const remove = () => call('DELETE', `/api/v1/admin/users/${userId}/mfa`, { as: admin })
  const done = await remove()
  expect([done.status, done.body.mfaEnabled]).toEqual([200, false])
  expect(await rowsOf(userId)).toEqual({ enabled: 0, factors: 0, codes: 0 })
  expect((await signIn(email)).status).toBe(200)
  const entry = await env.DB.prepare(
    "SELECT actor_id AS actor, team_id AS team FROM audit_log WHERE target_id = ? AND action = 'mfa.removed'",
  )
    .bind(userId)
    .first()
  expect(entry).toEqual({ actor: admin.userId, team: 'system' })
  expect((await mailTo(email)).map((mail) => mail.subject)).toContain(
    'Two-step sign-in was turned off by an administrator',
  )
  const again = await remove()
  expect([again.status, again.body.code]).toEqual([409, 'auth.mfa_not_enabled'])
})

test('an administrator cannot remove their own second factor without a code', async () => {
  const admin = await newPerson({ platformRole: 'admin' })
  const refused = await call('DELETE', `/api/v1/admin/users/${admin.userId}/mfa`, { as: admin })
  expect([refused.status, refused.body.code]).toEqual([409, 'admin.own_account'])
  const other = await newPerson()
  const path = `/api/v1/admin/users/${admin.userId}/mfa`
  expect((await call('DELETE', path, { as: other })).status).toBe(403)
})
