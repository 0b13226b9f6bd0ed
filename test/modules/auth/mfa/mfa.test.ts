import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { randomToken } from '../../../../src/core/crypto.ts'
import { rewrapFactors } from '../../../../src/modules/auth/mfa/second-factor.ts'
import { stepAt, totpCode } from '../../../../src/modules/auth/mfa/totp.ts'
import { get, post } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { withContext } from '../../../helpers/jobs.ts'
import { hashOf, newPerson, type Person } from '../../../helpers/people.ts'

const MFA = '/api/v1/auth/mfa'

const codeNow = (secret: string, steps = 0) => totpCode(secret, stepAt(clock.now()) + steps)

/** Moves to the beginning of the next step, so that the step does not change between creating a code and using it. */
const nextStep = () => clock.advance(30_000 - (clock.now() % 30_000))

async function newPersonWithMfa(): Promise<{ person: Person; secret: string; backupCodes: string[] }> {
  const person = await newPerson()
  const { secret } = (await post(`${MFA}/setup`, person, undefined)).body
  nextStep()
  const verified = await post(`${MFA}/verify`, person, { code: await codeNow(secret) })
  expect(verified.status).toBe(200)
  nextStep()
  return { person, secret, backupCodes: verified.body.backupCodes }
}

async function withPassword(person: Person) {
  await env.DB.prepare('UPDATE users SET password_hash = ? WHERE id = ?')
    .bind(await hashOf('Correct-horse-1'), person.userId)
    .run()
  return (mfaCode: string | undefined) =>
    post('/api/v1/auth/login', undefined, {
      email: person.email,
      password: 'Correct-horse-1',
      ...(mfaCode === undefined ? {} : { mfaCode }),
    })
}

const codesOf = (answers: { status: number; body: { code?: string } }[]) =>
  answers.map((answer) => answer.body.code ?? answer.status).sort()

const count = async (table: 'totp_factors' | 'backup_codes', userId: string) =>
  (
    await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE user_id = ?`)
      .bind(userId)
      .first<{ n: number }>()
  )?.n

test('setup returns a secret, its URL and a QR code, and requires no codes until it is confirmed', async () => {
  const person = await newPerson()
  const setup = await post(`${MFA}/setup`, person, undefined)
  expect(setup.status).toBe(200)
  expect(setup.body.secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(setup.body.otpauthUrl).toContain(`secret=${setup.body.secret}`)
  expect(atob(setup.body.qrCode.replace('data:image/svg+xml;base64,', ''))).toMatch(/^<svg .*<\/svg>$/s)
  const row = await env.DB.prepare(
    'SELECT u.mfa_enabled, f.secret, f.confirmed_at FROM users u JOIN totp_factors f ON f.user_id = u.id WHERE u.id = ?',
  )
    .bind(person.userId)
    .first()
  expect(row).toMatchObject({ mfa_enabled: 0, confirmed_at: null })
  expect(row?.secret).toMatch(/^v1\./)
  expect(row?.secret).not.toContain(setup.body.secret)
})

test('setting up again replaces an unconfirmed setup, and is refused after the confirmation', async () => {
  const person = await newPerson()
  const first = await post(`${MFA}/setup`, person, undefined)
  const second = await post(`${MFA}/setup`, person, undefined)
  expect(second.body.secret).not.toBe(first.body.secret)
  const old = await post(`${MFA}/verify`, person, { code: await codeNow(first.body.secret) })
  expect(old.body.code).toBe('auth.invalid_mfa_code')
  expect((await post(`${MFA}/verify`, person, { code: await codeNow(second.body.secret) })).status).toBe(200)
  for (const again of [
    await post(`${MFA}/setup`, person, undefined),
    await post(`${MFA}/verify`, person, { code: await codeNow(second.body.secret) }),
  ])
    expect([again.status, again.body.code]).toEqual([409, 'auth.mfa_already_enabled'])
})

test('confirming returns ten backup codes of 128 bits, stored only as hashes, and sends a mail', async () => {
  const { person, backupCodes } = await newPersonWithMfa()
  expect(new Set(backupCodes).size).toBe(10)
  for (const code of backupCodes) expect(code).toMatch(/^([0-9a-f]{8}-){3}[0-9a-f]{8}$/)
  const { results } = await env.DB.prepare('SELECT * FROM backup_codes WHERE user_id = ?')
    .bind(person.userId)
    .all()
  expect(results).toHaveLength(10)
  expect(JSON.stringify(results)).not.toContain(backupCodes[0]?.slice(0, 8))
  const mail = await env.DB.prepare("SELECT body FROM outbox WHERE json_extract(body, '$.to') = ?")
    .bind(person.email)
    .first<{ body: string }>()
  expect(mail?.body).toContain('Two-step sign-in is on')
  const audit = await env.DB.prepare('SELECT action FROM audit_log WHERE target_id = ? ORDER BY seq')
    .bind(person.userId)
    .all<{ action: string }>()
  expect(audit.results.map((row) => row.action)).toEqual(['mfa.setup_begun', 'mfa.enabled'])
})

test('confirming twice at the same time happens once', async () => {
  const person = await newPerson()
  const { secret } = (await post(`${MFA}/setup`, person, undefined)).body
  const code = await codeNow(secret)
  const answers = await Promise.all([1, 2].map(() => post(`${MFA}/verify`, person, { code })))
  expect(codesOf(answers)[0]).toBe(200)
  expect(codesOf(answers)[1]).not.toBe(200)
  expect(await count('backup_codes', person.userId)).toBe(10)
})

test('a code works once: repeated and parallel uses are rejected', async () => {
  const { person, secret } = await newPersonWithMfa()
  const code = await codeNow(secret)
  const answers = await Promise.all([1, 2, 3, 4].map(() => post(`${MFA}/backup-codes`, person, { code })))
  expect(codesOf(answers)).toEqual([
    200,
    'auth.invalid_mfa_code',
    'auth.invalid_mfa_code',
    'auth.invalid_mfa_code',
  ])
  expect((await post(`${MFA}/disable`, person, { code })).body.code).toBe('auth.invalid_mfa_code')
})

test('the code that confirms the setup cannot be used again', async () => {
  const person = await newPerson()
  const { secret } = (await post(`${MFA}/setup`, person, undefined)).body
  const code = await codeNow(secret)
  await post(`${MFA}/verify`, person, { code })
  expect((await post(`${MFA}/disable`, person, { code })).body.code).toBe('auth.invalid_mfa_code')
})

test('a code is accepted one step late but not two, and steps before a used one are rejected', async () => {
  const { person, secret } = await newPersonWithMfa()
  clock.advance(60_000)
  const twoBehind = await post(`${MFA}/backup-codes`, person, { code: await codeNow(secret, -2) })
  expect(twoBehind.body.code).toBe('auth.invalid_mfa_code')
  const ahead = await post(`${MFA}/backup-codes`, person, { code: await codeNow(secret, 1) })
  expect(ahead.body.code).toBe('auth.invalid_mfa_code')
  const behind = await post(`${MFA}/backup-codes`, person, { code: await codeNow(secret, -1) })
  expect(behind.status).toBe(200)
  expect((await post(`${MFA}/backup-codes`, person, { code: await codeNow(secret) })).status).toBe(200)
  nextStep()
  const before = await post(`${MFA}/backup-codes`, person, { code: await codeNow(secret, -1) })
  expect(before.body.code).toBe('auth.invalid_mfa_code')
})

test('signing in asks for a code, and accepts each once, also concurrently', async () => {
  const { person, secret } = await newPersonWithMfa()
  const signIn = await withPassword(person)
  expect((await signIn(undefined)).body.code).toBe('auth.mfa_required')
  const mfaCode = await codeNow(secret)
  const answers = await Promise.all([signIn(mfaCode), signIn(mfaCode), signIn(mfaCode)])
  expect(codesOf(answers)).toEqual([200, 'auth.invalid_mfa_code', 'auth.invalid_mfa_code'])
})

test('a backup code signs in once, also concurrently, in any spelling', async () => {
  const { person, backupCodes } = await newPersonWithMfa()
  const signIn = await withPassword(person)
  const [code = '', other = ''] = backupCodes
  const answers = await Promise.all([
    signIn(code),
    signIn(code.toUpperCase()),
    signIn(code.replaceAll('-', '')),
  ])
  expect(codesOf(answers)).toEqual([200, 'auth.invalid_mfa_code', 'auth.invalid_mfa_code'])
  expect((await signIn(code)).body.code).toBe('auth.invalid_mfa_code')
  expect((await signIn(other)).status).toBe(200)
  const audit = await env.DB.prepare(
    "SELECT count(*) AS n FROM audit_log WHERE action = 'mfa.backup_code_used' AND target_id = ?",
  )
    .bind(person.userId)
    .first()
  expect(audit).toEqual({ n: 2 })
})

test('turning it off concurrently happens once and invalidates the other backup codes', async () => {
  const { person, backupCodes } = await newPersonWithMfa()
  const [first = '', second = ''] = backupCodes
  const answers = await Promise.all(
    [first, first.toUpperCase(), first.replaceAll('-', '')].map((code) =>
      post(`${MFA}/disable`, person, { code }),
    ),
  )
  expect(codesOf(answers).filter((one) => one === 200)).toHaveLength(1)
  expect(await count('backup_codes', person.userId)).toBe(0)
  expect((await post(`${MFA}/disable`, person, { code: second })).body.code).toBe('auth.mfa_not_enabled')
})

test('a new set of backup codes invalidates the old one', async () => {
  const { person, secret, backupCodes } = await newPersonWithMfa()
  const renewed = await post(`${MFA}/backup-codes`, person, { code: await codeNow(secret) })
  expect(renewed.body.backupCodes).toHaveLength(10)
  const old = await post(`${MFA}/disable`, person, { code: backupCodes[0] })
  expect(old.body.code).toBe('auth.invalid_mfa_code')
  expect((await post(`${MFA}/disable`, person, { code: renewed.body.backupCodes[0] })).status).toBe(200)
})

test("another user's backup code is rejected", async () => {
  const mine = await newPersonWithMfa()
  const theirs = await newPersonWithMfa()
  const answer = await post(`${MFA}/disable`, mine.person, { code: theirs.backupCodes[0] })
  expect(answer.body.code).toBe('auth.invalid_mfa_code')
})

test('repeated wrong codes cause a wait that also applies to the correct code', async () => {
  const { person, secret } = await newPersonWithMfa()
  const wrong = () => post(`${MFA}/disable`, person, { code: 'not-a-code' })
  const answers = await Promise.all(Array.from({ length: 12 }, wrong))
  expect(codesOf(answers).filter((code) => code === 'auth.invalid_mfa_code')).toHaveLength(6)
  const limited = await wrong()
  expect([limited.status, limited.body.code]).toEqual([429, 'rate.limited'])
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
  const right = await post(`${MFA}/disable`, person, { code: await codeNow(secret) })
  expect(right.body.code).toBe('rate.limited')
  const audit = await env.DB.prepare(
    "SELECT count(*) AS n FROM audit_log WHERE action = 'mfa.refused' AND target_id = ?",
  )
    .bind(person.userId)
    .first()
  expect(audit).toEqual({ n: 1 })
})

test('turning it off requires the password and a code, and deletes everything', async () => {
  const { person, secret } = await newPersonWithMfa()
  await withPassword(person)
  const password = 'Correct-horse-1'
  const code = await codeNow(secret)
  const disable = (body: unknown) => post(`${MFA}/disable`, person, body)
  expect((await disable({})).status).toBe(422)
  expect((await disable({ password })).status).toBe(422)
  expect((await disable({ code })).body.code).toBe('auth.invalid_credentials')
  expect((await disable({ code, password: 'Wrong-horse-1' })).body.code).toBe('auth.invalid_credentials')
  expect((await disable({ code: 'not-a-code', password })).body.code).toBe('auth.invalid_mfa_code')
  expect((await disable({ code, password })).status).toBe(200)
  expect([await count('totp_factors', person.userId), await count('backup_codes', person.userId)]).toEqual([
    0, 0,
  ])
  expect((await disable({ code, password })).body.code).toBe('auth.mfa_not_enabled')
  expect((await get('/api/v1/teams', person)).status).toBe(200)
})

test('a setup that was never started cannot be confirmed or renewed', async () => {
  const person = await newPerson()
  for (const route of ['verify', 'backup-codes', 'disable']) {
    const answer = await post(`${MFA}/${route}`, person, { code: '123456' })
    expect([answer.status, answer.body.code]).toEqual([409, 'auth.mfa_not_enabled'])
  }
})

test('a secret copied to another person cannot be decrypted', async () => {
  const mine = await newPersonWithMfa()
  const theirs = await newPersonWithMfa()
  await env.DB.prepare(
    'UPDATE totp_factors SET secret = (SELECT secret FROM totp_factors WHERE user_id = ?) WHERE user_id = ?',
  )
    .bind(mine.person.userId, theirs.person.userId)
    .run()
  const answer = await post(`${MFA}/disable`, theirs.person, { code: await codeNow(mine.secret) })
  expect(answer.status).toBe(500)
})

test('the same idempotency key does not renew twice', async () => {
  const { person, secret, backupCodes } = await newPersonWithMfa()
  const key = { 'idempotency-key': 'renew-once' }
  const body = { code: backupCodes[3] }
  expect((await post(`${MFA}/backup-codes`, person, body, key)).status).toBe(200)
  const again = await post(`${MFA}/backup-codes`, person, body, key)
  expect(again.body.code).toBe('idempotency.secret_not_replayed')
  expect((await post(`${MFA}/disable`, person, { code: await codeNow(secret) })).status).toBe(200)
})

test('secrets are encrypted with a new key, and an unreadable one does not block the others', async () => {
  const { person, secret } = await newPersonWithMfa()
  const broken = await newPersonWithMfa()
  await env.DB.prepare("UPDATE totp_factors SET secret = 'v1.gone.a.b.c.d' WHERE user_id = ?")
    .bind(broken.person.userId)
    .run()
  const keyOf = async () =>
    (
      await env.DB.prepare('SELECT secret FROM totp_factors WHERE user_id = ?')
        .bind(person.userId)
        .first<{ secret: string }>()
    )?.secret.split('.')[1]
  const before = await keyOf()
  const moveTo = (current: string, added: Record<string, string>) =>
    withContext(async (request) => {
      const { keys } = request.settings.SECRETS_KEYS
      const settings = { ...request.settings, SECRETS_KEYS: { current, keys: { ...keys, ...added } } }
      while ((await rewrapFactors({ ...request, settings }, 5)) > 0);
    })
  const next = { next: randomToken() }
  await moveTo('next', next)
  expect(await keyOf()).toBe('next')
  await moveTo(before ?? '', next)
  expect(await keyOf()).toBe(before)
  const answer = await post(`${MFA}/disable`, person, { code: await codeNow(secret) })
  expect(answer.status).toBe(200)
})
