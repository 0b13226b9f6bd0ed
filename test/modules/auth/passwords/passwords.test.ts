import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../../src/core/clock.ts'
import { call, get, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { mailTo } from '../../../helpers/jobs.ts'
import { freshAddress, freshEmail, PASSWORD, refresh, registered, signIn } from '../accounts.ts'

const NEW_PASSWORD = 'Green-Comet-43'

const change = (token: string, currentPassword: string, newPassword = NEW_PASSWORD) =>
  call('PUT', '/api/v1/auth/password', { as: { token }, body: { currentPassword, newPassword } })

const forgot = (email: string) => post('/api/v1/auth/password/forgot', undefined, { email })

const reset = (token: string, newPassword = NEW_PASSWORD) =>
  post('/api/v1/auth/password/reset', undefined, { token, newPassword })

/** The token of the newest mail of that kind, without its link. */
async function mailedToken(email: string, subject: string): Promise<string> {
  const mail = (await mailTo(email)).find((one) => one.subject === subject)
  const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0] ?? ''
  expect(mail?.text).toContain(`#token=${token}\n`)
  return token
}

const unknownResets = async (address: string) =>
  (
    await env.DB.prepare(
      "SELECT count(*) AS n FROM audit_log WHERE action = 'password.reset_asked' AND target_id = 'unknown' AND address = ?",
    )
      .bind(address)
      .first<{ n: number }>()
  )?.n

const resetToken = (email: string) => mailedToken(email, 'Choose a new password')

test('a changed password ends all other sessions immediately, and the current one gets new tokens', async () => {
  const person = await registered()
  const other = (await signIn(person.email)).body
  const changed = await change(person.token, PASSWORD)
  expect(changed.status).toBe(200)
  for (const token of [person.token, other.accessToken])
    expect((await get('/api/v1/auth/me', { token })).status).toBe(401)
  for (const token of [person.refreshToken, other.refreshToken])
    expect((await refresh(token)).status).toBe(401)
  expect((await get('/api/v1/auth/me', { token: changed.body.accessToken })).status).toBe(200)
  expect((await refresh(changed.body.refreshToken)).status).toBe(200)
  expect((await signIn(person.email)).status).toBe(401)
  expect((await signIn(person.email, NEW_PASSWORD)).status).toBe(200)
  expect((await mailTo(person.email))[0]?.subject).toBe('Your password was changed')
})

test('changing the password needs the current one, and guesses cause a wait', async () => {
  const { token } = await registered()
  for (let i = 0; i < 6; i++) expect((await change(token, 'Wrong-Comet-42')).status).toBe(401)
  const refused = await change(token, PASSWORD)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
})

test('a new password must follow the same rules', async () => {
  const { token } = await registered()
  const refused = await change(token, PASSWORD, 'Password1!')
  expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
    422,
    'auth.weak_password',
    '/newPassword',
  ])
})

test('of two concurrent changes one counts', async () => {
  const { token, email } = await registered()
  const answers = await Promise.all([
    change(token, PASSWORD, 'First-Comet-1'),
    change(token, PASSWORD, 'Second-Comet-2'),
  ])
  const won = answers.findIndex((answer) => answer.status === 200)
  expect(answers[1 - won]?.status).not.toBe(200)
  expect((await signIn(email, ['First-Comet-1', 'Second-Comet-2'][won])).status).toBe(200)
})

test('a reset request gets the same response for known and unknown addresses', async () => {
  const { email } = await registered()
  const unknown = freshEmail()
  const answers = [await forgot(email), await forgot(unknown)]
  expect(answers.map((answer) => answer.status)).toEqual([202, 202])
  expect(answers[0]?.text).toBe(answers[1]?.text)
  expect(await resetToken(email)).toHaveLength(43)
  expect(await mailTo(unknown)).toEqual([])
})

test('a reset sets the password, ends every session, verifies the address and signs nobody in', async () => {
  const person = await registered()
  await forgot(person.email)
  const done = await reset(await resetToken(person.email))
  expect([done.status, done.text]).toEqual([204, ''])
  expect((await get('/api/v1/auth/me', { token: person.token })).status).toBe(401)
  expect((await refresh(person.refreshToken)).status).toBe(401)
  const entered = await signIn(person.email, NEW_PASSWORD)
  expect(entered.body.user.emailVerified).toBe(true)
})

test('a reset does not bypass the second factor', async () => {
  const { email, userId } = await registered()
  await env.DB.prepare('UPDATE users SET mfa_enabled = 1, email_verified_at = 1 WHERE id = ?')
    .bind(userId)
    .run()
  await forgot(email)
  expect((await reset(await resetToken(email))).status).toBe(204)
  const entered = await signIn(email, NEW_PASSWORD)
  expect([entered.status, entered.body.code]).toEqual([401, 'auth.mfa_required'])
})

test('a reset token that is used twice concurrently counts once', async () => {
  const { email } = await registered()
  await forgot(email)
  const token = await resetToken(email)
  const passwords = ['First-Comet-1', 'Second-Comet-2', 'Third-Comet-3']
  const answers = await Promise.all(passwords.map((password) => reset(token, password)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([204, 400, 400])
  const won = answers.findIndex((answer) => answer.status === 204)
  expect((await signIn(email, passwords[won])).status).toBe(200)
  expect((await reset(token)).body.code).toBe('auth.invalid_one_time_token')
})

test('a reset token is invalid after an hour, after a newer one, and after a change of password or address', async () => {
  const { email, userId, token } = await registered()
  await forgot(email)
  const first = await resetToken(email)
  await forgot(email)
  expect((await reset(first)).status).toBe(400)
  const second = await resetToken(email)
  expect((await change(token, PASSWORD)).status).toBe(200)
  expect((await reset(second)).status).toBe(400)

  await forgot(email)
  const third = await resetToken(email)
  const moved = freshEmail()
  await env.DB.prepare('UPDATE users SET email = ? WHERE id = ?').bind(moved, userId).run()
  expect((await reset(third)).status).toBe(400)

  await forgot(moved)
  const fourth = await resetToken(moved)
  clock.advance(HOUR_MS + 1)
  expect((await reset(fourth)).status).toBe(400)
})

test('a weak password does not use the token up', async () => {
  const { email } = await registered()
  await forgot(email)
  const token = await resetToken(email)
  expect((await reset(token, 'weak')).body.code).toBe('auth.weak_password')
  const named = await post('/api/v1/auth/password/reset', undefined, { token, password: NEW_PASSWORD })
  expect(named.status).toBe(204)
})

test('a token for one purpose does not work for another', async () => {
  const { email } = await registered()
  const proof = await mailedToken(email, 'Confirm your email address')
  expect((await reset(proof)).status).toBe(400)
  await forgot(email)
  const body = { token: await resetToken(email) }
  expect((await post('/api/v1/auth/email/verify', undefined, body)).status).toBe(400)
})

test('a mail confirms the address once, and a new mail invalidates the old one', async () => {
  const { email, token } = await registered()
  const first = await mailedToken(email, 'Confirm your email address')
  const again = await post('/api/v1/auth/email/resend', { token }, undefined)
  expect([again.status, again.body]).toEqual([202, { email, emailVerified: false }])
  const verify = (text: string) => post('/api/v1/auth/email/verify', undefined, { token: text })
  expect((await verify(first)).status).toBe(400)
  const second = await mailedToken(email, 'Confirm your email address')
  const answers = await Promise.all([verify(second), verify(second)])
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400])
  expect((await get('/api/v1/auth/me', { token })).body.emailVerified).toBe(true)
  const mails = (await mailTo(email)).length
  expect((await post('/api/v1/auth/email/resend', { token }, undefined)).body.emailVerified).toBe(true)
  expect(await mailTo(email)).toHaveLength(mails)
})

test('mails are limited, and too many requests do not prevent a reset', async () => {
  const { email } = await registered()
  for (let i = 0; i < 10; i++) expect((await forgot(email)).status).toBe(202)
  const token = await resetToken(email)
  const more = await forgot(email)
  expect([more.status, more.body]).toEqual([202, { status: 'accepted' }])
  const mails = (await mailTo(email)).filter((mail) => mail.subject === 'Choose a new password')
  expect(mails).toHaveLength(10)
  expect((await reset(token)).status).toBe(204)
})

test('requests by others do not use up the mails that a user can request', async () => {
  const { email, token } = await registered()
  for (let i = 0; i < 12; i++) await forgot(email)
  const resend = () => post('/api/v1/auth/email/resend', { token }, undefined)
  for (let i = 0; i < 10; i++) expect((await resend()).status).toBe(202)
  expect((await resend()).status).toBe(429)
})

test('requests for unknown addresses write one audit entry per hour and network', async () => {
  const from = freshAddress()
  const before = await unknownResets(from)
  for (let i = 0; i < 5; i++) {
    const asked = await post(
      '/api/v1/auth/password/forgot',
      undefined,
      { email: freshEmail() },
      { 'cf-connecting-ip': from },
    )
    expect(asked.status).toBe(202)
  }
  expect([before, await unknownResets(from)]).toEqual([0, 1])
})

test('tokens are stored as hashes only', async () => {
  const { email, userId } = await registered()
  const token = await mailedToken(email, 'Confirm your email address')
  const row = await env.DB.prepare('SELECT * FROM one_time_tokens WHERE user_id = ?').bind(userId).first()
  expect(JSON.stringify(row)).not.toContain(token)
  expect(row?.token_hash).toMatch(/^[0-9a-f]{64}$/)
})

test('the current password is rejected as new password, and no session ends', async () => {
  const person = await registered()
  const refused = await change(person.token, PASSWORD, PASSWORD)
  expect([refused.status, refused.body.code, refused.body.errors[0]]).toMatchObject([
    422,
    'auth.weak_password',
    { path: '/newPassword', code: 'unchanged' },
  ])
  expect((await get('/api/v1/auth/me', person)).status).toBe(200)
  expect((await change(person.token, 'Wrong-Comet-42', 'Wrong-Comet-42')).status).toBe(401)
})
