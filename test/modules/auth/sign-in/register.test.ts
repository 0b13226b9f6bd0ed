import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get, post } from '../../../helpers/api.ts'
import { mailTo } from '../../../helpers/jobs.ts'
import { failFrom, freshAddress, freshEmail, PASSWORD, registered, signIn } from '../accounts.ts'

const REGISTER = '/api/v1/auth/register'

test('registering creates a user with a personal team, signs in and sends a mail to confirm the address', async () => {
  const email = freshEmail()
  const made = await post(REGISTER, undefined, { email, password: PASSWORD, name: ' Ada ' })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    tokenType: 'Bearer',
    expiresIn: 1800,
    user: { email, name: 'Ada', role: 'user', emailVerified: false, mfaEnabled: false },
  })
  const me = await get('/api/v1/auth/me', { token: made.body.accessToken })
  expect(me.body).toMatchObject({
    id: made.body.user.id,
    // The default plan is a setting of the platform, which a concurrent test may have changed.
    team: { id: made.body.user.personalTeamId, role: 'owner', plan: expect.any(String) },
    scopes: null,
  })
  const [mail] = await mailTo(email)
  expect(mail?.subject).toBe('Confirm your email address')
  expect(mail?.text).toContain('http://orrery.test/')
})

test('an address is one account in any spelling, and a used one is refused', async () => {
  const email = freshEmail()
  await registered(` ${email.toUpperCase()} `)
  const again = await post(REGISTER, undefined, { email, password: PASSWORD })
  expect([again.status, again.body.code]).toEqual([409, 'auth.email_taken'])
  expect((await signIn(email.toUpperCase())).status).toBe(200)
})

test('of two concurrent registrations of one address one is refused and leaves nothing behind', async () => {
  const email = freshEmail()
  const body = { email, password: PASSWORD }
  const answers = await Promise.all([post(REGISTER, undefined, body), post(REGISTER, undefined, body)])
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409])
  const winner = answers.find((answer) => answer.status === 201)?.body.user
  const teams = await env.DB.prepare(
    "SELECT count(*) AS n FROM teams t LEFT JOIN users u ON u.id = t.owner_id WHERE u.email = ? OR (u.id IS NULL AND t.name = 'Personal')",
  )
    .bind(email)
    .first<{ n: number }>()
  expect(teams?.n).toBe(1)
  expect(winner.email).toBe(email)
})

test.each([
  ['role', 'admin'],
  ['emailVerified', true],
  ['status', 'active'],
  ['plan', 'team'],
  ['personalTeamId', 'team_00000000000000000000000000'],
  ['tokenVersion', 0],
  ['id', 'usr_00000000000000000000000000'],
])('nobody can give themselves a %s while registering', async (field, value) => {
  const refused = await post(REGISTER, undefined, {
    email: freshEmail(),
    password: PASSWORD,
    [field]: value,
  })
  expect([refused.status, refused.body.code]).toEqual([422, 'request.invalid'])
})

test.each([
  ['no password', { email: 'a@example.com' }],
  ['no address', { password: PASSWORD }],
  ['something that is no address', { email: 'nobody', password: PASSWORD }],
  ['an empty name', { email: 'a@example.com', password: PASSWORD, name: ' ' }],
  ['a password that is no text', { email: 'a@example.com', password: 12 }],
])('registering with %s is refused', async (_what, body) => {
  expect((await post(REGISTER, undefined, body)).status).toBe(422)
})

test('a weak password is refused with each rule that it violates', async () => {
  const refused = await post(REGISTER, undefined, { email: freshEmail(), password: 'password' })
  expect([refused.status, refused.body.code]).toEqual([422, 'auth.weak_password'])
  expect(refused.body.errors.map((one: { code: string }) => one.code)).toEqual([
    'no_upper',
    'no_digit',
    'no_special',
    'common',
  ])
  expect(refused.text).not.toContain('"password"}')
})

test('repeated registrations of used addresses cause a wait', async () => {
  const taken = (await registered()).email
  const address = freshAddress()
  const ask = (email: string) =>
    post(REGISTER, undefined, { email, password: PASSWORD }, { 'cf-connecting-ip': address })
  await failFrom(address, 49)
  expect((await ask(freshEmail())).status).toBe(201)
  expect((await ask(taken)).status).toBe(409)
  expect((await ask(taken)).status).toBe(409)
  const refused = await ask(freshEmail())
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
})

test('registering signs in, and the statistics contain the time', async () => {
  const person = await registered()
  expect((await get('/api/v1/users/stats', person)).body.lastSignInAt).not.toBeNull()
})
