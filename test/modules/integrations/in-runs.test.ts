import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { giveObjectsTheTimeOfTheApp } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import type { Definition } from '../../helpers/runs.ts'
import { newIntegration, PATH, target } from './integrations.ts'

const SECRET = 'a-token-of-some-length-7f3a'

const calling = (credential: string, params: Record<string, unknown>): Definition => ({
  nodes: [{ id: 'call', type: 'http.request', params, credential, retry: { attempts: 1 } }],
})

const save = (as: Person, definition: Definition, more: object = {}) =>
  post('/api/v1/workflows', as, { name: 'Calls', definition, ...more })

async function run(as: Person, definition: Definition) {
  const saved = await save(as, definition)
  if (saved.status !== 201) throw new Error(saved.text)
  const started = await post(`/api/v1/workflows/${saved.body.id}/execute`, as, {}, { prefer: 'wait=20' })
  return { ...started.body, workflowId: saved.body.id, text: started.text }
}

const seenBy = async (name: string): Promise<{ authorization: string | null; body?: string }[]> =>
  (await fetch(`${target()}/seen/${name}`)).json()

test("a request is signed with the node's integration, by name or id, and echoes of its secret are hidden", async () => {
  giveObjectsTheTimeOfTheApp()
  const person = await newPerson()
  const { id, name } = await newIntegration(person)
  for (const ref of [id, name]) {
    const { status, output, text } = await run(person, calling(ref, { url: `${target()}/echo` }))
    expect(status).toBe('succeeded')
    expect(output.body.headers.authorization).toBe('Bearer [redacted]')
    expect(text).not.toContain(SECRET)
  }
  await eventually(async () => expect((await get(`${PATH}/${id}/usage`, person)).body.runs).toHaveLength(2))
  const { body: usage } = await get(`${PATH}/${id}/usage`, person)
  expect(usage.days).toMatchObject([{ runs: 2, calls: 2 }])
  expect(usage.workflows).toMatchObject([
    { workflowName: 'Calls', runs: 1, calls: 1 },
    { workflowName: 'Calls', runs: 1, calls: 1 },
  ])
  expect((await get(`${PATH}/${id}`, person)).body.lastUsedAt).not.toBeNull()
})

test.each([
  [
    'http.basic',
    { username: 'ada' },
    { password: 'pässword-of-ada' },
    {
      authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode('ada:pässword-of-ada')))}`,
    },
  ],
  [
    'http.header',
    { header: 'X-Api-Key', prefix: 'Key ' },
    { value: 'header-key-0123456789' },
    { 'x-api-key': 'Key header-key-0123456789' },
  ],
  [
    'n8n',
    { baseUrl: '{target}' },
    { apiKey: 'n8n-key-0123456789' },
    { 'x-n8n-api-key': 'n8n-key-0123456789' },
  ],
])('%s signs as it says', async (type, config, secrets, headers) => {
  const person = await newPerson()
  const name = crypto.randomUUID()
  const filled = JSON.parse(JSON.stringify(config).replace('{target}', target()))
  const { id } = await newIntegration(person, { type, config: filled, secrets })
  // The status of the response shows whether the header was correct. Its value is hidden in the output.
  const [[header, value] = ['', '']] = Object.entries(headers)
  const { output } = await run(
    person,
    calling(id, { url: `${target()}/expect/${name}`, query: { header, value }, okStatuses: [200, 401] }),
  )
  expect(output.status).toBe(200)
})

test('a key in the query is added to the called URL, and is in no answer', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, {
    type: 'http.query',
    config: { parameter: 'api_key' },
    secrets: { value: 'query key+0123456789' },
  })
  const { output, text } = await run(person, calling(id, { url: `${target()}/echo?page=2` }))
  expect(output.body.query).toEqual([
    ['page', '2'],
    ['api_key', '[redacted]'],
  ])
  expect(text).not.toContain('0123456789')
})

test('a token in the path is inserted before it', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, {
    type: 'discord-webhook',
    secrets: { webhookUrl: `${target()}/echo/hooks/secret-part-0123456789?wait=1` },
  })
  const { output, text } = await run(person, calling(id, { url: `${target()}/`, body: { content: 'hi' } }))
  expect(output.body).toMatchObject({ method: 'POST', path: '[redacted]', body: '{"content":"hi"}' })
  expect(text).not.toContain('secret-part')
})

test('nothing is sent to a host that is not allowed', async () => {
  const person = await newPerson()
  const name = crypto.randomUUID()
  const { id } = await newIntegration(person, { allowedHosts: ['api.example.com', '*.example.org'] })
  const { status, error } = await run(person, calling(id, { url: `${target()}/flaky/${name}` }))
  expect([status, error.code]).toEqual(['failed', 'credential.host_not_allowed'])
  expect(error.message).toContain('api.example.com')
  expect(await seenBy(name)).toEqual([])
})

test('after a redirect the credential goes to allowed hosts only', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  const stays = await run(person, calling(id, { url: `${target()}/redirect/x?to=/echo` }))
  expect(stays.output.body.headers.authorization).toBe('Bearer [redacted]')
  // Another name for the same server, which the integration does not allow.
  const name = crypto.randomUUID()
  const elsewhere = target().replace('127.0.0.1', 'localhost')
  const leaves = await run(
    person,
    calling(id, { url: `${target()}/redirect/y?to=${elsewhere}/flaky/${name}` }),
  )
  expect(leaves.error?.code ?? leaves.output.status).toBe('http.blocked')
})

test('with a credential, errors do not reveal it either', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, {
    type: 'http.query',
    config: { parameter: 'k' },
    secrets: { value: SECRET },
  })
  const { status, error, text } = await run(person, calling(id, { url: `${target()}/teapot-echo` }))
  expect([status, error.code]).toEqual(['failed', 'http.status'])
  expect(text).not.toContain(SECRET)
})

test('an error with the beginning of a response shows no part of a secret that it cuts', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  const node = (pad: number) => ({
    id: `n${pad}`,
    type: 'http.request',
    params: { url: `${target()}/teapot-echo?${'x'.repeat(pad)}` },
    credential: id,
    onError: 'continue',
    retry: { attempts: 1 },
  })
  // The authorization is some characters after the URL, at every distance from where the text is cut.
  const pads = Array.from({ length: 40 }, (_, i) => 1_700 + i * 8)
  const { text } = await run(person, { nodes: pads.map(node) })
  expect(text).toContain('Bearer [redacted]')
  expect(text).not.toContain(SECRET.slice(0, 6))
})

test('missing, foreign and unsuitable integrations are refused when the workflow is saved', async () => {
  const person = await newPerson()
  const stranger = await newPerson()
  const foreign = await newIntegration(stranger, { name: 'Theirs' })
  const webhook = await newIntegration(person, {
    type: 'webhook',
    secrets: { secret: 'long-enough' },
    allowedHosts: undefined,
  })
  for (const [ref, code] of [
    ['nothing', 'credential.not_found'],
    [foreign.id, 'credential.not_found'],
    ['Theirs', 'credential.not_found'],
    [webhook.id, 'credential.unusable'],
  ] as const) {
    const answer = await save(person, calling(ref, { url: 'https://example.com' }))
    expect([ref, answer.status, answer.body.code]).toEqual([ref, 422, 'workflow.invalid'])
    expect(answer.body.errors).toMatchObject([{ path: '/definition/nodes/0/credential', code }])
    const checked = await post('/api/v1/workflows/validate', person, {
      definition: calling(ref, { url: 'https://example.com' }),
    })
    expect(checked.body.problems).toMatchObject([{ path: '/definition/nodes/0/credential', code }])
  }
  const body = {
    nodes: [{ id: 'in', type: 'http.request', credential: 'x', params: { url: 'https://example.com' } }],
  }
  const inside = await save(person, { nodes: [{ id: 'g', type: 'flow.group', params: { body } }] })
  expect(inside.body.errors).toMatchObject([
    { path: '/definition/nodes/0/params/body/nodes/0/credential', nodeId: 'in' },
  ])
})

test('an integration that was deleted by force fails the runs that use it', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  const saved = await save(person, calling(id, { url: `${target()}/echo` }))
  await call('DELETE', `${PATH}/${id}?force=true`, { as: person })
  const started = await post(`/api/v1/workflows/${saved.body.id}/execute`, person, {}, { prefer: 'wait=20' })
  expect(started.body).toMatchObject({ status: 'failed', error: { code: 'credential.not_found' } })
  const again = await call('PATCH', `/api/v1/workflows/${saved.body.id}`, {
    as: person,
    body: { description: 'still editable' },
  })
  expect(again.status).toBe(200)
})

test('a key needs integrations:use to save a workflow that uses an integration, also as a draft', async () => {
  const { owner, join } = await newTeam()
  const member = await join('member')
  const { id } = await newIntegration(owner)
  const definition = calling(id, { url: `${target()}/echo` })
  expect((await save(member, definition)).status).toBe(201)
  const keyWith = async (...scopes: string[]) =>
    ({
      apiKey: (await post('/api/v1/auth/api-keys', owner, { name: 'ci', scopes })).body.key,
    }) as unknown as Person
  const plain = await keyWith('workflows:write', 'workflows:read')
  const refused = await save(plain, definition)
  expect([refused.status, refused.body.code]).toEqual([403, 'access.scope_missing'])
  const empty = await save(plain, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  const draft = await call('PUT', `/api/v1/workflows/${empty.body.id}/draft`, {
    as: plain,
    body: { definition },
  })
  expect([draft.status, draft.body.code]).toEqual([403, 'access.scope_missing'])
  expect((await save(await keyWith('workflows:write', 'integrations:use'), definition)).status).toBe(201)
})

const ALL_TOOLS = ['files:read', 'files:write', 'runs:write', 'notify:write']

test.each([
  ['agent', { agent: '{{ input.agent }}' }, ALL_TOOLS],
  ['agent.tools', { agent: { tools: '{{ input.tools }}' } }, ALL_TOOLS],
  ['agent.tools.0', { agent: { tools: ['{{ input.tool }}'] } }, ALL_TOOLS],
  [
    'agent.tools.0.config',
    { agent: { tools: [{ name: 'http.request', config: '{{ input.config }}' }] } },
    [],
  ],
  ['models', { agent: {}, models: '{{ input.models }}' }, []],
  ['agent.models.0', { agent: { models: ['{{ input.model }}'] } }, []],
])(
  'a key needs integrations:use, and the scopes of unknown tools, if the run itself contains %s',
  async (_where, params, more) => {
    const { owner } = await newTeam()
    const keyWith = async (...scopes: string[]) =>
      ({
        apiKey: (await post('/api/v1/auth/api-keys', owner, { name: 'ci', scopes })).body.key,
      }) as unknown as Person
    const node = { id: 'a', type: 'ai.agent', params: { ...params, prompt: 'x' } }
    const definition = { nodes: [{ id: 'g', type: 'flow.group', params: { body: { nodes: [node] } } }] }
    const plain = await save(await keyWith('workflows:write'), definition)
    expect([plain.status, plain.body.code]).toEqual([403, 'access.scope_missing'])
    const able = await save(await keyWith('workflows:write', 'integrations:use', ...more), definition)
    expect([able.status, able.body.code]).toEqual([201, undefined])
    if (more.length === 0) return
    const blind = await save(
      await keyWith('workflows:write', 'integrations:use', ...more.slice(1)),
      definition,
    )
    expect([blind.status, blind.body.code]).toEqual([403, 'access.scope_missing'])
  },
)

test('during a rotation a request that is refused with the new value is repeated once with the old one', async () => {
  const person = await newPerson()
  const name = crypto.randomUUID()
  const { id } = await newIntegration(person)
  await post(`${PATH}/${id}/rotate`, person, { secrets: { token: 'the-new-token-0123456789' } })
  const params = { url: `${target()}/flaky/${name}?failures=1&how=401`, body: 'x' }
  const { status, output } = await run(person, calling(id, params))
  expect([status, output.status]).toEqual(['succeeded', 200])
  expect(await seenBy(name)).toMatchObject([
    { authorization: 'Bearer the-new-token-0123456789', body: 'x' },
    { authorization: `Bearer ${SECRET}`, body: 'x' },
  ])
  const at = await post(`${PATH}/${id}/rotate`, person, { secrets: { token: SECRET }, overlapS: 0 })
  expect(at.status).toBe(200)
  const after = await run(person, calling(id, { url: `${target()}/flaky/${name}2?failures=1&how=401` }))
  expect(after.status).toBe('failed')
})

test('an export contains the names and types of integrations, and an import maps them', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, { name: 'Orders' })
  const hook = await newIntegration(person, {
    type: 'webhook',
    name: 'Hook',
    secrets: { secret: 'long-enough' },
    allowedHosts: undefined,
  })
  const triggers = [{ type: 'webhook', auth: { type: 'hmac', credential: hook.id } }]
  const saved = await save(person, calling(id, { url: 'https://example.com' }), { triggers })
  expect(saved.status).toBe(201)
  const { body: file, text } = await get(`/api/v1/workflows/${saved.body.id}/export`, person)
  expect(file).toMatchObject({
    credentials: [
      { name: 'Hook', type: 'webhook' },
      { name: 'Orders', type: 'http.bearer' },
    ],
    definition: { nodes: [{ credential: 'Orders' }] },
    triggers: [{ auth: { credential: 'Hook' } }],
  })
  for (const secret of [SECRET, 'long-enough', id, hook.id]) expect(text).not.toContain(secret)
  const other = await newPerson()
  const missing = await post('/api/v1/workflows/import', other, file)
  expect(missing.body.errors.map((one: { code: string }) => one.code)).toEqual([
    'credential.not_found',
    'credential.not_found',
  ])
  const mine = await newIntegration(other, { name: 'Orders' })
  const wrong = await post('/api/v1/workflows/import', other, {
    content: file,
    credentials: { Hook: 'Orders' },
  })
  expect(wrong.body.errors).toMatchObject([{ path: '/credentials/Hook', code: 'credential.unusable' }])
  const theirs = await newIntegration(other, {
    type: 'webhook',
    name: 'My hook',
    secrets: { secret: 'long-enough' },
    allowedHosts: undefined,
  })
  const imported = await post('/api/v1/workflows/import', other, {
    content: text,
    credentials: { Hook: theirs.id },
  })
  expect(imported.body).toMatchObject({
    definition: { nodes: [{ credential: 'Orders' }] },
    triggers: [{ auth: { credential: theirs.id } }],
  })
  expect((await get(`${PATH}/${mine.id}/usage`, other)).body.referencedBy).toHaveLength(1)
  const applied = await call('PUT', '/api/v1/workflows/by-key/orders-2', {
    as: other,
    body: { ...file, key: 'orders-2' },
  })
  expect(applied.body.errors).toMatchObject([
    { code: 'credential.not_found', path: '/triggers/0/auth/credential' },
  ])
})
