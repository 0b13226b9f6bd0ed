import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { deliveriesOf, getEndpoint, newEndpoint, newReceiver, pass, record } from './receiver.ts'

const PATH = '/api/v1/webhooks'
const BODY = { url: 'https://example.com/hook', events: ['run.*'] }

test('a webhook is created, read, changed and deleted; its secret and headers are never shown again', async () => {
  const person = await newPerson()
  const made = await post(PATH, person, {
    ...BODY,
    headers: { authorization: 'Bearer a-long-secret-value' },
    description: 'To the shop',
  })
  expect(made.body).toMatchObject({
    ...BODY,
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    headerNames: ['authorization'],
    active: true,
    version: 1,
  })
  const path = `${PATH}/${made.body.id}`
  const read = await get(path, person)
  expect(read.text).not.toMatch(/whsec_|a-long-secret-value/)
  const { secret: _secret, ...shown } = made.body
  expect(read.body).toEqual(shown)
  const changed = await call('PATCH', path, {
    as: person,
    body: { events: ['*'], headers: {} },
    headers: { 'if-match': '"1"' },
  })
  expect(changed.body).toMatchObject({ events: ['*'], headerNames: [], version: 2 })
  const stale = await call('PATCH', path, {
    as: person,
    body: { active: false },
    headers: { 'if-match': '"1"' },
  })
  expect(stale.status).toBe(412)
  expect((await get(`${PATH}?active=true`, person)).body.items).toHaveLength(1)
  expect((await call('DELETE', path, { as: person })).status).toBe(204)
  expect((await get(path, person)).status).toBe(404)
})

test('another URL needs the headers again, so that their values are not sent to another receiver', async () => {
  const person = await newPerson()
  const { id } = await newEndpoint(person, BODY.url, { headers: { authorization: 'Bearer a-secret-value' } })
  const receiver = newReceiver()
  const change = (body: object) => call('PATCH', `${PATH}/${id}`, { as: person, body })
  const refused = await change({ url: receiver.url })
  expect([refused.status, refused.body.errors]).toEqual([
    422,
    [{ path: '/headers', message: expect.any(String), code: 'secret_required' }],
  ])
  expect((await change({ url: BODY.url, events: ['*'] })).status).toBe(200)
  const headers = { 'x-own': 'a-value' }
  expect((await change({ url: receiver.url, headers })).body.headerNames).toEqual(['x-own'])
  await post(`${PATH}/${id}/test`, person, { type: 'run.failed' })
  const [received] = await receiver.received()
  expect(received?.headers).toMatchObject(headers)
  expect(received?.headers).not.toHaveProperty('authorization')
  // Without headers, there is nothing to send again.
  expect((await change({ url: receiver.url, headers: {} })).status).toBe(200)
  expect((await change({ url: BODY.url })).status).toBe(200)
})

test.each([
  ['an inner address', { url: 'http://127.0.0.1:9/' }, 'outbound.blocked'],
  ['no http', { url: 'ftp://example.com/' }, 'request.invalid'],
  ['no events', { events: [] }, 'request.invalid'],
  ['a pattern that is none', { events: ['run..x'] }, 'request.invalid'],
  ['a pattern longer than D1 takes', { events: [`run.${'x'.repeat(46)}*`] }, 'request.invalid'],
  ['brackets in a pattern', { events: ['[a-z]*'] }, 'request.invalid'],
  ['a broken filter', { filter: '{{ item. }}' }, 'request.invalid'],
  ['a filter that is only text', { filter: 'item.amount > 1' }, 'request.invalid'],
  ['a header of the signature', { headers: { 'Webhook-Id': 'x' } }, 'request.invalid'],
  ['a header with a line end', { headers: { 'x-own': 'a\r\nb: c' } }, 'request.invalid'],
  ['a rate of nothing', { rateLimitPerS: 0 }, 'request.invalid'],
])('%s is refused', async (_what, change, code) => {
  const answer = await post(PATH, await newPerson(), { ...BODY, ...change })
  expect([answer.status, answer.body.code]).toEqual([422, code])
})

test('a plan limits the number, also for concurrent requests', async () => {
  const person = await newPerson({ plan: 'free' })
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(PATH, person, BODY)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 402, 402, 402])
  expect((await get('/api/v1/users/subscription', person)).body).toMatchObject({
    limits: { webhookEndpoints: 3 },
    usage: { webhookEndpoints: 3 },
  })
})

test('members read, administrators write, and others do not see it', async () => {
  const team = await newTeam()
  const [viewer, member] = [await team.join('viewer'), await team.join('member')]
  const { id } = await newEndpoint(team.owner, BODY.url)
  expect((await get(`${PATH}/${id}`, viewer)).status).toBe(403)
  expect((await get(`${PATH}/${id}`, member)).status).toBe(200)
  expect((await call('PATCH', `${PATH}/${id}`, { as: member, body: {} })).status).toBe(403)
  const stranger = await newPerson()
  for (const path of ['', '/deliveries'])
    expect((await get(`${PATH}/${id}${path}`, stranger)).status).toBe(404)
  expect((await post(`${PATH}/${id}/test`, stranger, {})).status).toBe(404)
})

test('a test is sent immediately, once, and returns the response', async () => {
  const person = await newPerson()
  const receiver = newReceiver({ answers: '503' })
  const { id } = await newEndpoint(person, receiver.url, { active: false, filter: '{{ false }}' })
  const tested = await post(`${PATH}/${id}/test`, person, { type: 'run.failed' })
  expect(tested.body).toMatchObject({
    ...{ type: 'run.failed', status: 'failed', attempt: 1, nextAttemptAt: null },
    response: { status: 503 },
    request: { body: { type: 'run.failed', data: { teamId: person.teamId } } },
  })
  expect((await post(`${PATH}/${id}/test`, person, {})).body.type).toBe('webhook.test')
  expect((await post(`${PATH}/${id}/test`, person, { type: 'nothing.known' })).status).toBe(422)
  expect(await receiver.received()).toHaveLength(2)
  expect(await getEndpoint(person, id)).toMatchObject({ failingSince: null })
})

test('a delivery is sent again with the same id, and lost ones are recovered', async () => {
  clock.advance(3_600_000)
  const person = await newPerson()
  const receiver = newReceiver()
  const { id } = await newEndpoint(person, receiver.url)
  const from = new Date(clock.now() - 1).toISOString()
  const eventId = await record(person.teamId)
  await pass(id)
  const [delivery] = await deliveriesOf(person, id)
  const again = await post(`${PATH}/${id}/deliveries/${delivery.id}/redeliver`, person, undefined)
  expect([again.status, again.body.status, again.body.attempt]).toEqual([202, 'pending', 0])
  await pass(id)
  expect((await receiver.received()).map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId])

  await call('PATCH', `${PATH}/${id}`, { as: person, body: { active: false } })
  await record(person.teamId)
  const refused = await post(`${PATH}/${id}/recover`, person, { from })
  expect([refused.status, refused.body.code]).toEqual([409, 'resource.conflict'])
  await call('PATCH', `${PATH}/${id}`, { as: person, body: { active: true } })
  await pass(id)
  expect(await receiver.received()).toHaveLength(2)
  const failed = await post(`${PATH}/${id}/recover`, person, { from })
  expect([failed.status, failed.body]).toEqual([202, { recovered: 1, more: false }])
  await pass(id)
  expect(await receiver.received()).toHaveLength(3)
  expect((await post(`${PATH}/${id}/recover`, person, { from, only: 'all' })).body.recovered).toBe(2)
  await pass(id)
  expect(await receiver.received()).toHaveLength(5)
  expect(await deliveriesOf(person, id, '?status=succeeded')).toHaveLength(2)
})

test('nothing more is sent for a deleted webhook', async () => {
  clock.advance(3_600_000)
  const person = await newPerson()
  const receiver = newReceiver()
  const { id } = await newEndpoint(person, receiver.url)
  await record(person.teamId)
  await call('DELETE', `${PATH}/${id}`, { as: person })
  await pass(id)
  expect(await receiver.received()).toEqual([])
})
