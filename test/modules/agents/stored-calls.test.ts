// Calls of a team's agents: by URL, from workflows and for tasks.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { upload } from '../files/support/files.ts'
import { newModelServer } from '../integrations/integrations.ts'

const AGENTS = '/api/v1/agents'
const DOT = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)
const WAIT = { prefer: 'wait=20' }

const newAgent = async (as: Person, more: object = {}) => {
  const answer = await post(AGENTS, as, {
    name: 'Counter',
    instructions: 'Answer with numbers.',
    tools: [{ name: 'calculator' }],
    ...more,
  })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body
}

const execute = (as: Person, id: string, body: object, headers: Record<string, string> = WAIT) =>
  call('POST', `${AGENTS}/${id}/execute`, { as, body, headers })

const runWorkflow = async (as: Person, params: object) => {
  const made = await post('/api/v1/workflows', as, {
    name: 'Asks',
    definition: { nodes: [{ id: 'ask', type: 'ai.agent', params }], output: '{{ nodes.ask }}' },
  })
  if (made.status !== 201) return made
  return call('POST', `/api/v1/workflows/${made.body.id}/execute`, { as, body: {}, headers: WAIT })
}

test('an agent of the team is called by its URL, and the run keeps its version', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const answer = await execute(person, id, { prompt: 'Use calculator with 12 * 12' })
  expect(answer).toMatchObject({
    status: 200,
    body: {
      kind: 'agent',
      subjectId: id,
      workflowId: null,
      workflowName: 'Counter',
      workflowVersion: 1,
      finishReason: 'stop',
    },
  })
  expect(answer.body.text).toContain('144')
  await call('PATCH', `${AGENTS}/${id}`, { as: person, body: { name: 'Adder', limits: { steps: 1 } } })
  const short = await execute(person, id, { prompt: 'Use calculator with 12 * 12' })
  expect(short.body).toMatchObject({ workflowVersion: 2, workflowName: 'Adder', finishReason: 'steps' })
  const begin = await get(`/api/v1/runs/${answer.body.id}/nodes/agent.begin`, person)
  expect(begin.body.output).toMatchObject({ agent: { id, version: 1 }, limits: { steps: 20 } })
  const longer = await execute(person, id, { prompt: 'Use calculator with 2 * 4', limits: { steps: 5 } })
  expect(longer.body).toMatchObject({ finishReason: 'stop' })
})

test('one key is one call, also if the agent has changed in between', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const headers = { 'idempotency-key': 'once', ...WAIT }
  const first = await execute(person, id, { prompt: 'Hi' }, headers)
  await call('PATCH', `${AGENTS}/${id}`, { as: person, body: { instructions: 'Be brief.' } })
  expect((await execute(person, id, { prompt: 'Hi' }, headers)).body.id).toBe(first.body.id)
  expect((await execute(person, id, { prompt: 'Other' }, headers)).status).toBe(422)
  expect((await execute(person, 'writer', { prompt: 'Hi' }, headers)).status).toBe(422)
})

test('settings in the call take precedence over those of the agent', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person, {
    outputSchema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  })
  const own = await execute(person, id, { prompt: 'a is "red"' })
  expect(own.body.object).toHaveProperty('a')
  const schema = { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] }
  const given = await execute(person, id, { prompt: 'b is "blue"', schema })
  expect(given.body.object).toHaveProperty('b')
  const models = [{ provider: 'openai', model: 'x' }]
  const other = await execute(person, id, { prompt: 'Hi', models })
  expect(other).toMatchObject({ status: 409, body: { code: 'model.not_configured' } })
  expect((await execute(person, id, { prompt: 'Hi', agent: {} })).status).toBe(422)
})

test('built-in agents are called by their type, and those of other teams are not found', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const answer = await execute(person, 'writer', { prompt: 'Say hello' })
  expect(answer).toMatchObject({ status: 200, body: { subjectId: 'writer', workflowName: 'Writer' } })
  const { id } = await newAgent(person)
  for (const path of ['execute', 'stream']) {
    const body = path === 'execute' ? { prompt: 'Hi' } : { messages: [said('Hi')] }
    expect((await post(`${AGENTS}/${id}/${path}`, stranger, body)).status).toBe(404)
  }
})

const said = (text: string) => ({ id: 'u', role: 'user', parts: [{ type: 'text', text }] })

test('a chat with an agent of the team is a UI message stream', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const answer = await post(`${AGENTS}/${id}/stream`, person, {
    messages: [said('Use calculator with 6 * 7')],
  })
  expect(answer.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
  expect(answer.text).toContain('"toolName":"calculator"')
  expect(answer.text).toContain('42')
})

test('a workflow calls an agent of the team, which is checked when it is saved', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const { id } = await newAgent(person)
  const run = await runWorkflow(person, { agentId: id, prompt: 'Use calculator with 3 * 5' })
  expect(run.body).toMatchObject({ status: 'succeeded', output: { finishReason: 'stop' } })
  expect(run.body.output.text).toContain('15')
  const begin = await get(`/api/v1/runs/${run.body.id}/nodes/ask.begin`, person)
  expect(begin.body.output).toMatchObject({ agent: { id, version: 1, name: 'Counter' } })
  const refused = await runWorkflow(stranger, { agentId: id, prompt: 'Hi' })
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ code: 'agent.not_found', path: '/definition/nodes/0/params/agentId' }] },
  })
  const either = await runWorkflow(person, { agentId: id, agent: {}, prompt: 'Hi' })
  expect(either.status).toBe(422)
})

test('an id from an expression is looked up in the team by the run', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const { id } = await newAgent(person)
  const run = await runWorkflow(stranger, { agentId: `{{ '${id}' }}`, prompt: 'Hi' })
  expect(run.body).toMatchObject({ status: 'failed', error: { code: 'agent.not_found' } })
})

test('a run that started before a change of the agent uses the earlier version', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const made = await post('/api/v1/workflows', person, {
    name: 'Later',
    definition: {
      nodes: [
        { id: 'hold', type: 'flow.approval', params: { title: 'Go on?', allowSelf: true } },
        { id: 'ask', type: 'ai.agent', params: { agentId: id, prompt: 'Hi' } },
      ],
      edges: [{ from: 'hold', to: 'ask', port: 'approved' }],
    },
  })
  const run = await post(`/api/v1/workflows/${made.body.id}/execute`, person, {})
  const approvals = `/api/v1/approvals?runId=${run.body.id}`
  const [approval] = await eventually(async () => {
    const { items } = (await get(approvals, person)).body
    expect(items).toHaveLength(1)
    return items
  })
  const changed = await call('PATCH', `${AGENTS}/${id}`, { as: person, body: { instructions: 'New.' } })
  expect(changed.body.version).toBe(2)
  await post(`/api/v1/approvals/${approval.id}`, person, { decision: 'approve' })
  const begin = await eventually(async () => {
    const node = await get(`/api/v1/runs/${run.body.id}/nodes/ask.begin`, person)
    expect(node.body.status).toBe('succeeded')
    return node
  })
  expect(begin.body.output).toMatchObject({ agent: { version: 1 }, instructions: 'Answer with numbers.' })
})

test('the dry run knows the settings of an agent of the team', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const made = await post('/api/v1/workflows', person, {
    name: 'Asks',
    definition: { nodes: [{ id: 'ask', type: 'ai.agent', params: { agentId: id, prompt: 'Hi' } }] },
  })
  const plan = await post(`/api/v1/workflows/${made.body.id}/plan`, person, {})
  expect(plan.body.nodes[0].estimate).toMatchObject({ provider: 'offline', model: 'rules-1' })
  expect(plan.body.nodes[0].estimate.inputTokens.low).toBeGreaterThan(0)
})

test('an agent of the team executes a task', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const { id } = await newAgent(person)
  const task = (as: Person, input: object) =>
    post('/api/v1/tasks', as, { title: 'Count', type: 'custom', input })
  const made = await task(person, { agentId: id, prompt: 'Use calculator with 9 * 9 {{ 1 }}' })
  expect(made.status).toBe(201)
  const done = await call('POST', `/api/v1/tasks/${made.body.id}/execute`, { as: person, headers: WAIT })
  expect(done.body).toMatchObject({ status: 'succeeded', result: { finishReason: 'stop' } })
  expect(done.body.result.text).toContain('81')
  const refused = await task(stranger, { agentId: id, prompt: 'Hi' })
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: '/input/agentId' }] } })
  expect((await task(person, { agentId: id })).body.errors[0].path).toBe('/input/prompt')
  expect((await task(person, { agentId: id, prompt: 'Hi', workflowId: 'wf' })).status).toBe(422)
})

test('a key without the right to call agents cannot save a workflow that does', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const save = async (...scopes: string[]) => {
    const { key: apiKey } = (await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })).body
    return post('/api/v1/workflows', { apiKey } as unknown as Person, {
      name: 'Asks',
      definition: { nodes: [{ id: 'ask', type: 'ai.agent', params: { agentId: id, prompt: 'Hi' } }] },
    })
  }
  const refused = await save('workflows:write', 'workflows:read')
  expect([refused.status, refused.body.code]).toEqual([403, 'access.scope_missing'])
  expect((await save('workflows:write', 'workflows:read', 'agents:run')).status).toBe(201)
})

test('a batch is one run, with an answer for each input in its place', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const { id } = await newAgent(person)
  const batch = (as: Person, body: object, headers: Record<string, string> = WAIT) =>
    call('POST', `${AGENTS}/${id}/batch`, { as, body, headers })
  const inputs = [
    { prompt: 'Use calculator with 2 * 3' },
    { messages: [{ role: 'user', content: 'Use calculator with 4 * 5 {{ 1 }}' }] },
    { prompt: 'Use calculator with 6 * 7' },
  ]
  const headers = { 'idempotency-key': 'once', ...WAIT }
  const done = await batch(person, { inputs, concurrency: 2 }, headers)
  expect(done).toMatchObject({ status: 200, body: { kind: 'agent', subjectId: id, status: 'succeeded' } })
  const texts = done.body.output.map(({ text }: { text: string }) => text)
  expect(texts).toEqual([
    expect.stringContaining('6'),
    expect.stringContaining('20'),
    expect.stringContaining('42'),
  ])
  expect((await batch(person, { inputs, concurrency: 2 }, headers)).body.id).toBe(done.body.id)
  expect((await batch(person, { inputs: inputs.slice(1) }, headers)).status).toBe(422)
  expect((await batch(stranger, { inputs })).status).toBe(404)
  expect((await batch(person, { inputs: [] })).status).toBe(422)
  expect((await batch(person, { inputs: [{}] })).body.errors[0].path).toBe('/inputs/0')
  expect((await batch(person, { inputs: Array(1_001).fill({ prompt: 'Hi' }) })).status).toBe(422)
})

test('a failed call of a batch has the reason in its place', async () => {
  const person = await newPerson()
  await newModelServer(person)
  const models = [{ provider: 'openai-compatible', model: `err500~${person.teamId}` }]
  const done = await call('POST', `${AGENTS}/writer/batch`, {
    as: person,
    body: { inputs: [{ prompt: 'Hi' }], models },
    headers: WAIT,
  })
  expect(done.body).toMatchObject({
    status: 'succeeded',
    output: [{ error: { code: 'model.server' } }],
  })
})

test('an error of one call in a batch is in its place, and errors of all are reported before the run', async () => {
  const person = await newPerson()
  const batch = (body: object) => call('POST', `${AGENTS}/writer/batch`, { as: person, body, headers: WAIT })
  const image = (await upload(person, 'dot.png', DOT)).body
  const note = (await upload(person, 'note.txt', 'The code is 4711.')).body
  await env.DB.prepare('UPDATE files SET size_bytes = ? WHERE id = ?')
    .bind(10 * 1024 * 1024 + 1, image.id)
    .run()
  const models = [{ provider: 'offline', model: 'rules-1' }]
  const done = await batch({
    models,
    inputs: [
      { prompt: 'Hi' },
      { prompt: 'word '.repeat(120_000) },
      { prompt: 'What is it?', files: [image.id] },
      { prompt: 'What is it?', files: ['file_00000000000000000000000000'] },
      { prompt: 'Repeat the code', files: [note.id] },
    ],
  })
  expect(done.body).toMatchObject({
    status: 'succeeded',
    output: [
      { finishReason: 'stop' },
      { error: { code: 'model.too_large', message: expect.stringContaining('takes in 100000') } },
      { error: { code: 'file.too_large' } },
      { error: { code: 'file.not_found' } },
      { finishReason: 'stop' },
    ],
  })
  const missing = await batch({
    models: [{ provider: 'openai', model: 'gpt-5-mini' }],
    inputs: [{ prompt: 'Hi' }],
  })
  expect(missing).toMatchObject({ status: 409, body: { code: 'model.not_configured' } })
})

test('an agent inside a request or a workflow may use integrations of the team, with the right to use them', async () => {
  const person = await newPerson()
  const tools = [{ name: 'http.request', config: { hosts: ['api.example.com'], credential: 'Desk' } }]
  const keyOf = async (...scopes: string[]) => {
    const { key: apiKey } = (await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })).body
    return { apiKey } as unknown as Person
  }
  const ask = (as: Person) =>
    call('POST', `${AGENTS}/execute`, { as, headers: WAIT, body: { agent: { tools }, prompt: 'Hi' } })
  const save = (as: Person) =>
    post('/api/v1/workflows', as, {
      name: 'Asks',
      definition: { nodes: [{ id: 'ask', type: 'ai.agent', params: { agent: { tools }, prompt: 'Hi' } }] },
    })
  expect((await ask(person)).body.errors[0].path).toBe('/agent/tools/0/config/credential')
  expect((await save(person)).body.errors[0]).toMatchObject({
    code: 'credential.not_found',
    path: '/definition/nodes/0/params/agent/tools/0/config/credential',
  })
  const made = await post('/api/v1/users/integrations', person, {
    type: 'http.bearer',
    name: 'Desk',
    secrets: { token: 'a-sample-token' },
    allowedHosts: ['api.example.com'],
  })
  expect(made.status).toBe(201)
  expect((await ask(person)).status).toBe(200)
  expect((await save(person)).status).toBe(201)
  const key = await keyOf('agents:run', 'workflows:write', 'workflows:read')
  expect((await ask(key)).body.code).toBe('access.scope_missing')
  expect((await save(key)).body.code).toBe('access.scope_missing')
})

test('with a key, an inline agent has the rights of the key, and a stored agent its own', async () => {
  const person = await newPerson()
  const keyOf = async (...scopes: string[]) => {
    const { key: apiKey } = (await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })).body
    return { apiKey } as unknown as Person
  }
  const runs = await keyOf('agents:run')
  const codeOf = async (as: Person, path: string, body: unknown) => {
    const answer = await call('POST', `${AGENTS}${path}`, { as, headers: WAIT, body })
    return answer.status < 300 ? answer.status : answer.body.code
  }
  for (const tool of ['files.read', 'files.list', 'files.write', 'web.search', 'notify'])
    expect(await codeOf(runs, '/execute', { agent: { tools: [tool] }, prompt: 'Hi' })).toBe(
      'access.scope_missing',
    )
  const store = (prefix: string) => ({
    agent: { tools: [{ name: 'store.set', config: { prefix } }] },
    prompt: 'Hi',
  })
  expect(await codeOf(runs, '/execute', store('agents/mine/'))).toBe(200)
  for (const prefix of ['', 'orders/'])
    expect(await codeOf(runs, '/execute', store(prefix))).toBe('access.scope_missing')
  expect(await codeOf(await keyOf('agents:run', 'workflows:write'), '/execute', store(''))).toBe(200)
  expect(await codeOf(runs, '/coder/execute', { prompt: 'Hi' })).toBe('access.scope_missing')
  expect(await codeOf(runs, '/coder/batch', { inputs: [{ prompt: 'Hi' }] })).toBe('access.scope_missing')
  const $file = 'file_00000000000000000000000000'
  const content = [{ type: 'file', mediaType: 'text/plain', data: { $file } }]
  const said = { agent: {}, messages: [{ role: 'user', content }] }
  expect(await codeOf(runs, '/execute', said)).toBe('access.scope_missing')
  const denied = [{ name: 'files.read', policy: 'deny' }, 'calculator']
  expect(await codeOf(runs, '/execute', { agent: { tools: denied }, prompt: 'Hi' })).toBe(200)
  const reads = await keyOf('agents:run', 'files:read', 'files:write')
  expect(await codeOf(reads, '/coder/execute', { prompt: 'Hi' })).toBe(200)

  const made = await post(AGENTS, person, { name: 'Clerk', tools: [{ name: 'files.read' }] })
  expect(await codeOf(runs, `/${made.body.id}/execute`, { prompt: 'Hi' })).toBe(200)
  const { messages } = said
  expect(await codeOf(runs, `/${made.body.id}/batch`, { inputs: [{ messages }] })).toBe(
    'access.scope_missing',
  )
  const writes = await keyOf('agents:read', 'agents:write')
  expect(await codeOf(writes, '', { name: 'Mole', tools: [{ name: 'files.read' }] })).toBe(
    'access.scope_missing',
  )
  expect(await codeOf(writes, `/${made.body.id}/tools`, { name: 'files.write' })).toBe('access.scope_missing')
})

test('a retried call is the same call, with the same right', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const made = await execute(person, id, { prompt: 'Hello' })
  const rerun = (as: { apiKey: string } | Person, body: object) =>
    post(`/api/v1/workflows/executions/${made.body.id}/rerun`, as, body)
  const input = {
    agent: { name: 'Mine', instructions: 'Write.', tools: [{ name: 'files.write', policy: 'allow' }] },
    messages: [{ role: 'user', content: 'Use files.write' }],
  }
  expect(await rerun(person, { input })).toMatchObject({ status: 409, body: { code: 'resource.conflict' } })
  const key = await post('/api/v1/auth/api-keys', person, { name: 'ci', scopes: ['runs:read', 'runs:write'] })
  for (const body of [{ input }, {}])
    expect(await rerun({ apiKey: key.body.key }, body)).toMatchObject({
      status: 403,
      body: { code: 'access.scope_missing' },
    })
  expect((await rerun(person, {})).status).toBeLessThan(300)
})
