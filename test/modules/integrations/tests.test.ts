import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { testDueIntegrations } from '../../../src/modules/integrations/tests/nightly.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newIntegration, PATH, target } from './integrations.ts'

const withTestUrl = (as: Person, path: string, more: object = {}) =>
  newIntegration(as, { config: { testUrl: `${target()}${path}` }, ...more })

const seenBy = async (name: string): Promise<{ authorization: string | null }[]> =>
  (await fetch(`${target()}/seen/${name}`)).json()

test('a test calls the service with the credential, sets the status, and is stored', async () => {
  const person = await newPerson()
  const name = crypto.randomUUID()
  const { id } = await withTestUrl(person, `/flaky/${name}?failures=1&how=401`)
  const first = await post(`${PATH}/${id}/test`, person, undefined)
  expect(first.body).toMatchObject({ outcome: 'refused', httpStatus: 401, testedBy: person.userId })
  expect((await get(`${PATH}/${id}`, person)).body).toMatchObject({
    status: 'failing',
    lastTest: { outcome: 'refused' },
    version: 1,
  })
  const second = await post(`${PATH}/${id}/test`, person, undefined)
  expect(second.body).toMatchObject({ outcome: 'ok', httpStatus: 200 })
  expect((await get(`${PATH}/${id}`, person)).body.status).toBe('ok')
  expect((await seenBy(name)).map((one) => one.authorization)).toEqual(
    Array(2).fill('Bearer a-token-of-some-length-7f3a'),
  )
  const { body: list } = await get(`${PATH}/${id}/tests?count=true`, person)
  expect(list.total).toBe(2)
  expect(list.items.map((one: { outcome: string }) => one.outcome)).toEqual(['ok', 'refused'])
  const changed = await call('PATCH', `${PATH}/${id}`, {
    as: person,
    body: { secrets: { token: 'new-token' } },
  })
  expect(changed.body.status).toBe('untested')
})

test('the last 50 tests of an integration are kept', async () => {
  const person = await newPerson()
  const { id } = await withTestUrl(person, '/echo')
  await post(`${PATH}/${id}/test`, person, undefined)
  await env.DB.prepare(
    `INSERT INTO integration_tests (id, integration_id, team_id, outcome, http_status, message, duration_ms, created_at)
     SELECT 'old-' || value, ?1, ?2, 'ok', 200, '', 1, value FROM json_each(?3)`,
  )
    .bind(id, person.teamId, JSON.stringify(Array.from({ length: 60 }, (_, i) => i)))
    .run()
  await post(`${PATH}/${id}/test`, person, undefined)
  const { body } = await get(`${PATH}/${id}/tests?count=true&limit=100`, person)
  expect(body.total).toBe(50)
  expect(body.items[0].httpStatus).toBe(200)
  expect(body.items.at(-1).id).toBe('old-12')
})

test('a service that does not answer is named, and nothing of its response is stored', async () => {
  const person = await newPerson()
  const down = await withTestUrl(person, '/status/503?x-secret=1')
  expect((await post(`${PATH}/${down.id}/test`, person, undefined)).body).toMatchObject({
    outcome: 'unclear',
    httpStatus: 503,
    message: 'The service gave no clear answer (503).',
  })
  const elsewhere = await newIntegration(person, {
    config: { testUrl: `${target()}/echo` },
    allowedHosts: ['api.example.com'],
  })
  const answer = await post(`${PATH}/${elsewhere.id}/test`, person, undefined)
  expect(answer.body.outcome).toBe('unclear')
  expect(answer.body.message).toContain('api.example.com')
})

test('if nothing can be tested, the answer says so', async () => {
  const person = await newPerson()
  const plain = await newIntegration(person)
  const webhook = await newIntegration(person, {
    type: 'webhook',
    secrets: { secret: 'a-webhook-secret' },
    allowedHosts: undefined,
  })
  for (const { id } of [plain, webhook]) {
    const answer = await post(`${PATH}/${id}/test`, person, undefined)
    expect([answer.status, answer.body.code]).toEqual([409, 'integration.no_test'])
  }
})

const nightly = () => withContext(testDueIntegrations)

/** Only this one is due, whatever other tests have left. */
async function nightOf(id: string): Promise<void> {
  await env.DB.prepare('UPDATE integrations SET next_test_at = NULL WHERE id <> ?').bind(id).run()
  await env.DB.prepare('UPDATE integrations SET next_test_at = ? WHERE id = ?').bind(clock.now(), id).run()
  await nightly()
}

test('a nightly refusal marks the integration, and the owner gets one mail', async () => {
  const person = await newPerson()
  const { id } = await withTestUrl(person, '/status/401', { name: 'Broken one' })
  const due = await env.DB.prepare('SELECT next_test_at AS at FROM integrations WHERE id = ?')
    .bind(id)
    .first<{ at: number }>()
  expect(due?.at).toBeGreaterThan(clock.now())
  await nightOf(id)
  await nightOf(id)
  expect((await get(`${PATH}/${id}`, person)).body.status).toBe('failing')
  const mails = (await mailTo(person.email)).filter(({ subject }) => subject.includes('Broken one'))
  expect(mails).toHaveLength(1)
  expect(mails[0]?.text).toContain(`/api/v1/users/integrations/${id}`)
  const { body } = await get(`${PATH}/${id}/tests`, person)
  expect(body.items.map((one: { testedBy: unknown }) => one.testedBy)).toEqual([null, null])
})

test('a service that is down briefly at night breaks nothing; three failures in a row do', async () => {
  const person = await newPerson()
  const { id } = await withTestUrl(person, '/status/503')
  const statuses: string[] = []
  for (let night = 0; night < 3; night++) {
    await nightOf(id)
    statuses.push((await get(`${PATH}/${id}`, person)).body.status)
  }
  expect(statuses).toEqual(['untested', 'untested', 'failing'])
})

test('two concurrent ticks test an integration once', async () => {
  const person = await newPerson()
  const name = crypto.randomUUID()
  const { id } = await withTestUrl(person, `/flaky/${name}`)
  await env.DB.prepare('UPDATE integrations SET next_test_at = NULL').run()
  await env.DB.prepare('UPDATE integrations SET next_test_at = ? WHERE id = ?').bind(clock.now(), id).run()
  await Promise.all([nightly(), nightly(), nightly()])
  expect(await seenBy(name)).toHaveLength(1)
})
