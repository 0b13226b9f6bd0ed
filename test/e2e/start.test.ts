import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { call, signIn } from './client.ts'
import {
  end,
  eventually,
  forget,
  type Installation,
  isAlive,
  kill,
  newStateDir,
  readState,
  start,
  startAgain,
  startRefused,
} from './installation.ts'

let dir: string
let running: Installation | null = null

beforeEach(() => {
  dir = newStateDir()
})
afterEach(async () => {
  await end(running)
  running = null
  forget(dir)
})

const isServed = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  )

const seededPasswords = () => readState<{ adminPassword: string; demoPassword: string }>(dir, 'secrets.json')

test('an empty folder becomes a working installation that prints its URLs, and SIGTERM leaves nothing', async () => {
  running = await start(dir)
  const { output, url, owner, npm, ended } = running
  expect(output().match(/^ready /gm)).toHaveLength(1)
  expect(output()).toContain(`${url}/docs`)
  expect(output()).not.toMatch(/warn|error|experimental/i)
  expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
  expect((await call(url, 'GET', '/health')).status).toBe(200)

  const passwords = seededPasswords()
  expect(output()).toContain(passwords?.demoPassword)
  const demo = await signIn(url, 'demo@example.com', passwords?.demoPassword ?? '')
  const admin = await signIn(url, 'admin@example.com', passwords?.adminPassword ?? '')
  expect((await call(url, 'GET', '/api/v1/admin/users', { token: demo })).status).toBe(403)
  expect((await call(url, 'GET', '/api/v1/admin/users', { token: admin })).status).toBe(200)
  const me = await call<{ emailVerified: boolean }>(url, 'GET', '/api/v1/auth/me', { token: demo })
  expect(me.body).toMatchObject({ emailVerified: true })

  const { pid, runtime } = owner()
  expect(isAlive(runtime?.pid)).toBe(true)
  npm.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect([pid, runtime?.pid].filter(isAlive)).toEqual([])
  expect(existsSync(join(dir, 'owner.json'))).toBe(false)
})

test('a second start seeds nothing again, and keeps keys and accounts', async () => {
  running = await start(dir, { ADMIN_EMAIL: 'Root@Example.org', ADMIN_PASSWORD: 'Long-enough-1-for-root' })
  const token = await signIn(running.url, 'root@example.org', 'Long-enough-1-for-root')
  const seeded = readFileSync(join(dir, 'seeded.json'), 'utf8')
  expect(running.output()).not.toContain('Long-enough-1-for-root')
  running.npm.kill('SIGINT')
  expect(await running.ended).toBe(0)

  running = await startAgain(dir, running, {
    ADMIN_EMAIL: 'root@example.org',
    ADMIN_PASSWORD: 'Long-enough-1-for-root',
  })
  expect(readFileSync(join(dir, 'seeded.json'), 'utf8')).toBe(seeded)
  const users = await call<{ items: { email: string }[] }>(running.url, 'GET', '/api/v1/admin/users', {
    token,
  })
  expect(users.body.items.map(({ email }) => email).sort()).toEqual(['demo@example.com', 'root@example.org'])
})

test('in production there is no demo user, and closed registration does not keep the administrator out', async () => {
  const settings = { ENVIRONMENT: 'production', REGISTRATION: 'closed', PUBLIC_URL: 'http://localhost' }
  running = await start(dir, settings)
  const passwords = seededPasswords()
  expect(running.output()).not.toContain('demo@example.com')
  expect(running.output()).not.toContain(passwords?.demoPassword)
  const token = await signIn(running.url, 'admin@example.com', passwords?.adminPassword ?? '')
  const users = await call<{ items: { email: string; role: string }[] }>(
    running.url,
    'GET',
    '/api/v1/admin/users',
    { token },
  )
  expect(users.body.items).toMatchObject([{ email: 'admin@example.com', role: 'admin', emailVerified: true }])
  const refused = await call<{ code: string }>(running.url, 'POST', '/api/v1/auth/register', {
    json: { email: 'demo@example.com', password: passwords?.demoPassword },
  })
  expect([refused.status, refused.body.code]).toEqual([403, 'registration.closed'])
  const log = await call<{ items: { action: string }[] }>(
    running.url,
    'GET',
    '/api/v1/admin/audit-logs?action=user.registered',
    { token },
  )
  expect(log.body.items).toHaveLength(1)
})

test('nobody else on the machine can read the state, also not in a folder that was open before; state and port are taken', async () => {
  chmodSync(dir, 0o755)
  mkdirSync(join(dir, 'v3'), { mode: 0o755 })
  running = await start(dir)
  const open = ['.', ...readdirSync(dir, { recursive: true, encoding: 'utf8' })].filter(
    (name) => (statSync(join(dir, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077,
  )
  expect(open).toEqual([])

  const second = await startRefused(dir)
  expect(second.code).toBe(1)
  expect(second.output).toContain(`in use by another Orrery (process ${running.owner().pid}`)

  const other = newStateDir()
  try {
    const { port } = new URL(running.url)
    const third = await startRefused(other, { PORT: port })
    expect(third.code).toBe(1)
    expect(third.output).toContain(`Port ${port} is in use`)
  } finally {
    forget(other)
  }
  expect((await call(running.url, 'GET', '/health')).status).toBe(200)
})

test('each part of the server may be killed: the runtime, the serving process, npm; no part stays behind', async () => {
  running = await start(dir)
  const { npm } = running
  kill(running.owner().runtime?.pid)
  await eventually('the start has ended', () => npm.exitCode !== null)
  expect(npm.exitCode).toBe(1)
  expect(running.output()).toContain('The runtime (workerd) has ended (SIGKILL), so Orrery stops.')
  expect(await isServed(running.url)).toBe(false)

  running = await startAgain(dir, running)
  expect((await call(running.url, 'GET', '/health')).status).toBe(200)
  const { pid, runtime } = running.owner()
  kill(pid)
  await running.ended
  expect(isAlive(runtime?.pid)).toBe(true)

  // The next start with this state ends the runtime that was left behind.
  running = await startAgain(dir, running)
  expect(isAlive(runtime?.pid)).toBe(false)
  expect((await call(running.url, 'GET', '/health')).status).toBe(200)
  const last = running.owner()
  kill(running.npm.pid)
  await running.ended
  await eventually('both processes are gone', () => !isAlive(last.pid) && !isAlive(last.runtime?.pid))
})

test('a limit of open files that is too low is refused, with how to raise it', async () => {
  const refused = await startRefused(dir, {}, 'ulimit -n 1000')
  expect(refused.code).toBe(1)
  expect(refused.output).toMatch(/limit of open files is 1000, and Orrery needs \d+\. Raise it .*ulimit -n/)
  expect(existsSync(join(dir, 'owner.json'))).toBe(false)
})

test('a password is only printed while it works for its account, whatever the settings of this start', async () => {
  running = await start(dir, { ADMIN_PASSWORD: 'Long-enough-1-for-root' })
  const passwords = seededPasswords()
  expect(running.output()).toMatch(/admin@example\.com +\(ADMIN_PASSWORD\)/)
  expect(running.output()).not.toContain(passwords?.adminPassword)
  const demo = await signIn(running.url, 'demo@example.com', passwords?.demoPassword ?? '')
  const changed = await call(running.url, 'PUT', '/api/v1/auth/password', {
    token: demo,
    json: { currentPassword: passwords?.demoPassword, newPassword: 'Other-Comet-77' },
  })
  expect(changed.status).toBe(200)
  await end(running)

  running = await startAgain(dir, running, { ADMIN_PASSWORD: 'Another-1-for-root' })
  expect(running.output()).toMatch(/admin@example\.com +\(as it was set; ADMIN_PASSWORD counts only when/)
  expect(running.output()).toMatch(/demo@example\.com +\(changed since\)/)
  expect(running.output()).not.toContain(passwords?.demoPassword)
  await end(running)

  running = await startAgain(dir, running, { ADMIN_PASSWORD: '' })
  expect(running.output()).toMatch(/admin@example\.com +\(changed since\)/)
})

test.each([
  [
    'a weak password',
    { ADMIN_PASSWORD: 'short' },
    /ADMIN_PASSWORD does not meet the rules for passwords:\n {2}- Use at/,
  ],
  ['no address', { ADMIN_EMAIL: 'root' }, /ADMIN_EMAIL is not an e-mail address: root/],
  [
    "the demo user's address",
    { ADMIN_EMAIL: 'Demo@example.com' },
    /ADMIN_EMAIL may not be demo@example\.com/,
  ],
])(
  '%s for the administrator is refused with a message, and does not block the next start',
  async (_, bad, said) => {
    const refused = await startRefused(dir, bad)
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(said)
    expect(refused.output).not.toContain('{')
    expect(existsSync(join(dir, 'v3'))).toBe(false)
  },
)
