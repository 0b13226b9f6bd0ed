import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'

const USERS = '/api/v1/admin/users'
const PASSWORD = 'Correct-Horse-7'

const newAdmin = (): Promise<Person> => newPerson({ platformRole: 'admin' })

const put = (path: string, as: Person, body: unknown, headers: Record<string, string> = {}) =>
  call('PUT', path, { as, body, headers })

const entriesAbout = async (id: string) =>
  (
    await env.DB.prepare(
      'SELECT action, actor_id AS actor, team_id AS team, before, after FROM audit_log WHERE target_id = ? ORDER BY seq',
    )
      .bind(id)
      .all<{ action: string; actor: string; team: string; before: string | null; after: string | null }>()
  ).results

/** A unique text in a test's own users, to find them by. */
const mark = (): string => newId('tsk', clock.now()).slice(-12)

test('users are listed newest first and walked without repeating or losing one', async () => {
  const admin = await newAdmin()
  const made = []
  for (let i = 0; i < 3; i++) made.push((await newPerson()).userId)
  const first = await get(`${USERS}?limit=2`, admin)
  expect(first.body.items.map((user: { id: string }) => user.id)).toEqual([made[2], made[1]])
  await newPerson()
  const second = await get(`${USERS}?limit=2&cursor=${first.body.nextCursor}`, admin)
  expect(second.body.items.map((user: { id: string }) => user.id)).toEqual([made[0], admin.userId])
})

test('users are found by the prefix of address or name, in any case, and counted', async () => {
  const admin = await newAdmin()
  const text = mark()
  const named = await newPerson({ name: `${text.toUpperCase()} Lovelace` })
  const mailed = await post(USERS, admin, { email: `${text}@example.com`, name: 'Ada' })
  await newPerson({ name: `Not ${text}` })
  for (const sort of ['createdAt', '-createdAt', 'email', '-email']) {
    const found = await get(`${USERS}?q=${text}&count=true&sort=${sort}`, admin)
    expect(new Set(found.body.items.map((user: { id: string }) => user.id))).toEqual(
      new Set([named.userId, mailed.body.id]),
    )
    expect(found.body.total).toBe(2)
  }
  expect((await get(`${USERS}?q=%25${text}`, admin)).body.items).toEqual([])
})

test('users are filtered by role and status and sorted by address', async () => {
  const admin = await newAdmin()
  const text = mark()
  const make = async (letter: string, role: string) =>
    (await post(USERS, admin, { email: `${text}-${letter}@example.com`, role })).body.id as string
  const [c, a, b] = [await make('c', 'premium'), await make('a', 'user'), await make('b', 'premium')]
  await put(`${USERS}/${b}/status`, admin, { status: 'disabled' })
  const list = async (query: string) =>
    (await get(`${USERS}?q=${text}&${query}`, admin)).body.items.map((user: { id: string }) => user.id)
  expect(await list('sort=email')).toEqual([a, b, c])
  expect(await list('sort=-email&role=premium')).toEqual([c, b])
  expect(await list('status=disabled')).toEqual([b])
  const page = await get(`${USERS}?q=${text}&sort=email&limit=1`, admin)
  expect(await list(`sort=email&cursor=${page.body.nextCursor}`)).toEqual([b, c])
})

test('a user created by an administrator can sign in with the password that is shown once', async () => {
  const admin = await newAdmin()
  const email = `${mark()}@example.com`
  const made = await post(USERS, admin, { email, name: 'New', role: 'premium', emailVerified: true })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ email, role: 'premium', status: 'active', emailVerified: true })
  const signedIn = await post('/api/v1/auth/login', undefined, { email, password: made.body.password })
  expect(signedIn.status).toBe(200)
  expect(JSON.stringify(await entriesAbout(made.body.id))).not.toContain(made.body.password)
  expect((await get(`${USERS}/${made.body.id}`, admin)).text).not.toContain('assword')
})

test('a given password must follow the rules and is never shown', async () => {
  const admin = await newAdmin()
  const weak = await post(USERS, admin, { email: `${mark()}@example.com`, password: 'password' })
  expect([weak.status, weak.body.code]).toEqual([422, 'auth.weak_password'])
  const email = `${mark()}@example.com`
  const made = await post(USERS, admin, { email, password: PASSWORD })
  expect([made.status, made.body.password]).toEqual([201, null])
  expect((await post('/api/v1/auth/login', undefined, { email, password: PASSWORD })).status).toBe(200)
})

test('an address that is already used is refused, in any spelling', async () => {
  const admin = await newAdmin()
  const other = await newPerson()
  const made = await post(USERS, admin, { email: ` ${other.email.toUpperCase()} ` })
  expect([made.status, made.body.code]).toEqual([409, 'auth.email_taken'])
  const moved = await call('PATCH', `${USERS}/${admin.userId}`, { as: admin, body: { email: other.email } })
  expect([moved.status, moved.body.code]).toEqual([409, 'auth.email_taken'])
})

test('the same idempotency key creates one user and shows the password once', async () => {
  const admin = await newAdmin()
  const headers = { 'idempotency-key': mark() }
  const body = { email: `${mark()}@example.com` }
  const answers = await Promise.all([1, 2, 3].map(() => post(USERS, admin, body, headers)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409])
})

test('changing a user keeps other fields, and an older version is refused', async () => {
  const admin = await newAdmin()
  const other = await newPerson({ name: 'Before' })
  const path = `${USERS}/${other.userId}`
  const read = await get(path, admin)
  const etag = read.headers.get('etag') ?? ''
  const changed = await call('PATCH', path, {
    as: admin,
    body: { name: 'After' },
    headers: { 'if-match': etag },
  })
  expect(changed.body).toMatchObject({ name: 'After', email: other.email, emailVerified: true })
  const late = await put(path, admin, { name: 'Late' }, { 'if-match': etag })
  expect([late.status, late.body.code]).toEqual([412, 'resource.stale'])
  expect(await entriesAbout(other.userId)).toEqual([
    {
      action: 'user.updated',
      actor: admin.userId,
      team: 'system',
      before: '{"fields":["name"]}',
      after: '{"fields":["name"]}',
    },
  ])
})

test('a new address is unverified unless the administrator confirms it, and mailed links for the old one stop working', async () => {
  const admin = await newAdmin()
  const other = await newPerson()
  const path = `${USERS}/${other.userId}`
  await env.DB.prepare(
    "INSERT INTO one_time_tokens (token_hash, user_id, purpose, subject, created_at, expires_at) VALUES (?, ?, 'password_reset', ?, 1, 9e12)",
  )
    .bind(mark(), other.userId, other.email)
    .run()
  const moved = await put(path, admin, { email: `${mark()}@example.com` })
  expect(moved.body.emailVerified).toBe(false)
  const open = await env.DB.prepare(
    'SELECT count(*) AS n FROM one_time_tokens WHERE user_id = ? AND used_at IS NULL',
  )
    .bind(other.userId)
    .first<{ n: number }>()
  expect(open?.n).toBe(0)
  const vouched = await put(path, admin, { email: `${mark()}@example.com`, emailVerified: true })
  expect(vouched.body.emailVerified).toBe(true)
})

test('a role applies from the next request on, given and taken', async () => {
  const admin = await newAdmin()
  const other = await newPerson()
  expect((await get(USERS, other)).status).toBe(403)
  await put(`${USERS}/${other.userId}/role`, admin, { role: 'admin' })
  expect((await get(USERS, other)).status).toBe(200)
  await put(`${USERS}/${other.userId}/role`, admin, { role: 'user' })
  expect((await get(USERS, other)).status).toBe(403)
  expect(
    (await entriesAbout(other.userId)).map(({ action, before, after }) => [action, before, after]),
  ).toEqual([
    ['user.role_changed', '{"role":"user"}', '{"role":"admin"}'],
    ['user.role_changed', '{"role":"admin"}', '{"role":"user"}'],
  ])
})

test("a disabled user's token, refresh token and keys stop immediately, and the keys work again with the account", async () => {
  const admin = await newAdmin()
  const email = `${mark()}@example.com`
  const { id } = (await post(USERS, admin, { email, password: PASSWORD, emailVerified: true })).body
  const login = () => post('/api/v1/auth/login', undefined, { email, password: PASSWORD })
  const tokens = (await login()).body
  const as = { token: tokens.accessToken as string }
  const key = await post('/api/v1/auth/api-keys', as, { name: 'k', scopes: ['teams:list'] })
  const withKey = () => get('/api/v1/teams', { apiKey: key.body.key })
  expect([(await get('/api/v1/teams', as)).status, (await withKey()).status]).toEqual([200, 200])

  const disabled = await put(`${USERS}/${id}/status`, admin, { status: 'disabled' })
  expect(disabled.body.status).toBe('disabled')
  expect((await get('/api/v1/teams', as)).status).toBe(401)
  expect([(await withKey()).status, (await withKey()).body.code]).toEqual([403, 'auth.account_disabled'])
  const refreshed = await post('/api/v1/auth/refresh', undefined, { refreshToken: tokens.refreshToken })
  expect(refreshed.status).toBe(401)
  expect((await login()).status).toBeGreaterThanOrEqual(401)

  await put(`${USERS}/${id}/status`, admin, { status: 'active' })
  expect((await get('/api/v1/teams', as)).status).toBe(401)
  expect((await login()).status).toBe(200)
  expect((await withKey()).status).toBe(200)
})

test('an administrator cannot demote, disable or delete their own account', async () => {
  const admin = await newAdmin()
  const own = `${USERS}/${admin.userId}`
  const answers = [
    await put(`${own}/role`, admin, { role: 'user' }),
    await put(`${own}/status`, admin, { status: 'disabled' }),
    await call('DELETE', own, { as: admin }),
  ]
  expect(answers.map((answer) => [answer.status, answer.body.code])).toEqual(
    Array.from({ length: 3 }, () => [409, 'admin.own_account']),
  )
  expect((await get(own, admin)).body).toMatchObject({ role: 'admin', status: 'active' })
})

test.each([
  ['demote', (id: string, as: Person) => put(`${USERS}/${id}/role`, as, { role: 'user' })],
  ['disable', (id: string, as: Person) => put(`${USERS}/${id}/status`, as, { status: 'disabled' })],
  ['delete', (id: string, as: Person) => call('DELETE', `${USERS}/${id}`, { as })],
])('of two admins who %s each other at once, one stays', async (_verb, act) => {
  for (let round = 0; round < 5; round++) {
    const [a, b] = [await newAdmin(), await newAdmin()]
    await Promise.all([act(a.userId, b), act(b.userId, a)])
    const left = await env.DB.prepare(
      "SELECT count(*) AS n FROM users WHERE id IN (?, ?) AND role = 'admin' AND status = 'active'",
    )
      .bind(a.userId, b.userId)
      .first<{ n: number }>()
    expect(left?.n).toBe(1)
  }
})

test('deleting a user deletes the account and its teams, and keeps the audit log', async () => {
  const admin = await newAdmin()
  const other = await newPerson()
  await post('/api/v1/teams', { token: other.token }, { name: 'Mine' })
  const path = `${USERS}/${other.userId}`
  expect((await call('DELETE', path, { as: admin })).status).toBe(204)
  expect((await get(path, admin)).status).toBe(404)
  expect((await get('/api/v1/teams', other)).status).toBe(401)
  const teams = await env.DB.prepare('SELECT count(*) AS n FROM teams WHERE owner_id = ?')
    .bind(other.userId)
    .first<{ n: number }>()
  expect(teams?.n).toBe(0)
  expect((await entriesAbout(other.userId)).at(-1)).toMatchObject({
    action: 'user.deleted',
    actor: admin.userId,
  })
})

test('a user who owns a team with other members is not deleted', async () => {
  const admin = await newAdmin()
  const { owner, join } = await newTeam()
  await join('member')
  const refused = await call('DELETE', `${USERS}/${owner.userId}`, { as: admin })
  expect([refused.status, refused.body.code]).toEqual([409, 'team.last_owner'])
})

test.each([
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['PUT', '/role'],
  ['PUT', '/status'],
])('%s on a user that does not exist is 404', async (method, rest) => {
  const admin = await newAdmin()
  const body = rest === '/role' ? { role: 'user' } : rest === '/status' ? { status: 'active' } : {}
  const path = `${USERS}/usr_00000000000000000000000000${rest}`
  const answer = await call(method, path, { as: admin, ...(method === 'GET' ? {} : { body }) })
  expect(answer.status).toBe(404)
})

test('the statistics count all users, teams, sessions and entries', async () => {
  const admin = await newAdmin()
  const before = (await get('/api/v1/admin/stats', admin)).body
  await newPerson({ platformRole: 'premium' })
  const after = (await get('/api/v1/admin/stats', admin)).body
  expect(after.users).toEqual({
    total: before.users.total + 1,
    byRole: { ...before.users.byRole, premium: before.users.byRole.premium + 1 },
    byStatus: { ...before.users.byStatus, active: before.users.byStatus.active + 1 },
  })
  expect(after.teams).toEqual({ total: before.teams.total + 1, personal: before.teams.personal + 1 })
  expect(after.sessions.active).toBe(before.sessions.active + 1)
})
