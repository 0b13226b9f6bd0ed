// From a workflow's own triggers, as stored in its versions, to the run.
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { deliver, JSON_TYPE, responding, signed } from './deliver.ts'

const SECRET = 'correct-horse-battery'

test('the URL of a trigger accepts deliveries, across versions, until the trigger is removed or disabled', async () => {
  const person = await newPerson()
  const trigger = {
    type: 'webhook',
    path: 'orders/:id',
    respond: 'on-respond',
    auth: { type: 'hmac', credential: 'trigger' },
  }
  const definition = responding({ body: { id: '{{ input.params.id }}', v: 1 } })
  const sent = { name: 'Orders', definition, triggers: [trigger], active: false }
  const made = await post('/api/v1/workflows', person, sent)
  expect(made.status).toBe(201)
  const path = `/api/v1/workflows/${made.body.id}`
  const { url, key } = made.body.triggers[0]
  const token = new URL(url).pathname.split('/')[4] ?? ''
  const set = await call('PUT', `${path}/triggers/${key}/secret`, { as: person, body: { secret: SECRET } })
  expect(set.status).toBe(204)
  expect((await post(`${path}/activate`, person, undefined)).status).toBe(200)
  const hook = { trigger: { id: made.body.triggers[0].id, key, token } }
  const send = async () => deliver(hook, { path: '/orders/7', ...(await signed(SECRET, '{}')) })
  expect((await send()).body).toEqual({ id: '7', v: 1 })
  expect((await deliver(hook, { path: '/orders/7', headers: JSON_TYPE })).status).toBe(401)

  await call('PUT', path, { as: person, body: { definition: responding({ body: { v: 2 } }) } })
  expect((await send()).body).toEqual({ v: 2 })
  await post(`${path}/deactivate`, person, undefined)
  expect((await send()).status).toBe(404)
  await post(`${path}/activate`, person, undefined)
  expect((await send()).status).toBe(200)
  await call('PUT', `${path}/triggers`, { as: person, body: { triggers: [] } })
  expect((await send()).status).toBe(404)
})

test('only people who may edit the workflow see the URL, which starts runs', async () => {
  const { owner, teamId, join } = await newTeam()
  const caller = { ...owner, teamId }
  const sent = { name: 'Secret door', definition: responding({ body: 1 }), triggers: [{ type: 'webhook' }] }
  const { body: made } = await post('/api/v1/workflows', caller, sent)
  const scopes = ['workflows:read', 'runs:write']
  const { body: key } = await post('/api/v1/auth/api-keys', caller, { name: 'reader', scopes })
  const urlsFor = async (as: object) => {
    const one = await get(`/api/v1/workflows/${made.id}`, as)
    const byKey = await get(`/api/v1/workflows/by-key/${made.key}`, as)
    const list = await get('/api/v1/workflows', as)
    return [one.body, byKey.body, list.body.items[0]].map((view) => view.triggers[0].url)
  }
  expect(new Set(await urlsFor(caller))).toEqual(new Set([expect.stringContaining('/api/v1/hooks/')]))
  for (const reader of [{ ...(await join('viewer')), teamId }, { apiKey: key.key }])
    expect(await urlsFor(reader)).toEqual([null, null, null])
})
