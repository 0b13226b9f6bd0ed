import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { readSettings } from '../../../src/env.ts'
import { sendMail } from '../../../src/modules/mail/send.ts'
import { app, call, get, post } from '../../helpers/api.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { freshEmail, PASSWORD } from '../auth/accounts.ts'
import { putSettings, resetSettings, SETTINGS, setSettings } from './settings.ts'

afterEach(resetSettings)

const RUN_DAYS = readSettings(env).RUN_RETENTION_DAYS

const newAdmin = () => newPerson({ platformRole: 'admin' })
const register = () => post('/api/v1/auth/register', undefined, { email: freshEmail(), password: PASSWORD })

test('without changes the settings are those of the environment and the plans', async () => {
  const { body, headers } = await get(SETTINGS, await newAdmin())
  expect(body).toMatchObject({
    registration: 'open',
    registrationLocked: false,
    defaultPlan: 'free',
    retention: {
      runs: { free: RUN_DAYS, premium: RUN_DAYS, team: RUN_DAYS },
      notifications: { free: 90, premium: 90, team: 90 },
      audit: { free: null, premium: null, team: null },
    },
    limits: { free: { workflows: 50 }, team: { workflows: null } },
    version: 0,
    updatedBy: null,
  })
  expect(headers.get('etag')).toBe('"0"')
})

test('a change applies immediately, is audited with its value, and null resets it', async () => {
  const admin = await newAdmin()
  const changed = await putSettings(admin, {
    registration: 'closed',
    limits: { free: { workflows: 7 } },
    retention: { runs: { free: 3 } },
  })
  expect(changed.body).toMatchObject({
    registration: 'closed',
    limits: { free: { workflows: 7, apiKeys: 5 } },
    retention: { runs: { free: 3, premium: RUN_DAYS } },
    version: 1,
    updatedBy: admin.userId,
  })
  expect((await register()).body.code).toBe('registration.closed')
  // The sign-in page then offers no registration.
  expect((await call('GET', '/api/v1/auth/options')).body.registration).toBe('closed')
  const back = await putSettings(admin, { registration: null, limits: { free: { workflows: null } } })
  expect(back.body).toMatchObject({ registration: 'open', limits: { free: { workflows: 50 } }, version: 2 })
  expect((await register()).status).toBe(201)
  const log = await get(`/api/v1/admin/audit-logs?target=platform&actor=${admin.userId}`, admin)
  expect(log.body.items).toMatchObject([
    {
      action: 'settings.updated',
      before: { registration: 'closed', 'limits.free.workflows': 7 },
      after: { registration: null, 'limits.free.workflows': null },
    },
    { after: { registration: 'closed', 'limits.free.workflows': 7, 'retention.runs.free': 3 } },
  ])
})

test('settings that the environment has closed cannot be opened', async () => {
  const admin = await newAdmin()
  const closed = { ...env, REGISTRATION: 'closed' }
  const send = async (method: string, path: string, body?: object, token?: string) => {
    const ctx = createExecutionContext()
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }
    const answer = await app.fetch(new Request(`http://orrery.test${path}`, init), closed as never, ctx)
    await waitOnExecutionContext(ctx)
    return { status: answer.status, body: (await answer.json()) as any }
  }
  expect((await send('PUT', SETTINGS, { registration: 'open' }, admin.token)).status).toBe(409)
  // Even if it was set before the environment closed it.
  await setSettings({ registration: 'open' })
  expect((await send('GET', SETTINGS, undefined, admin.token)).body).toMatchObject({
    registration: 'closed',
    registrationLocked: true,
  })
  const refused = await send('POST', '/api/v1/auth/register', { email: freshEmail(), password: PASSWORD })
  expect(refused.body.code).toBe('registration.closed')
})

test('new accounts get the default plan', async () => {
  await setSettings({ defaultPlan: 'premium' })
  const { body } = await register()
  const subscription = await get('/api/v1/users/subscription', { token: body.accessToken })
  expect(subscription.body.plan).toBe('premium')
})

test('a changed limit applies to plans, in code and in SQL', async () => {
  const person = await newPerson({ plan: 'free' })
  await setSettings({ limits: { free: { workflows: 1, storageBytes: 10 } } })
  const create = () =>
    post('/api/v1/workflows', person, {
      name: `w ${crypto.randomUUID()}`,
      definition: { nodes: [{ id: 'a', type: 'flow.noop' }] },
    })
  expect((await create()).status).toBe(201)
  const refused = await create()
  expect([refused.status, refused.body.code]).toEqual([402, 'plan.limit_reached'])
  const upload = (text: string) =>
    call('POST', '/api/v1/files/upload', { as: person, raw: text, headers: { 'x-filename': 'a.txt' } })
  expect((await upload('more than ten bytes')).body.code).toBe('plan.limit_reached')
  expect((await upload('ten')).status).toBe(201)
  const { body } = await get('/api/v1/users/subscription', person)
  expect(body.limits).toMatchObject({ workflows: 1, storageBytes: 10, apiKeys: 5 })
  await resetSettings()
  expect((await create()).status).toBe(201)
})

test('mail is sent with the configured sender', async () => {
  await setSettings({ mailFrom: 'Ops <ops@example.org>' })
  const sent: { from: string }[] = []
  const EMAIL = { send: async (mail: { from: string }) => void sent.push(mail) }
  const id = newId('msg', 1)
  await env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, 'sample', '{}', 'req', ?, 0)",
  )
    .bind(id, Number.MAX_SAFE_INTEGER)
    .run()
  await withContext((request) =>
    sendMail(
      { ...request, env: { ...request.env, EMAIL: EMAIL as never } },
      { type: 'mail.send', to: 'ada@example.com', subject: 'Hi', text: 'Hi' },
      id,
    ),
  )
  expect(sent.map(({ from }) => from)).toEqual(['Ops <ops@example.org>'])
})

test.each([
  [{ registration: 'maybe' }],
  [{ defaultPlan: 'gold' }],
  [{ mailFrom: 'x\r\nBcc: y@example.com' }],
  [{ mailFrom: 'no address' }],
  [{ retention: { runs: { free: 0 } } }],
  [{ retention: { sessions: { free: 1 } } }],
  [{ limits: { free: { workflows: -1 } } }],
  [{ limits: { free: { requestsPerMinute: 5 } } }],
  [{ limits: { free: { concurrentRuns: 1_000_000 } } }],
])('%j is refused', async (body) => {
  expect((await putSettings(await newAdmin(), body)).status).toBe(422)
})

test('two concurrent changes are both kept, and If-Match is respected', async () => {
  const admin = await newAdmin()
  const answers = await Promise.all([
    putSettings(admin, { defaultPlan: 'premium' }, { 'if-match': '"0"' }),
    putSettings(admin, { registration: 'invite' }, { 'if-match': '"0"' }),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  expect((await putSettings(await newPerson(), { defaultPlan: 'team' })).status).toBe(403)
})
