// Secrets in triggers.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { deliver } from '../hooks/deliver.ts'
import { gitHub } from '../hooks/vendor-signatures.ts'
import { create, put, say, WORKFLOWS } from './workflows.ts'

const SECRET = 'correct-horse-battery'
const github = (secret?: unknown, key = 'in') => ({
  type: 'webhook',
  key,
  auth: { type: 'github', ...(secret === undefined ? {} : { secret }) },
})

const hookOf = (trigger: { id: string; key: string; url: string }) => ({
  trigger: { id: trigger.id, key: trigger.key, token: new URL(trigger.url).pathname.split('/')[4] ?? '' },
})

const takes = async (trigger: any, secret: string): Promise<boolean> =>
  (await deliver(hookOf(trigger), await gitHub(secret, '{}'))).status === 202

/** Everything in D1, except encrypted values. */
async function isStored(text: string): Promise<string[]> {
  const found: string[] = []
  for (const table of [
    'workflows',
    'workflow_versions',
    'workflow_triggers',
    'workflow_templates',
    'audit_log',
    'outbox',
    'idempotency_keys',
  ]) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all()
    if (JSON.stringify(results).includes(text)) found.push(table)
  }
  return found
}

test('a workflow is created active with the secret of its trigger, which is never shown', async () => {
  const person = await newPerson()
  const secret = `s3cret-${crypto.randomUUID()}`
  const headers = { 'idempotency-key': 'k' }
  const made = await post(
    WORKFLOWS,
    person,
    { name: 'Hook', definition: say('x'), triggers: [github(secret)] },
    headers,
  )
  expect([made.status, made.body.active, made.body.triggers[0].hasSecret]).toEqual([201, true, true])
  expect(await takes(made.body.triggers[0], secret)).toBe(true)
  const path = `${WORKFLOWS}/${made.body.id}`
  const shown = [
    made,
    ...(await Promise.all(
      ['', '/triggers', '/versions/1', '/export', '/export?format=yaml'].map((rest) =>
        get(path + rest, person),
      ),
    )),
  ]
  expect(shown.filter(({ text }) => text.includes(secret))).toEqual([])
  expect(await isStored(secret)).toEqual([])
  const audit = await env.DB.prepare(
    "SELECT after FROM audit_log WHERE target_id = ? AND action = 'workflow.created'",
  )
    .bind(made.body.id)
    .first<{ after: string }>()
  expect(JSON.parse(audit?.after ?? '')).toMatchObject({ secretsSetOf: ['in'] })
})

test('a secret in a change replaces the old one, and creates no version by itself', async () => {
  const person = await newPerson()
  const { body } = await create(person, { triggers: [github(SECRET)] })
  const path = `${WORKFLOWS}/${body.id}`
  const same = await put(`${path}/triggers`, person, { triggers: [github(SECRET)] })
  expect([same.body.version, same.headers.get('etag')]).toEqual([1, '"1"'])
  const changed = await put(`${path}/triggers`, person, { triggers: [github('another-long-secret')] })
  expect([changed.body.version, changed.headers.get('etag')]).toEqual([1, '"2"'])
  const [trigger] = changed.body.items
  expect([await takes(trigger, SECRET), await takes(trigger, 'another-long-secret')]).toEqual([false, true])
  const kept = await put(path, person, { triggers: [github()], definition: say('two') })
  expect(kept.body.version).toBe(2)
  expect(await takes(kept.body.triggers[0], 'another-long-secret')).toBe(true)
})

test('a trigger that is added again has its old row, for which its new secret is encrypted', async () => {
  const person = await newPerson()
  const { body } = await create(person, { triggers: [github(SECRET)] })
  const path = `${WORKFLOWS}/${body.id}/triggers`
  await put(path, person, { triggers: [] })
  const back = await put(path, person, { triggers: [github('another-long-secret'), github(SECRET, 'new')] })
  expect(back.body.items[0]).toMatchObject({ id: body.triggers[0].id, url: body.triggers[0].url })
  expect(await takes(back.body.items[0], 'another-long-secret')).toBe(true)
  expect(await takes(back.body.items[1], SECRET)).toBe(true)
})

test.each([
  ['too short', github('short'), 'trigger.bad_secret'],
  ['no text', github(12345678), 'trigger.bad_secret'],
  [
    'one where nothing is checked',
    { type: 'webhook', auth: { type: 'none', secret: SECRET } },
    'definition.invalid',
  ],
  [
    'one of a schedule',
    { type: 'schedule', everyMs: 60_000, auth: { secret: SECRET } },
    'definition.invalid',
  ],
])('a secret that is %s is refused, and not repeated', async (_what, trigger, code) => {
  const person = await newPerson()
  const answers = [
    await create(person, { triggers: [trigger] }),
    await post(`${WORKFLOWS}/validate`, person, { definition: say('x'), triggers: [trigger] }),
  ]
  expect(answers[0]?.body.errors).toMatchObject([{ code }])
  expect(answers[1]?.body.problems).toMatchObject([{ code }])
  expect(answers.filter(({ text }) => text.includes(SECRET) || text.includes('12345678'))).toEqual([])
})

test('a definition with a secret is valid', async () => {
  const sent = { definition: say('x'), triggers: [github(SECRET)] }
  expect((await post(`${WORKFLOWS}/validate`, await newPerson(), sent)).body).toEqual({
    valid: true,
    problems: [],
  })
})

test('drafts and templates show their triggers, so they accept no secret', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  const sent = { definition: say('x'), triggers: [github(SECRET)] }
  const answers = [
    await put(`${WORKFLOWS}/${body.id}/draft`, person, sent),
    await post(`${WORKFLOWS}/templates`, person, { name: 'T', ...sent }),
  ]
  for (const answer of answers)
    expect([answer.status, answer.body.errors]).toMatchObject([422, [{ code: 'trigger.secret_not_kept' }]])
  expect((await get(`${WORKFLOWS}/${body.id}/draft`, person)).status).toBe(404)
})

test('a trigger of a service cannot be enabled without its secret', async () => {
  const person = await newPerson()
  const refused = await create(person, { triggers: [github()] })
  expect(refused.body.errors).toMatchObject([
    { path: '/triggers/0/auth/credential', code: 'trigger.missing_credential' },
  ])
  const off = await create(person, { triggers: [github()], active: false })
  expect(off.body.triggers[0].hasSecret).toBe(false)
  const path = `${WORKFLOWS}/${off.body.id}`
  const on = await call<any>('PATCH', path, {
    as: person,
    body: { active: true, triggers: [github(SECRET)] },
  })
  expect([on.status, on.body.active]).toEqual([200, true])
})
