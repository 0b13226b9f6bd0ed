import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/clock.ts'
import { disable } from '../../../src/modules/webhooks/service/disable.ts'
import { call } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import {
  deliveriesOf,
  getEndpoint,
  newEndpoint,
  newReceiver,
  pass,
  record,
  signatureOf,
  withKey,
} from './receiver.ts'

// The endpoints' own objects use the real clock, so deliveries that are due by that of the test are not due for them.
beforeAll(() => clock.advance(HOUR_MS))

test('an event is posted once, signed, with the configured headers', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url, { headers: { 'x-own': 'the-own-value' } })
  const id = await record(person.teamId, 'run.failed', { error: { code: 'x', message: 'y' } })
  await pass(endpoint.id)
  await pass(endpoint.id)
  const [got, ...more] = await receiver.received()
  expect(more).toEqual([])
  expect(got?.headers).toMatchObject({
    'webhook-id': id,
    'content-type': 'application/json',
    'x-own': 'the-own-value',
  })
  expect(Math.abs(Number(got?.headers['webhook-timestamp']) - clock.now() / 1000)).toBeLessThan(30)
  expect(got?.headers['webhook-signature']).toBe(await signatureOf(endpoint.secret, got!))
  const body = JSON.parse(got?.body ?? '')
  expect(body).toEqual({ type: 'run.failed', timestamp: body.data.at, data: body.data })
  expect(body.data).toMatchObject({ teamId: person.teamId, data: { error: { code: 'x' } } })
  const [delivery] = await deliveriesOf(person, endpoint.id)
  expect(delivery).toMatchObject({
    ...{ eventId: id, status: 'succeeded', attempt: 1, nextAttemptAt: null, error: null },
    response: { status: 200, body: 'answer 1 to [redacted]' },
  })
  const detail = await call('GET', `/api/v1/webhooks/${endpoint.id}/deliveries/${delivery.id}`, {
    as: person,
  })
  expect(detail.body.request).toMatchObject({ headers: { 'x-own': '[redacted]', 'webhook-id': id }, body })
  expect(detail.text).not.toContain('the-own-value')
})

const WINDOWS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]

test('failures are retried ten times, each within its window, and then the delivery has failed', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver({ answers: '500' })
  const endpoint = await newEndpoint(person, receiver.url)
  await record(person.teamId)
  for (const [index, windowMs] of WINDOWS_MS.entries()) {
    const before = clock.now()
    const { nextAt } = await pass(endpoint.id)
    const after = clock.now()
    expect(await receiver.received()).toHaveLength(index + 1)
    expect(nextAt).toBeGreaterThanOrEqual(before + windowMs)
    expect(nextAt).toBeLessThanOrEqual(after + windowMs * 1.1 + 1)
    clock.advance(before + windowMs - SECOND_MS - clock.now())
    await pass(endpoint.id)
    expect(await receiver.received(), 'nothing is sent too early').toHaveLength(index + 1)
    clock.advance((nextAt ?? 0) - clock.now())
  }
  expect(await pass(endpoint.id)).toEqual({ nextAt: null, notBefore: 0 })
  const all = await receiver.received()
  expect(all).toHaveLength(10)
  expect(new Set(all.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1)
  expect(await deliveriesOf(person, endpoint.id)).toMatchObject([
    { status: 'failed', attempt: 10, nextAttemptAt: null, error: 'The receiver responded with 500.' },
  ])
})

test('of two concurrent passes one sends', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url)
  for (let i = 0; i < 20; i++) await record(person.teamId)
  await Promise.all([pass(endpoint.id), pass(endpoint.id), pass(endpoint.id)])
  const ids = (await receiver.received()).map(({ headers }) => headers['webhook-id'])
  expect([ids.length, new Set(ids).size]).toEqual([20, 20])
})

test('Retry-After delays the delivery and all others to the endpoint', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver({ answers: '429,200', 'retry-after': '600' })
  const endpoint = await newEndpoint(person, receiver.url)
  await record(person.teamId)
  await pass(endpoint.id)
  await record(person.teamId)
  const { nextAt } = await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(1)
  expect((nextAt ?? 0) - clock.now()).toBeGreaterThan(590 * SECOND_MS)
  clock.advance(600 * SECOND_MS)
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(3)
})

test('after Retry-After, deliveries of the same pass that are not sent yet wait too, and lose no attempt', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver({ answers: [...Array(6).fill('429'), '200'].join(','), 'retry-after': '600' })
  const endpoint = await newEndpoint(person, receiver.url)
  for (let i = 0; i < 30; i++) await record(person.teamId)
  await pass(endpoint.id)
  const sent = (await receiver.received()).length
  expect(sent).toBeLessThanOrEqual(6)
  const waiting = await deliveriesOf(person, endpoint.id, '?limit=100')
  const attempts = waiting.map(({ attempt }: { attempt: number }) => attempt)
  expect(attempts.reduce((sum: number, n: number) => sum + n, 0)).toBe(sent)
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(sent)
  clock.advance(3 * HOUR_MS)
  await pass(endpoint.id)
  const all = await deliveriesOf(person, endpoint.id, '?limit=100')
  expect(new Set(all.map(({ status }: { status: string }) => status))).toEqual(new Set(['succeeded']))
  expect(await receiver.received()).toHaveLength(30 + sent)
})

test('a delivery that was claimed but not sent keeps the time of its earlier attempt', async () => {
  const person = await withKey(await newPerson())
  const { id } = await newEndpoint(person, newReceiver({ answers: '500' }).url)
  for (let i = 0; i < 30; i++) await record(person.teamId)
  await pass(id)
  const { url } = newReceiver({ answers: '429', 'retry-after': '600' })
  await env.DB.prepare('UPDATE webhook_endpoints SET url = ? WHERE id = ?').bind(url, id).run()
  clock.advance(HOUR_MS)
  const second = clock.now()
  await pass(id)
  const all: any[] = await deliveriesOf(person, id, '?limit=100')
  const sentTwice = all.filter(({ lastAttemptAt }) => Date.parse(lastAttemptAt) >= second)
  expect(all.map(({ attempt }) => attempt).sort()).toEqual([
    ...Array(30 - sentTwice.length).fill(1),
    ...sentTwice.map(() => 2),
  ])
  expect(sentTwice.length).toBeLessThanOrEqual(6)
})

test('an endpoint that has just succeeded is not disabled by a failure of the same pass', async () => {
  const person = await withKey(await newPerson())
  const { id } = await newEndpoint(person, newReceiver().url)
  const since = clock.now() - 6 * DAY_MS
  const stale = { id, teamId: person.teamId, url: 'x', createdBy: person.userId, failingSince: since }
  await env.DB.prepare('UPDATE webhook_endpoints SET failing_since = ? WHERE id = ?').bind(since, id).run()
  await record(person.teamId)
  await pass(id)
  await withContext((request) => disable(request, stale, 'failing'))
  expect(await getEndpoint(person, id)).toMatchObject({ active: true, disabledReason: null })
  await env.DB.prepare('UPDATE webhook_endpoints SET failing_since = ? WHERE id = ?').bind(since, id).run()
  await withContext((request) => disable(request, stale, 'failing'))
  expect(await getEndpoint(person, id)).toMatchObject({ active: false, disabledReason: 'failing' })
})

test.each([
  ['a redirect', { answers: '302', location: '/echo' }, 'pending', /Redirects are not followed/],
  ['abort-message', { answers: '500', 'webhook-delivery': 'abort-message' }, 'failed', /no further attempt/],
  ['410', { answers: '410' }, 'failed', /gone/],
  ['204', { answers: '204' }, 'succeeded', null],
])('%s leaves the delivery in the expected state', async (_what, script, status, error) => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver(script)
  const endpoint = await newEndpoint(person, receiver.url)
  await record(person.teamId)
  await pass(endpoint.id)
  const [delivery] = await deliveriesOf(person, endpoint.id)
  expect(delivery.status).toBe(status)
  if (error === null) expect(delivery.error).toBeNull()
  else expect(delivery.error).toMatch(error)
})

test('410 disables the endpoint with one mail; pending deliveries are held until it is enabled', async () => {
  const team = await newTeam()
  const admin = await withKey(await team.join('admin'))
  const receiver = newReceiver({ answers: '500,410,410,200' })
  const endpoint = await newEndpoint(admin, receiver.url)
  await record(team.teamId)
  await pass(endpoint.id)
  for (let i = 0; i < 2; i++) await record(team.teamId)
  await pass(endpoint.id)
  expect(await getEndpoint(admin, endpoint.id)).toMatchObject({ active: false, disabledReason: 'gone' })
  for (const { email } of [admin, team.owner])
    expect(await mailTo(email)).toMatchObject([{ subject: 'A webhook was disabled' }])
  clock.advance(DAY_MS)
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(3)
  await call('PATCH', `/api/v1/webhooks/${endpoint.id}`, { as: admin, body: { active: true } })
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(4)
  expect(await getEndpoint(admin, endpoint.id)).toMatchObject({ active: true, disabledReason: null })
})

test('five days of failures disable the endpoint; one success resets the count', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver({ answers: '500,500,200,500' })
  const endpoint = await newEndpoint(person, receiver.url)
  const fail = async () => {
    await record(person.teamId)
    await env.DB.prepare('DELETE FROM webhook_deliveries WHERE lane = ? AND attempt > 0')
      .bind(endpoint.id)
      .run()
    await pass(endpoint.id)
  }
  await fail()
  clock.advance(4 * DAY_MS)
  await fail()
  await fail()
  expect(await getEndpoint(person, endpoint.id)).toMatchObject({ active: true, failingSince: null })
  await fail()
  clock.advance(5 * DAY_MS - MINUTE_MS)
  await fail()
  expect((await getEndpoint(person, endpoint.id)).active).toBe(true)
  clock.advance(2 * MINUTE_MS)
  await fail()
  expect(await getEndpoint(person, endpoint.id)).toMatchObject({ active: false, disabledReason: 'failing' })
  expect(await mailTo(person.email)).toHaveLength(1)
})

test('for a day after a rotation both secrets sign', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url)
  const rotated = await call('POST', `/api/v1/webhooks/${endpoint.id}/rotate-secret`, { as: person })
  await record(person.teamId)
  await pass(endpoint.id)
  clock.advance(DAY_MS)
  await record(person.teamId)
  await pass(endpoint.id)
  const [first, second] = await receiver.received()
  const signatures = (secret: string) => signatureOf(secret, first!)
  expect(first?.headers['webhook-signature']).toBe(
    `${await signatures(rotated.body.secret)} ${await signatures(endpoint.secret)}`,
  )
  expect(second?.headers['webhook-signature']).toBe(await signatureOf(rotated.body.secret, second!))
})

test('the longest pattern is matched, and one that was stored when longer ones were allowed stops no other endpoint', async () => {
  const person = await withKey(await newPerson())
  const [receiver, other] = [newReceiver(), newReceiver()]
  const longest = '*r*u*n'.repeat(8).padEnd(50, '*')
  const endpoint = await newEndpoint(person, receiver.url, { events: ['run.*', longest] })
  const old = await newEndpoint(person, other.url)
  const events = JSON.stringify([`run.${'*'.repeat(60)}`])
  await env.DB.prepare('UPDATE webhook_endpoints SET events = ? WHERE id = ?').bind(events, old.id).run()
  await record(person.teamId)
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(1)
})

test('a delivery that is begun again while its endpoint is disabled waits, and keeps nobody busy', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url)
  await record(person.teamId)
  await env.DB.prepare('UPDATE webhook_endpoints SET active = 0 WHERE id = ?').bind(endpoint.id).run()
  expect(await pass(endpoint.id)).toMatchObject({ nextAt: null })
  expect(await receiver.received()).toHaveLength(0)
  await call('PATCH', `/api/v1/webhooks/${endpoint.id}`, { as: person, body: { active: true } })
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(1)
})

test('a second rotation within the day needs force, which ends the first secret', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url)
  const path = `/api/v1/webhooks/${endpoint.id}/rotate-secret`
  const rotate = (query = '') => call('POST', `${path}${query}`, { as: person })
  const once = await Promise.all([rotate(), rotate()])
  expect(once.map(({ status }) => status === 200).sort()).toEqual([false, true])
  const first = once.find(({ status }) => status === 200)
  const refused = await rotate()
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    expect.stringContaining(first?.body.oldSecretUntil),
  ])
  const second = await rotate('?force=true')
  await record(person.teamId)
  await pass(endpoint.id)
  const [sent] = await receiver.received()
  const signed = await Promise.all([second, first].map((one) => signatureOf(one?.body.secret, sent!)))
  expect(sent?.headers['webhook-signature']).toBe(signed.join(' '))
  clock.advance(DAY_MS)
  expect((await rotate()).status).toBe(200)
})

test('only events of its patterns that its filter accepts are sent; a failing filter is shown', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url, {
    events: ['run.failed', 'order.*'],
    filter: '{{ item.amount > 10 && input.teamId != null }}',
  })
  await record(person.teamId, 'run.succeeded', { amount: 50 })
  await record(person.teamId, 'order.paid', { amount: 50 })
  await record(person.teamId, 'order.paid', { amount: 5 })
  await record(person.teamId, 'run.failed', { amount: 11 })
  await pass(endpoint.id)
  const types = (await receiver.received()).map(({ body }) => JSON.parse(body).type).sort()
  expect(types).toEqual(['order.paid', 'run.failed'])
  expect(await deliveriesOf(person, endpoint.id)).toHaveLength(2)
  await call('PATCH', `/api/v1/webhooks/${endpoint.id}`, {
    as: person,
    body: { filter: '{{ input.data.nowhere.at.all > 1 }}' },
  })
  await record(person.teamId, 'run.failed', { amount: 11 })
  await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(2)
  expect((await getEndpoint(person, endpoint.id)).filterError).toMatchObject({ message: expect.any(String) })
})

test('an endpoint for all events gets changes of the team too, the first of which is its own creation', async () => {
  const person = await withKey(await newPerson())
  const endpoint = await newEndpoint(person, newReceiver().url, { events: ['*'] })
  await record(person.teamId)
  // The real queue may be processing the message at this moment.
  await eventually(async () => {
    await runJobs()
    const types = (await deliveriesOf(person, endpoint.id)).map(({ type }: { type: string }) => type)
    expect(types.sort()).toEqual(['run.failed', 'webhook.created'])
  })
})

test('an endpoint with a rate gets no more in a pass, and the next pass waits a second', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url, { rateLimitPerS: 2 })
  for (let i = 0; i < 5; i++) await record(person.teamId)
  const startedAt = clock.now()
  const { notBefore } = await pass(endpoint.id)
  expect(await receiver.received()).toHaveLength(2)
  expect(notBefore).toBeGreaterThanOrEqual(startedAt + SECOND_MS)
})

test('a body of more than 256 KB contains a link, and a response of 100 MB is cut', async () => {
  const person = await withKey(await newPerson())
  const receiver = newReceiver()
  const endpoint = await newEndpoint(person, receiver.url)
  await record(person.teamId, 'run.failed', { text: 'ü'.repeat(140_000) })
  await record(person.teamId, 'run.failed', { text: 'ü'.repeat(120_000) })
  await pass(endpoint.id)
  const bodies = (await receiver.received()).map(({ body }) => body)
  expect(bodies.map((body) => body.length).sort((a, b) => a - b)[0]).toBeLessThan(1_000)
  const short = bodies.map((body) => JSON.parse(body).data.data).find((data) => data.omitted)
  expect(short).toMatchObject({
    omitted: true,
    link: 'https://orrery.test/it',
    sizeBytes: expect.any(Number),
  })
  await call('PATCH', `/api/v1/webhooks/${endpoint.id}`, {
    as: person,
    body: { url: receiver.url.replace(/hook.*/, 'huge') },
  })
  await record(person.teamId)
  await pass(endpoint.id)
  const [huge] = await deliveriesOf(person, endpoint.id)
  expect([huge.status, huge.response.body.length]).toEqual(['succeeded', 4_096])
})

test('a URL that is not public is refused when it is set and at each attempt', async () => {
  const person = await withKey(await newPerson())
  const endpoint = await newEndpoint(person, newReceiver().url)
  await env.DB.prepare("UPDATE webhook_endpoints SET url = 'http://169.254.169.254/' WHERE id = ?")
    .bind(endpoint.id)
    .run()
  await record(person.teamId)
  await pass(endpoint.id)
  expect(await deliveriesOf(person, endpoint.id)).toMatchObject([
    { status: 'pending', attempt: 1, response: null, error: 'The address is not a public one.' },
  ])
})
