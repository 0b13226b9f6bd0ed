// Parsers differ in which of two equal keys in a JSON text they use, so our API accepts neither.
import { expect, test } from 'vitest'
import { call } from '../helpers/api.ts'
import { newPerson } from '../helpers/people.ts'
import { linear } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { deliver, hooked, inputOf } from '../modules/hooks/deliver.ts'
import { fillPath } from './support/paths.ts'
import { routes } from './support/routes.ts'

const TWICE = '{"name":"a","\\u006eame":"b"}'
const JSON_TYPE = { 'content-type': 'application/json' }

/** Input from other systems, and text that the route interprets itself. */
const isOurJson = ({ inputs, path }: (typeof routes)[number]): boolean =>
  !path.startsWith('/api/v1/hooks/') &&
  inputs.some(({ target, otherMediaTypes = [] }) => target === 'json' && otherMediaTypes.length === 0)

const routesWithJson = routes.filter(isOurJson)

test.each(routesWithJson.map((route) => [route.name, route] as const))(
  '%s refuses a key that stands twice',
  async (_name, route) => {
    const as = await newPerson({ platformRole: 'admin' })
    const path = fillPath(
      route.path,
      route.path.includes('/teams/:') ? { id: as.teamId, teamId: as.teamId } : {},
    )
    const answer = await call(route.method, path, { as, raw: TWICE, headers: JSON_TYPE })
    expect([answer.status, answer.body.code]).toEqual([400, 'request.duplicate_key'])
    expect(answer.body.detail).toContain('"name"')
  },
)

test('a workflow that is sent as text gets the duplicate key in the error', async () => {
  const as = await newPerson()
  const raw = '{"nodes":[{"id":"a","id":"b","type":"flow.noop"}]}'
  const answer = await call('POST', '/api/v1/workflows/validate', { as, raw, headers: JSON_TYPE })
  expect(answer.body.problems).toMatchObject([
    { code: 'definition.bad_json', message: expect.stringContaining('"id" appears twice') },
  ])
})

test('the input of a run is checked too', async () => {
  const as = await newPerson()
  const path = `/api/v1/workflows/${await newWorkflow(as.teamId, linear(1))}/execute`
  const answer = await call('POST', path, { as, raw: '{"input":{"a":1,"a":2}}', headers: JSON_TYPE })
  expect([answer.status, answer.body.code]).toEqual([400, 'request.duplicate_key'])
})

test('deliveries to a webhook are accepted with duplicate keys', async () => {
  const delivered = await deliver(await hooked(), { body: '{"a":1,"a":2}', headers: JSON_TYPE })
  expect((await inputOf(delivered)).body).toEqual({ a: 2 })
})
