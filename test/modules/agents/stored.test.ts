// Agents of a team: created, changed, versioned, cloned, found, and used as templates.
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'

const PATH = '/api/v1/agents'

const newAgent = async (as: Person, more: object = {}) => {
  const answer = await post(PATH, as, { name: 'Clerk', instructions: 'Answer from our files.', ...more })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body
}
const put = (path: string, as: Person, body: object, ifMatch?: string) =>
  call('PUT', path, { as, body, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } })

test('an agent has defaults, and each change creates a version', async () => {
  const person = await newPerson()
  const agent = await newAgent(person, { tools: [{ name: 'calculator' }], tags: ['desk'] })
  expect(agent).toMatchObject({
    type: 'custom',
    description: '',
    models: [],
    capabilities: [],
    outputSchema: null,
    memory: { window: 20, summary: true },
    limits: { steps: 20, tokens: 200_000, timeoutMs: 600_000, depth: 3 },
    builtIn: false,
    version: 1,
  })
  const changed = await put(`${PATH}/${agent.id}`, person, { description: 'Helps.', limits: { steps: 5 } })
  expect(changed.body).toMatchObject({
    version: 2,
    description: 'Helps.',
    limits: { steps: 5, tokens: 200_000 },
    tools: [{ name: 'calculator' }],
  })
  expect(changed.headers.get('etag')).toBe('"2"')
  const same = await put(`${PATH}/${agent.id}`, person, { description: 'Helps.' })
  expect(same.body.version).toBe(2)
  const config = await put(`${PATH}/${agent.id}/config`, person, { instructions: 'Be brief.' })
  expect(config.body).toMatchObject({ version: 3, instructions: 'Be brief.', description: 'Helps.' })
  const versions = await get(`${PATH}/${agent.id}/versions?count=true`, person)
  expect(versions.body.items.map(({ version, instructions }: any) => [version, instructions])).toEqual([
    [3, 'Be brief.'],
    [2, 'Answer from our files.'],
    [1, 'Answer from our files.'],
  ])
  expect(versions.body.total).toBe(3)
})

test('null removes a limit of an agent', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person, { limits: { costUsd: 0.5, toolCalls: 3, steps: 5 } })
  const changed = await put(`${PATH}/${id}`, person, { limits: { costUsd: null } })
  expect(changed.body.limits).toEqual({
    steps: 5,
    tokens: 200_000,
    timeoutMs: 600_000,
    depth: 3,
    toolCalls: 3,
  })
  expect((await put(`${PATH}/${id}/config`, person, { limits: { steps: null } })).status).toBe(422)
  const made = await newAgent(person, { limits: { costUsd: null } })
  expect(made.limits).not.toHaveProperty('costUsd')
})

test('a tool may be given by its name alone, as in an inline agent', async () => {
  const person = await newPerson()
  const agent = await newAgent(person, { tools: ['calculator', { name: 'date', policy: 'ask' }] })
  const kept = [
    { name: 'calculator', policy: 'allow' },
    { name: 'date', policy: 'ask' },
  ]
  expect(agent.tools).toEqual(kept)
  expect((await get(`${PATH}/${agent.id}`, person)).body.tools).toEqual(kept)
  const changed = await put(`${PATH}/${agent.id}/config`, person, { tools: ['date'] })
  expect(changed.body.tools).toEqual([{ name: 'date', policy: 'allow' }])
  const twice = await post(PATH, person, { name: 'Clerk', tools: ['date', { name: 'date' }] })
  expect(twice.body.errors).toMatchObject([{ path: '/tools' }])
  expect((await post(PATH, person, { name: 'Clerk', tools: ['format.disk'] })).status).toBe(422)
})

test('a change based on an outdated version is refused', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  expect((await put(`${PATH}/${id}`, person, { name: 'A' }, '"1"')).status).toBe(200)
  expect((await put(`${PATH}/${id}`, person, { name: 'B' }, '"1"')).status).toBe(412)
  expect((await call('DELETE', `${PATH}/${id}`, { as: person, headers: { 'if-match': '"1"' } })).status).toBe(
    412,
  )
  const both = await Promise.all([
    put(`${PATH}/${id}`, person, { name: 'C' }, '"2"'),
    put(`${PATH}/${id}`, person, { name: 'D' }, '"2"'),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  expect((await call('DELETE', `${PATH}/${id}`, { as: person })).status).toBe(204)
  expect((await get(`${PATH}/${id}`, person)).status).toBe(404)
})

test('tools and capabilities are added and removed one by one', async () => {
  const person = await newPerson()
  const { id } = await newAgent(person)
  const tool = await post(`${PATH}/${id}/tools`, person, { name: 'files.read', policy: 'ask' })
  expect(tool.body).toMatchObject({ version: 2, tools: [{ name: 'files.read', policy: 'ask' }] })
  const twice = await post(`${PATH}/${id}/tools`, person, { name: 'files.read' })
  expect([twice.status, twice.body.errors[0].code]).toEqual([422, 'duplicate'])
  const unknown = await post(`${PATH}/${id}/tools`, person, { name: 'format.disk' })
  expect([unknown.status, unknown.body.errors[0].path]).toEqual([422, '/tools/1/name'])
  const gone = await call('DELETE', `${PATH}/${id}/tools/files.read`, { as: person })
  expect(gone.body).toMatchObject({ version: 3, tools: [] })
  expect((await call('DELETE', `${PATH}/${id}/tools/files.read`, { as: person })).status).toBe(404)
  expect((await post(`${PATH}/${id}/capabilities`, person, { name: 'summarise' })).body.capabilities).toEqual(
    ['summarise'],
  )
  const less = await call('DELETE', `${PATH}/${id}/capabilities/summarise`, { as: person })
  expect(less.body.capabilities).toEqual([])
})

test('settings that make every call fail are refused', async () => {
  const person = await newPerson()
  const refused = async (body: object) => {
    const answer = await post(PATH, person, { name: 'Clerk', ...body })
    expect(answer.status, answer.text).toBe(422)
    return answer.body.errors.map(({ path }: any) => path)
  }
  expect(await refused({ models: [{ provider: 'acme', model: 'x' }] })).toEqual(['/models/0/provider'])
  expect(await refused({ tools: [{ name: 'date' }, { name: 'date' }] })).toEqual(['/tools'])
  expect(await refused({ tools: [{ name: 'nothing' }] })).toEqual(['/tools/0/name'])
  expect(await refused({ outputSchema: { type: 'nothing' } })).toEqual(['/outputSchema/type'])
  expect(
    await refused({ outputSchema: { type: 'string' }, models: [{ provider: 'openai', model: 'gpt-5' }] }),
  ).toEqual(['/outputSchema/type'])
  expect(
    await refused({
      tools: [{ name: 'http.request', config: { hosts: ['example.com'], credential: 'Nobody' } }],
    }),
  ).toHaveLength(1)
})

test('the built-in agents answer by their type, and a clone can be changed', async () => {
  const person = await newPerson()
  const types = await get(`${PATH}/types`, person)
  expect(types.body.items.map(({ id }: any) => id)).toEqual([
    'researcher',
    'coder',
    'writer',
    'analyst',
    'debugger',
  ])
  for (const { instructions, tools, builtIn } of types.body.items) {
    expect(instructions.length).toBeGreaterThan(200)
    expect(tools.length).toBeGreaterThan(1)
    expect(builtIn).toBe(true)
  }
  expect((await get(`${PATH}/researcher`, person)).body).toEqual(
    (await get(`${PATH}/types/researcher`, person)).body,
  )
  expect((await get(`${PATH}/types/researcher`, person)).body).toMatchObject({
    id: 'researcher',
    type: 'researcher',
  })
  expect((await get(`${PATH}/plumber`, person)).status).toBe(404)
  const clone = await post(`${PATH}/types/coder/clone`, person, { name: 'Our coder' })
  expect(clone.body).toMatchObject({ name: 'Our coder', type: 'coder', builtIn: false, version: 1 })
  const again = await post(`${PATH}/${clone.body.id}/clone`, person, {})
  expect(again.body.name).toBe('Our coder (copy)')
  const typed = await post(PATH, person, { name: 'Mine', type: 'analyst' })
  expect(typed.body.tools.map(({ name }: any) => name)).toContain('calculator')
})

test('agents are found by type, tag and words, and listed page by page', async () => {
  const person = await newPerson()
  await newAgent(person, { name: 'Zoe', tags: ['desk'] })
  await newAgent(person, { name: 'Adam', instructions: 'Write about Rockets and the moon.' })
  await newAgent(person, { name: 'Mia', type: 'writer' })
  const names = async (query: string) =>
    (await get(`${PATH}?${query}`, person)).body.items.map(({ name }: any) => name)
  expect(await names('tag=desk')).toEqual(['Zoe'])
  expect(await names('type=writer')).toEqual(['Mia'])
  expect(await names('q=moon%20rockets')).toEqual(['Adam'])
  expect(await names('sort=name')).toEqual(['Adam', 'Mia', 'Zoe'])
  const first = await get(`${PATH}?limit=2&sort=name&count=true`, person)
  expect(first.body.total).toBe(3)
  expect(await names(`limit=2&sort=name&cursor=${first.body.nextCursor}`)).toEqual(['Zoe'])
})

test('a template stores the settings of an agent, and creates others', async () => {
  const person = await newPerson()
  const agent = await newAgent(person, { tools: [{ name: 'date' }], tags: ['desk'] })
  const template = await post(`${PATH}/templates`, person, { agentId: agent.id, name: 'Clerks' })
  expect(template.status).toBe(201)
  await call('DELETE', `${PATH}/${agent.id}`, { as: person })
  const made = await post(`${PATH}/templates/${template.body.id}/use`, person, {
    name: 'New clerk',
    limits: { steps: 3 },
  })
  expect(made.body).toMatchObject({
    name: 'New clerk',
    instructions: 'Answer from our files.',
    tools: [{ name: 'date' }],
    tags: ['desk'],
    limits: { steps: 3, tokens: 200_000 },
  })
  const ofType = await post(`${PATH}/templates`, person, { agentId: 'writer', name: 'Writers' })
  expect(ofType.body.agent.type).toBe('writer')
  expect((await get(`${PATH}/templates?q=clerk`, person)).body.items).toHaveLength(1)
  expect((await call('DELETE', `${PATH}/templates/${template.body.id}`, { as: person })).status).toBe(204)
  expect((await get(`${PATH}/templates/${template.body.id}`, person)).status).toBe(404)
})

test('the plan limits the number of agents, also for concurrent requests', async () => {
  const person = await newPerson({ plan: 'free' })
  for (let i = 0; i < 9; i++) await newAgent(person)
  const both = await Promise.all([post(PATH, person, { name: 'A' }), post(PATH, person, { name: 'B' })])
  expect(both.map(({ status }) => status).sort()).toEqual([201, 402])
  const { body } = await get('/api/v1/users/subscription', person)
  expect([body.limits.agents, body.usage.agents]).toEqual([10, 10])
})

test('agents of another team are not found', async () => {
  const [person, stranger] = await Promise.all([newPerson(), newPerson()])
  const { id } = await newAgent(person)
  expect((await get(`${PATH}/${id}`, stranger)).status).toBe(404)
  expect((await put(`${PATH}/${id}`, stranger, { name: 'Mine' })).status).toBe(404)
  expect((await get(`${PATH}/${id}/versions`, stranger)).status).toBe(404)
  expect((await post(`${PATH}/templates`, stranger, { agentId: id, name: 'Mine' })).status).toBe(404)
  expect((await get(PATH, stranger)).body.items).toEqual([])
})

test('the tools are listed with the settings that an agent gives them', async () => {
  const person = await newPerson()
  const { items } = (await get(`${PATH}/tools`, person)).body
  const byName = Object.fromEntries(items.map((tool: { name: string }) => [tool.name, tool]))
  expect(byName['web.read']).toMatchObject({ scope: null, config: { required: ['hosts'] } })
  expect(byName['files.write']).toMatchObject({ scope: 'files:write', arguments: { type: 'object' } })
  expect(byName.calculator).toMatchObject({ scope: null, config: { type: 'object', properties: {} } })
  // Each that needs no settings can be given by its name.
  const free = items.filter(({ config }: any) => config.required === undefined)
  expect(free.length).toBeGreaterThan(5)
  await newAgent(person, { tools: free.map(({ name }: any) => name) })
})

test('an unknown type of agent is named, with the types that exist', async () => {
  const person = await newPerson()
  const detail = '"poet" does not exist there. It can be researcher, coder, writer, analyst, debugger.'
  for (const answer of [
    await get(`${PATH}/types/poet`, person),
    await get(`${PATH}/poet`, person),
    await post(`${PATH}/types/poet/clone`, person, {}),
    await post(`${PATH}/poet/execute`, person, { prompt: 'A poem' }),
  ])
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([404, 'route.not_found', detail])
})
