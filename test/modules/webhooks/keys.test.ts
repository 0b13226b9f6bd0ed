// An API key gets through a webhook only what it could read itself.
import { expect, test } from 'vitest'
import { matchesEvent } from '../../../src/engine/model/event-name.ts'
import { requireEventScopes } from '../../../src/modules/webhooks/event-scopes.ts'
import { OUT_EVENT_TYPES } from '../../../src/modules/webhooks/event-types.ts'
import { type Caller, call, get, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newReceiver } from './receiver.ts'

const PATH = '/api/v1/webhooks'
const URL = 'https://example.com/hook'

async function keyOf(as: Person, ...scopes: string[]): Promise<Caller> {
  const made = await post('/api/v1/auth/api-keys', as, { name: 'k', scopes })
  expect(made.status, made.text).toBe(201)
  return { apiKey: made.body.key }
}

const refusal = ({ status, body }: { status: number; body: { code?: string; detail?: string } }) => [
  status,
  body.code,
  body.detail,
]

test('it needs the read scopes of all events that it subscribes to', async () => {
  const ada = await newPerson()
  const plain = await keyOf(ada, 'webhooks:write')
  const runs = await keyOf(ada, 'webhooks:write', 'runs:read')
  const create = (as: Caller, ...events: string[]) => post(PATH, as, { url: URL, events })
  for (const events of [['run.failed'], ['*.failed'], ['*'], ['member.created', 'r*']]) {
    const refused = refusal(await create(plain, ...events))
    expect(refused.slice(0, 2)).toEqual([403, 'access.scope_missing'])
    expect(refused[2]).toContain('runs:read')
  }
  expect((await create(runs, 'run.*')).status).toBe(201)
  expect(refusal(await create(runs, 'run.*', 'task.failed'))[2]).toBe(
    'A webhook for the events run.*, task.failed requires the scopes tasks:read.',
  )
  expect((await create(plain, 'nothing.of.ours')).status).toBe(201)
  expect((await create(ada, '*')).status).toBe(201)
})

test('it cannot send what another webhook receives to a URL of its own, but can turn it off', async () => {
  const ada = await newPerson()
  const plain = await keyOf(ada, 'webhooks:write')
  const { id } = (await post(PATH, ada, { url: URL, events: ['run.failed'] })).body
  const patch = (body: object) => call('PATCH', `${PATH}/${id}`, { as: plain, body })
  for (const body of [{ url: 'https://example.org/mine' }, { events: ['run.*'] }, { filter: '{{ 1 == 1 }}' }])
    expect(refusal(await patch(body)).slice(0, 2)).toEqual([403, 'access.scope_missing'])
  expect((await patch({ active: false })).body).toMatchObject({ active: false, url: URL })
})

test('it needs the read scope to see the content of a delivery', async () => {
  const ada = await newPerson()
  const receiver = newReceiver()
  const { id } = (await post(PATH, ada, { url: receiver.url, events: ['run.failed'] })).body
  const sent = (await post(`${PATH}/${id}/test`, ada, { type: 'run.failed' })).body
  const plain = await keyOf(ada, 'webhooks:read', 'webhooks:write')
  const path = `${PATH}/${id}/deliveries/${sent.id}`
  expect(refusal(await get(path, plain))).toEqual([
    403,
    'access.scope_missing',
    'The content of a delivery of run.failed requires the scope runs:read.',
  ])
  expect((await post(`${path}/redeliver`, plain, undefined)).status).toBe(403)
  expect((await get(`${PATH}/${id}/deliveries`, plain)).body.items).toHaveLength(1)
  expect((await get(path, await keyOf(ada, 'webhooks:read', 'runs:read'))).status).toBe(200)
  expect((await post(`${PATH}/${id}/test`, plain, { type: 'run.failed' })).status).toBe(200)
})

test.each(OUT_EVENT_TYPES.filter(({ name }) => !matchesEvent('run.*', name)).map(({ name }) => name))(
  '%s does not count as an event of a run',
  (name) => {
    const key = { kind: 'api_key', teamRole: 'owner', platformRole: 'user', scopes: ['runs:read'] } as const
    expect(() => requireEventScopes({ ...key, scopes: [...key.scopes] }, [name])).toThrow()
  },
)
