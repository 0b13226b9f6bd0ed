// An API key that edits workflows cannot make one that does more than the key itself.
import { expect, test } from 'vitest'
import { type Caller, call, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newIntegration } from '../integrations/integrations.ts'

const WORKFLOWS = '/api/v1/workflows'

const keyOf = async (as: Person, ...scopes: string[]): Promise<Caller> => {
  const made = await post('/api/v1/auth/api-keys', as, { name: 'k', scopes: ['workflows:write', ...scopes] })
  expect(made.status, made.text).toBe(201)
  return { apiKey: made.body.key }
}
const save = (as: Caller, node: object, more: object = {}) =>
  post(WORKFLOWS, as, { name: 'W', definition: { nodes: [{ id: 'a', ...node }] }, ...more })

const NOOP = { type: 'flow.noop' }
const SITE = {
  type: 'deploy.site',
  credential: 'Netlify',
  params: { platform: 'netlify', project: 'docs', source: { prefix: 'site/' } },
}

test.each([
  ['runs:write', { type: 'flow.workflow', params: { workflowKey: 'other' } }],
  ['deployments:write', SITE],
  ['notify:write', { type: 'notify.user', params: { message: 'Hello' } }],
])('it needs %s for a node that does the same', async (scope, node) => {
  const ada = await newPerson()
  await newIntegration(ada, { name: 'Netlify', type: 'netlify', secrets: { token: 'secret' } })
  // A site is made of files, and a platform has an integration.
  const base = ['files:read', 'integrations:use']
  const [plain, able] = [await keyOf(ada, ...base), await keyOf(ada, ...base, scope)]
  const group = { type: 'flow.group', params: { body: { nodes: [{ id: 'b', ...node }], output: 1 } } }
  for (const one of [node, group]) {
    const refused = await save(plain, one)
    expect([refused.status, refused.body.code]).toEqual([403, 'access.scope_missing'])
    expect(refused.body.detail).toContain(scope)
    expect((await save(able, one)).status).toBe(201)
  }
  const empty = await save(plain, NOOP)
  const body = { definition: { nodes: [{ id: 'a', ...node }] } }
  const draft = await call('PUT', `${WORKFLOWS}/${empty.body.id}/draft`, { as: plain, body })
  expect(draft.body.code).toBe('access.scope_missing')
  expect((await save(ada, node)).status).toBe(201)
})

test('it needs runs:write to name an error workflow', async () => {
  const ada = await newPerson()
  const [plain, able] = [await keyOf(ada), await keyOf(ada, 'runs:write')]
  const { id: errorWorkflowId } = (await save(ada, NOOP)).body
  expect((await save(plain, NOOP, { errorWorkflowId })).body.code).toBe('access.scope_missing')
  const { id } = (await save(plain, NOOP)).body
  const patch = (as: Caller) => call('PATCH', `${WORKFLOWS}/${id}`, { as, body: { errorWorkflowId } })
  expect((await patch(plain)).body.code).toBe('access.scope_missing')
  expect((await patch(able)).status).toBe(200)
})

const HOURLY = { type: 'schedule', everyMs: 3_600_000 }
const HOOK = { type: 'webhook', key: 'in', auth: { type: 'header', header: 'x-secret' } }

test('it needs runs:write to add a trigger, to activate one and to set its secret, but not to remove one', async () => {
  const ada = await newPerson()
  const [plain, able] = [await keyOf(ada), await keyOf(ada, 'runs:write')]
  const outcome = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]
  const refused = [403, 'access.scope_missing']
  expect(outcome(await save(plain, NOOP, { triggers: [HOURLY] }))).toEqual(refused)
  expect((await save(able, NOOP, { triggers: [HOURLY] })).status).toBe(201)

  const inactive = await save(plain, NOOP, { triggers: [HOURLY], active: false })
  expect(inactive.status, inactive.text).toBe(201)
  const path = `${WORKFLOWS}/${inactive.body.id}`
  expect(outcome(await post(`${path}/activate`, plain, undefined))).toEqual(refused)
  expect(outcome(await call('PATCH', path, { as: plain, body: { active: true } }))).toEqual(refused)
  expect((await post(`${path}/activate`, able, undefined)).status).toBe(200)

  const setTriggers = (as: Caller, ...triggers: object[]) =>
    call('PUT', `${path}/triggers`, { as, body: { triggers } })
  const often = { ...HOURLY, everyMs: 60_000 }
  expect(outcome(await setTriggers(plain, often))).toEqual(refused)
  expect(outcome(await setTriggers(plain, HOURLY, { type: 'event', name: 'paid' }))).toEqual(refused)
  const renamed = await call('PATCH', path, {
    as: plain,
    body: { name: 'Other', definition: { nodes: [{ id: 'b', ...NOOP }] } },
  })
  expect(renamed.status, renamed.text).toBe(200)
  expect((await setTriggers(plain)).status).toBe(200)

  const hook = await save(plain, NOOP, { triggers: [HOOK], active: false })
  const secret = `${WORKFLOWS}/${hook.body.id}/triggers/in/secret`
  const put = (as: Caller) => call('PUT', secret, { as, body: { secret: 'a-secret-of-some-length' } })
  expect(outcome(await put(plain))).toEqual(refused)
  expect((await put(able)).status).toBe(204)
  const withSecret = { ...HOOK, auth: { ...HOOK.auth, secret: 'a-secret-of-some-length' } }
  expect(outcome(await save(plain, NOOP, { triggers: [withSecret], active: false }))).toEqual(refused)
})
