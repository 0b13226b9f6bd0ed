import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { firstOf } from '../../../src/db/hot-read.ts'
import { matchesEvent } from '../../../src/engine/model/event-name.ts'
import { findHook } from '../../../src/modules/hooks/repo.ts'
import {
  claimSchedule,
  findDueSchedules,
  findEventTriggers,
  matchHookPath,
} from '../../../src/modules/triggers/index.ts'
import { findRunnable, findTriggered } from '../../../src/modules/workflows/index.ts'
import { get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson } from '../../helpers/people.ts'
import { create, put, say, WORKFLOWS } from './workflows.ts'

const tokenOf = (url: string): string => new URL(url).pathname.split('/')[4] ?? ''

const run = async (statement: ReturnType<typeof claimSchedule>): Promise<number> => {
  const { sql, params } = statement.toSQL()
  const result = await env.DB.prepare(sql)
    .bind(...params)
    .run()
  return result.meta.changes
}

test('setting triggers creates a version; id, URL and next time stay with the key', async () => {
  const person = await newPerson()
  const schedule = { type: 'schedule', everyMs: 3_600_000 }
  const { body } = await create(person, { triggers: [{ type: 'webhook', key: 'in' }, schedule] })
  const path = `${WORKFLOWS}/${body.id}/triggers`
  const before = await get(path, person)
  expect([before.body.version, before.headers.get('etag')]).toEqual([1, '"1"'])
  const [hook, timer] = before.body.items
  const same = await put(path, person, { triggers: [{ type: 'webhook', key: 'in' }, schedule] })
  expect(same.body).toEqual(before.body)
  const after = await put(path, person, {
    triggers: [
      { type: 'webhook', key: 'in', path: 'x' },
      { ...schedule, input: { a: 1 } },
      { type: 'manual' },
    ],
  })
  expect(after.body.version).toBe(2)
  expect(after.body.items[0]).toMatchObject({ id: hook.id, url: `${hook.url}/x` })
  expect(after.body.items[1]).toMatchObject({ id: timer.id, nextFireAt: timer.nextFireAt })
  const stale = await put(path, person, { triggers: [] }, { 'if-match': '"1"' })
  expect(stale.status).toBe(412)
  expect((await put(path, person, { triggers: [{ type: 'sundial' }] })).status).toBe(422)
})

test('disabling clears the next time and closes the URL; enabling opens the same one', async () => {
  const person = await newPerson()
  const { body } = await create(person, {
    triggers: [{ type: 'webhook' }, { type: 'schedule', everyMs: 60_000 }],
  })
  const path = `${WORKFLOWS}/${body.id}`
  const token = tokenOf(body.triggers[0].url)
  expect(await findHook(env.DB, token)).toMatchObject({
    id: body.id,
    teamId: person.teamId,
    triggerKey: 'webhook',
  })
  const off = await post(`${path}/deactivate`, person, {})
  expect(off.body).toMatchObject({ active: false, version: 1 })
  expect(off.body.triggers[1]).toMatchObject({ active: false, nextFireAt: null })
  expect(await findHook(env.DB, token)).toBeNull()
  const on = await post(`${path}/activate`, person, {})
  expect(on.body.triggers[0]).toMatchObject({ active: true, url: body.triggers[0].url })
  expect(Date.parse(on.body.triggers[1].nextFireAt)).toBeGreaterThan(clock.now())
  expect(await findHook(env.DB, token)).not.toBeNull()
})

test('a due fire that is not claimed yet survives a change of the workflow', async () => {
  const person = await newPerson()
  const { body } = await create(person, { triggers: [{ type: 'schedule', everyMs: 60_000 }] })
  await env.DB.prepare('UPDATE workflow_triggers SET next_fire_at = 1000 WHERE workflow_id = ?')
    .bind(body.id)
    .run()
  const changed = await put(`${WORKFLOWS}/${body.id}`, person, { definition: say('other') })
  expect(changed.body.triggers[0].nextFireAt).toBe('1970-01-01T00:00:01.000Z')
  const moved = await put(`${WORKFLOWS}/${body.id}/triggers`, person, {
    triggers: [{ type: 'schedule', everyMs: 120_000 }],
  })
  expect(Date.parse(moved.body.items[0].nextFireAt)).toBeGreaterThan(1_000_000)
})

test('a due schedule is found, and only the first claim counts', async () => {
  const person = await newPerson()
  const { body } = await create(person, { triggers: [{ type: 'schedule', everyMs: 60_000, key: 'tick' }] })
  await env.DB.prepare('UPDATE workflow_triggers SET next_fire_at = 5 WHERE workflow_id = ?')
    .bind(body.id)
    .run()
  const due = (await findDueSchedules(env.DB, clock.now(), 1_000)).find((one) => one.workflowId === body.id)
  expect(due).toMatchObject({ teamId: person.teamId, nextFireAt: 5 })
  if (due === undefined) return
  const claims = await Promise.all([1, 2, 3].map(() => run(claimSchedule(due, clock.now() + 60_000, 5))))
  expect(claims.sort()).toEqual([0, 0, 1])
  expect(await findTriggered(env.DB, due.triggerId)).toMatchObject({
    triggerKey: 'tick',
    lastFireAt: 5,
    version: 1,
  })
})

test('events find the triggers of their team, by name and by pattern', async () => {
  const person = await newPerson()
  await create(person, {
    triggers: [
      { type: 'event', name: 'order.placed', key: 'exact' },
      { type: 'event', name: 'order.*', key: 'pattern' },
      { type: 'event', name: 'invoice.*', key: 'other' },
    ],
  })
  await create(await newPerson(), { triggers: [{ type: 'event', name: 'order.placed' }] })
  const found = await findEventTriggers(env.DB, person.teamId, 'order.placed')
  const fitting = found.filter(({ pattern }) => matchesEvent(pattern, 'order.placed'))
  expect(fitting.map(({ triggerKey }) => triggerKey).sort()).toEqual(['exact', 'pattern'])
})

test.each([
  ['order.*', 'order.placed', true],
  ['order.*', 'order.item.added', true],
  ['order.*', 'orders.placed', false],
  ['*', 'anything', true],
  ['*.placed', 'order.placed', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyy', false],
  ['order', 'order.placed', false],
])('whether the event pattern %s matches %s: %s', (pattern, name, fits) => {
  expect(matchesEvent(pattern, name)).toBe(fits)
})

test('a pattern of many stars is fast', () => {
  const started = Date.now()
  expect(matchesEvent('*a'.repeat(90), 'a'.repeat(100_000).concat('b'))).toBe(false)
  expect(Date.now() - started).toBeLessThan(30_000)
})

test('paths of webhooks give their parameters', () => {
  expect(matchHookPath('orders/:id/items', '/orders/7/items/')).toEqual({ id: '7' })
  expect(matchHookPath('orders/:id', 'orders')).toBeNull()
  expect(matchHookPath('', '')).toEqual({})
})

test('the data of a start is one row, of the requested version and only for its team', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  await put(`${WORKFLOWS}/${body.id}`, person, { definition: say('two') })
  await put(`${WORKFLOWS}/variables/region`, person, { value: { name: 'eu' } })
  const current = await firstOf(env.DB, findRunnable(person.teamId, body.id))
  expect(current).toMatchObject({ version: 2, definition: JSON.stringify(say('two')), active: 1 })
  expect(JSON.parse(current?.vars ?? '')).toEqual({ region: { name: 'eu' } })
  expect((await firstOf(env.DB, findRunnable(person.teamId, body.id, 1)))?.definition).toBe(
    JSON.stringify(say('hello')),
  )
  expect(await firstOf(env.DB, findRunnable(person.teamId, body.id, 3))).toBeNull()
  expect(await firstOf(env.DB, findRunnable((await newPerson()).teamId, body.id))).toBeNull()
})

test.each([
  ['X S ecret:', 'trigger', '/triggers/0/auth/header', 'definition.invalid'],
  ['', 'trigger', '/triggers/0/auth/header', 'definition.invalid'],
  ['x-secret', 'myCredential', '/triggers/0/auth/credential', 'credential.not_found'],
  ['x-secret', '', '/triggers/0/auth/credential', 'trigger.unknown_credential'],
])(
  'a webhook checked by the header %j with the credential %j is refused',
  async (header, credential, path, code) => {
    const triggers = [{ type: 'webhook', key: 'in', auth: { type: 'header', header, credential } }]
    const answer = await create(await newPerson(), { triggers, active: false })
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toMatchObject([{ path, code }])
  },
)

test('a webhook with a signature is enabled once its secret is set', async () => {
  const person = await newPerson()
  const auth = { type: 'hmac', credential: 'in' }
  const triggers = [{ type: 'webhook', key: 'in', auth }]
  const refused = await create(person, { triggers })
  expect([refused.status, refused.body.errors[0]]).toMatchObject([
    422,
    { path: '/triggers/0/auth/credential', code: 'trigger.missing_credential' },
  ])
  const { body } = await create(person, { triggers, active: false })
  const path = `${WORKFLOWS}/${body.id}`
  expect((await post(`${path}/activate`, person, undefined)).body.code).toBe('workflow.invalid')
  expect((await put(`${path}/triggers/in/secret`, person, { secret: 'long-enough' })).status).toBe(204)
  expect((await post(`${path}/activate`, person, undefined)).body.active).toBe(true)
  const more = {
    triggers: [...triggers, { type: 'webhook', key: 'new', auth: { ...auth, credential: 'trigger' } }],
  }
  expect((await put(`${path}/triggers`, person, more)).body.errors).toMatchObject([
    { path: '/triggers/1/auth/credential' },
  ])
  expect((await put(path, person, { definition: say('other') })).body.version).toBe(2)
})
