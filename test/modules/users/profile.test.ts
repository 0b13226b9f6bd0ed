import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { newId } from '../../../src/core/ids.ts'
import { newApiKey } from '../../../src/modules/api-keys/format.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo } from '../../helpers/jobs.ts'
import { hashOf, newPerson, type Person } from '../../helpers/people.ts'

const PROFILE = '/api/v1/users/profile'
const PASSWORD = 'Correct-Horse-9'

async function withPassword(): Promise<Person> {
  const person = await newPerson()
  await env.DB.prepare('UPDATE users SET password_hash = ? WHERE id = ?')
    .bind(await hashOf(PASSWORD), person.userId)
    .run()
  return person
}

const change = (as: Person, body: unknown, headers = {}) => call('PUT', PROFILE, { as, body, headers })

const askFor = (as: Person, email: string) => change(as, { email, currentPassword: PASSWORD })

async function tokenMailedTo(email: string): Promise<string> {
  const [mail] = await mailTo(email)
  return /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0] ?? ''
}

const confirm = (as: Person, token: string) => post(`${PROFILE}/email`, as, { token })

test('the profile shows its owner and nothing secret', async () => {
  const person = await withPassword()
  const answer = await get(PROFILE, person)
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    id: person.userId,
    email: person.email,
    hasPassword: true,
    pendingEmail: null,
  })
  expect(answer.headers.get('etag')).toBe('"1"')
  expect(answer.text).not.toContain('argon2')
})

test.each(['PUT', 'PATCH'])('%s changes the name, and is audited without it', async (method) => {
  const person = await newPerson({ name: 'Before' })
  const answer = await call(method, PROFILE, { as: person, body: { name: '  After ' } })
  expect([answer.status, answer.body.name, answer.body.version]).toEqual([200, 'After', 2])
  const row = await env.DB.prepare(
    "SELECT before, after FROM audit_log WHERE action = 'profile.updated' AND target_id = ?",
  )
    .bind(person.userId)
    .first()
  expect(row).toEqual({ before: null, after: '{"fields":["name"]}' })
})

test('of concurrent changes of one version exactly one succeeds', async () => {
  const person = await newPerson()
  const answers = await Promise.all(
    ['A', 'B', 'C'].map((name) => change(person, { name }, { 'if-match': '"1"' })),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412, 412])
})

test.each([
  ['a platform role', { role: 'admin' }],
  ['a password hash', { passwordHash: 'x' }],
  ['a verified flag', { emailVerified: true }],
  ['no name', { name: '' }],
  ['no address', { email: 'nobody' }],
])('a change with %s is refused', async (_what, body) => {
  const person = await newPerson()
  expect((await change(person, body)).status).toBe(422)
})

test('a new address counts only once its mailbox has confirmed it', async () => {
  const person = await withPassword()
  const email = `new-${person.email}`
  const asked = await askFor(person, email)
  expect(asked.body).toMatchObject({ email: person.email, pendingEmail: email })
  const done = await confirm(person, await tokenMailedTo(email))
  expect(done.status).toBe(200)
  expect(done.body).toMatchObject({ email, emailVerified: true, pendingEmail: null })
  expect((await mailTo(person.email)).map((mail) => mail.subject).sort()).toEqual([
    'A change of your email address was requested',
    'Your email address was changed',
  ])
})

test('without the password an address is not changed', async () => {
  const person = await withPassword()
  const none = await change(person, { email: `x-${person.email}` })
  const wrong = await change(person, { email: `x-${person.email}`, currentPassword: 'Wrong-Horse-9' })
  expect([none.status, wrong.status]).toEqual([401, 401])
  expect((await get(PROFILE, person)).body.pendingEmail).toBeNull()
})

test('guessing the password causes longer and longer waits', async () => {
  const person = await withPassword()
  const statuses: number[] = []
  for (let i = 0; i < 8; i++)
    statuses.push((await change(person, { email: 'x@example.com', currentPassword: `Wrong-${i}` })).status)
  expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
  expect(statuses).toContain(429)
})

test('an account without a password needs a sign-in of the last ten minutes', async () => {
  const person = await newPerson()
  expect((await change(person, { email: `f-${person.email}` })).status).toBe(200)
  await env.DB.prepare('UPDATE sessions SET created_at = ? WHERE id = ?')
    .bind(clock.now() - 11 * MINUTE_MS, person.sessionId)
    .run()
  const late = await change(person, { email: `g-${person.email}` })
  expect([late.status, late.body.code]).toEqual([403, 'auth.fresh_sign_in_required'])
})

test('the token works once, also with many concurrent requests', async () => {
  const person = await withPassword()
  const email = `once-${person.email}`
  await askFor(person, email)
  const token = await tokenMailedTo(email)
  const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(person, token)))
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  expect(answers.filter((answer) => answer.status === 400)).toHaveLength(4)
})

test('the token does not work for another account, a day later, or after a newer one', async () => {
  const person = await withPassword()
  const email = `own-${person.email}`
  await askFor(person, email)
  const first = await tokenMailedTo(email)
  expect((await confirm(await newPerson(), first)).status).toBe(400)
  await askFor(person, `other-${person.email}`)
  expect((await confirm(person, first)).status).toBe(400)
  const second = await tokenMailedTo(`other-${person.email}`)
  await env.DB.prepare('UPDATE one_time_tokens SET expires_at = ? WHERE user_id = ?')
    .bind(clock.now() - DAY_MS, person.userId)
    .run()
  expect((await confirm(person, second)).status).toBe(400)
  expect((await get(PROFILE, person)).body.pendingEmail).toBeNull()
})

test('requesting the current address cancels a pending change', async () => {
  const person = await withPassword()
  const email = `back-${person.email}`
  await askFor(person, email)
  const token = await tokenMailedTo(email)
  expect((await askFor(person, person.email)).body.pendingEmail).toBeNull()
  expect((await confirm(person, token)).status).toBe(400)
})

test('a used address gets the same answer, and only its owner is notified', async () => {
  const owner = await newPerson()
  const person = await withPassword()
  const taken = await askFor(person, owner.email)
  const free = await askFor(person, `free-${person.email}`)
  expect([taken.status, free.status]).toEqual([200, 200])
  expect(Object.keys(taken.body)).toEqual(Object.keys(free.body))
  const [mail] = await mailTo(owner.email)
  expect(mail?.subject).toBe('Your email address already has an account')
  expect(mail?.text).not.toMatch(/[\w-]{43}/)
})

test('two accounts that confirm one address concurrently do not both get it', async () => {
  const people = [await withPassword(), await withPassword()]
  const email = `race-${people[0]?.email}`
  const tokens: string[] = []
  for (const person of people) {
    await askFor(person, email)
    tokens.push(await tokenMailedTo(email))
  }
  const answers = await Promise.all(people.map((person, i) => confirm(person, tokens[i] ?? '')))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
  expect(answers.find((answer) => answer.status === 409)?.body.code).toBe('auth.email_taken')
})

test('an API key may change the name but neither the address nor the account', async () => {
  const person = await withPassword()
  const apiKey = newApiKey()
  await env.DB.prepare(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at)
     VALUES (?, ?, ?, 'k', ?, 'abcd', '["profile:write"]', 0)`,
  )
    .bind(newId('key', clock.now()), person.teamId, person.userId, await sha256Hex(apiKey))
    .run()
  const as = { apiKey }
  expect((await call('PUT', PROFILE, { as, body: { name: 'By key' } })).status).toBe(200)
  const body = { email: 'k@example.com', currentPassword: PASSWORD }
  expect((await call('PUT', PROFILE, { as, body })).status).toBe(403)
  expect((await call('DELETE', PROFILE, { as, body: { password: PASSWORD } })).status).toBe(403)
  expect((await call('GET', '/api/v1/users/export', { as })).status).toBe(403)
})

test('without signing in there is no profile', async () => {
  expect((await get(PROFILE)).status).toBe(401)
})
