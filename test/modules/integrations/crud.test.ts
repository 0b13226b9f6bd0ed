import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { INTEGRATION_TYPES } from '../../../src/modules/integrations/types/index.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runCronTasks } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { body, newIntegration, newModelServer, PATH, targetHost } from './integrations.ts'

const SECRET = 'a-token-of-some-length-7f3a'

test('an integration is created, read, listed, changed and deleted, and never shows its secret', async () => {
  const person = await newPerson()
  const made = await post(PATH, person, body({ name: 'Orders API', description: 'Of the shop' }))
  expect(made.status).toBe(201)
  expect(made.headers.get('etag')).toBe('"1"')
  const { id } = made.body
  expect(made.body).toMatchObject({
    type: 'http.bearer',
    name: 'Orders API',
    config: {},
    secretsSet: { token: { lastFour: '7f3a', previousUntil: null } },
    allowedHosts: [targetHost()],
    status: 'untested',
    lastTest: null,
    lastUsedAt: null,
    version: 1,
    createdBy: person.userId,
  })
  expect((await get(`${PATH}/${id}`, person)).body).toEqual(made.body)
  const changed = await call('PATCH', `${PATH}/${id}`, {
    as: person,
    body: { description: 'Of the new shop', secrets: { token: 'another-token-of-length-9999' } },
    headers: { 'if-match': '"1"' },
  })
  expect(changed.body).toMatchObject({
    description: 'Of the new shop',
    version: 2,
    secretsSet: { token: { lastFour: '9999' } },
  })
  expect((await get(`${PATH}?q=new%20SHOP`, person)).body.items.map((one: { id: string }) => one.id)).toEqual(
    [id],
  )
  for (const { text } of [made, changed, await get(PATH, person)]) {
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('another-token')
  }
  expect((await call('DELETE', `${PATH}/${id}`, { as: person })).status).toBe(204)
  expect((await get(`${PATH}/${id}`, person)).status).toBe(404)
  const left = await env.DB.prepare('SELECT count(*) AS n FROM integration_secrets WHERE integration_id = ?')
    .bind(id)
    .first()
  expect(left).toEqual({ n: 0 })
})

test('stored secrets are encrypted for their row, and the audit log only contains field names', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  await call('PATCH', `${PATH}/${id}`, {
    as: person,
    body: { secrets: { token: 'changed-token-0123456789' } },
  })
  const { results } = await env.DB.prepare('SELECT * FROM integration_secrets WHERE integration_id = ?')
    .bind(id)
    .all()
  expect(results).toHaveLength(1)
  expect(results[0]?.sealed).toMatch(/^v1\./)
  expect(JSON.stringify(results)).not.toContain('changed-token')
  const log = await env.DB.prepare('SELECT action, after FROM audit_log WHERE target_id = ? ORDER BY seq')
    .bind(id)
    .all()
  expect(log.results.map(({ action }) => action)).toEqual(['integration.created', 'integration.updated'])
  expect(JSON.parse(String(log.results[1]?.after))).toMatchObject({ secretsSetOf: ['token'] })
  expect(JSON.stringify(log.results)).not.toContain('token-0123')
})

test('changing some secrets keeps the others, and null removes an optional one', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, {
    type: 'slack',
    secrets: { botToken: 'xoxb-1234567890123456', signingSecret: 'signing-secret-of-slack' },
    allowedHosts: undefined,
  })
  const patch = (secrets: object) => call('PATCH', `${PATH}/${id}`, { as: person, body: { secrets } })
  const changed = await patch({ botToken: 'xoxb-9999999999999999' })
  expect(Object.keys(changed.body.secretsSet).sort()).toEqual(['botToken', 'signingSecret'])
  expect(changed.body.secretsSet.signingSecret.lastFour).toBe('lack')
  expect(Object.keys((await patch({ signingSecret: null })).body.secretsSet)).toEqual(['botToken'])
  const missing = await patch({ botToken: null })
  expect(missing.status).toBe(422)
  expect(missing.body.errors[0].path).toBe('/secrets/botToken')
})

test.each([
  ['an unknown field', { config: { tokn: 'x' } }, 'config.tokn'],
  ['an unknown secret', { secrets: { token: SECRET, other: 'x' } }, 'secrets.other'],
  ['no secret', { secrets: {} }, 'secrets.token'],
  ['a secret with a line break', { secrets: { token: 'a\nb' } }, 'secrets.token'],
  ['an unknown type', { type: 'http.nothing' }, 'type'],
  ['a host with a path', { allowedHosts: ['example.com/x'] }, 'allowedHosts.0'],
  ['a star for a whole top-level domain', { allowedHosts: ['example.com', '*.com'] }, 'allowedHosts.1'],
  ['a private host', { allowedHosts: ['10.0.0.1'] }, 'allowedHosts.0'],
  ['no hosts where the type has none', { allowedHosts: undefined }, 'allowedHosts'],
  ['a name like an id', { name: 'int_1' }, 'name'],
  [
    'a header that the server sets',
    { type: 'http.header', config: { header: 'Host' }, secrets: { value: 'x' } },
    'config.header',
  ],
  [
    'a provider of its own without addresses',
    { type: 'oauth2.authorization-code', config: { clientId: 'x' }, secrets: {} },
    'config.authorizationUrl',
  ],
  [
    'a preset with an address',
    {
      type: 'oauth2.authorization-code',
      config: { clientId: 'x', provider: 'google', tokenUrl: 'https://evil.example.com/token' },
      secrets: {},
    },
    'config.tokenUrl',
  ],
  [
    'a base with credentials',
    { type: 'ai.compatible', config: { baseUrl: 'https://user:pass@example.com' }, secrets: {} },
    'config.baseUrl',
  ],
])('an integration with %s is refused, with the field', async (_what, more, path) => {
  const person = await newPerson()
  const answer = await post(PATH, person, body(more))
  expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
  expect(answer.body.errors.map((one: { path: string }) => one.path)).toContain(
    `/${path.replaceAll('.', '/')}`,
  )
  expect(answer.text).not.toContain(SECRET)
})

test('names are unique in the team, also for two concurrent requests', async () => {
  const person = await newPerson()
  const answers = await Promise.all([1, 2, 3].map(() => post(PATH, person, body({ name: 'Same' }))))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  const other = await newIntegration(person)
  const renamed = await call('PATCH', `${PATH}/${other.id}`, { as: person, body: { name: 'Same' } })
  expect([renamed.status, renamed.body.code]).toEqual([409, 'resource.exists'])
  expect((await post(PATH, await newPerson(), body({ name: 'Same' }))).status).toBe(201)
})

test('the plan limits the number, also for concurrent requests', async () => {
  const person = await newPerson({ plan: 'free' })
  const answers = await Promise.all(Array.from({ length: 27 }, () => post(PATH, person, body())))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(25)
  expect(answers.filter(({ status }) => status === 402)).toHaveLength(2)
})

test('viewers see them, administrators change them, another team sees nothing', async () => {
  const { owner, join } = await newTeam()
  const { id } = await newIntegration(owner)
  for (const [role, status] of [
    ['viewer', 403],
    ['member', 403],
    ['admin', 200],
  ] as const) {
    const person = await join(role)
    expect((await get(`${PATH}/${id}`, person)).status).toBe(200)
    expect((await call('PATCH', `${PATH}/${id}`, { as: person, body: { description: role } })).status).toBe(
      status,
    )
  }
  const stranger = await newPerson()
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
    ['POST', '/test'],
    ['GET', '/tests'],
    ['GET', '/usage'],
    ['GET', '/connect'],
  ] as const) {
    const sent = path === '/rotate' ? { secrets: { token: SECRET } } : method === 'PATCH' ? {} : undefined
    const answer = await call(method, `${PATH}/${id}${path}`, {
      as: stranger,
      ...(sent ? { body: sent } : {}),
    })
    expect([method, path, answer.status]).toEqual([method, path, 404])
  }
})

test('an integration that a workflow uses by name or id is only deleted by force, and keeps its name', async () => {
  const person = await newPerson()
  const mine = await newIntegration(person, { name: 'Used "here"' })
  const node = (credential: string) => ({
    nodes: [{ id: 'a', type: 'http.request', params: { url: 'https://x.example' }, credential }],
  })
  const byName = await newWorkflow(person.teamId, node('Used "here"'))
  const inGroup = { nodes: [{ id: 'g', type: 'flow.group', params: { body: node(mine.id) } }] }
  const byId = await newWorkflow(person.teamId, inGroup)
  await newWorkflow(person.teamId, {
    nodes: [{ id: 'a', type: 'data.set', params: { values: { text: mine.id } } }],
  })
  await newWorkflow((await newPerson()).teamId, node('Used "here"'))
  const refused = await call('DELETE', `${PATH}/${mine.id}`, { as: person })
  expect([refused.status, refused.body.code]).toEqual([409, 'integration.in_use'])
  expect(refused.body.errors.map((one: { resourceId: string }) => one.resourceId).sort()).toEqual(
    [byName, byId].sort(),
  )
  const renamed = await call('PATCH', `${PATH}/${mine.id}`, { as: person, body: { name: 'Other' } })
  expect(renamed.body.code).toBe('integration.in_use')
  const usage = await get(`${PATH}/${mine.id}/usage`, person)
  expect(usage.body.referencedBy).toHaveLength(2)
  expect((await call('DELETE', `${PATH}/${mine.id}?force=true`, { as: person })).status).toBe(204)
})

test('tasks that have not ended and task templates use what their input names', async () => {
  const person = await newPerson()
  const mine = await newIntegration(person, { name: 'Used' })
  const stepsWith = (credential: string) => ({
    steps: [{ id: 'a', type: 'http.request', params: { url: 'https://x.example' }, credential }],
  })
  const newTask = async (input: object) => {
    const made = await post('/api/v1/tasks', person, { title: 'Call', type: 'custom', input })
    expect(made.status, made.text).toBe(201)
    return made.body.id as string
  }
  const [byName, byId] = [await newTask(stepsWith('Used')), await newTask(stepsWith(mine.id))]
  const ended = await newTask(stepsWith('Used'))
  await post(`/api/v1/tasks/${ended}/cancel`, person, undefined)
  const template = await post('/api/v1/tasks/templates', person, {
    name: 'Calls',
    task: {
      title: 'All',
      type: 'custom',
      subtasks: [{ title: 'One', type: 'custom', input: stepsWith('Used') }],
    },
  })
  expect(template.status, template.text).toBe(201)
  const refused = await call('DELETE', `${PATH}/${mine.id}`, { as: person })
  expect([refused.status, refused.body.code]).toEqual([409, 'integration.in_use'])
  const using = [byName, byId, template.body.id]
  expect(refused.body.errors.map((one: { resourceId: string }) => one.resourceId)).toEqual(using)
  expect(refused.body.detail).toContain('task Call')
  const usage = (await get(`${PATH}/${mine.id}/usage`, person)).body
  expect(usage.tasks).toEqual(using.slice(0, 2).map((taskId) => ({ taskId, taskTitle: 'Call' })))
  expect(usage.taskTemplates).toEqual([{ templateId: template.body.id, templateName: 'Calls' }])
})

test('a rotation keeps the old value for its overlap, and then deletes it', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  const rotated = await post(`${PATH}/${id}/rotate`, person, {
    secrets: { token: 'the-next-token-of-length-0002' },
    overlapS: 600,
  })
  expect(rotated.body).toMatchObject({ version: 2, secretsSet: { token: { lastFour: '0002' } } })
  const until = Date.parse(rotated.body.secretsSet.token.previousUntil)
  expect(until - clock.now()).toBeGreaterThan(590_000)
  const previous = () =>
    env.DB.prepare('SELECT previous FROM integration_secrets WHERE integration_id = ?')
      .bind(id)
      .first<{ previous: string | null }>()
  expect((await previous())?.previous).toMatch(/^v1\./)
  clock.advance(601_000)
  expect((await get(`${PATH}/${id}`, person)).body.secretsSet.token.previousUntil).toBeNull()
  await runCronTasks('erase rotated secrets')
  expect((await previous())?.previous).toBeNull()
  expect(
    (await post(`${PATH}/${id}/rotate`, person, { secrets: { token: SECRET }, overlapS: 3_601 })).status,
  ).toBe(422)
  expect((await post(`${PATH}/${id}/rotate`, person, { secrets: {} })).status).toBe(422)
  const at = await post(`${PATH}/${id}/rotate`, person, { secrets: { token: SECRET }, overlapS: 0 })
  expect(at.body.secretsSet.token.previousUntil).toBeNull()
})

test('a change that sends secrets elsewhere needs all of them again, and ends the rotation', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, { allowedHosts: ['*.example.com'] })
  const patch = (change: object) => call('PATCH', `${PATH}/${id}`, { as: person, body: change })
  const refused = await patch({ allowedHosts: ['*.example.com', 'evil.example.org'] })
  expect([refused.status, refused.body.errors]).toEqual([
    422,
    [
      {
        path: '/secrets/token',
        message: expect.stringContaining('evil.example.org'),
        code: 'secret_required',
      },
    ],
  ])
  expect((await get(`${PATH}/${id}`, person)).body.allowedHosts).toEqual(['*.example.com'])
  // Fewer hosts, and hosts within the existing ones.
  expect((await patch({ allowedHosts: ['api.example.com'] })).status).toBe(200)
  await post(`${PATH}/${id}/rotate`, person, { secrets: { token: 'made-up-by-a-thief' } })
  const sent = { allowedHosts: ['evil.example.org'], secrets: { token: 'made-up-by-a-thief' } }
  expect((await patch(sent)).body.secretsSet.token.previousUntil).toBeNull()
})

test('objects that use an integration prevent its deletion, including agents', async () => {
  const person = await newPerson()
  const { id, name } = await newModelServer(person)
  const agent = await post('/api/v1/agents', person, {
    name: 'Asker',
    type: 'custom',
    models: [{ provider: 'openai-compatible', model: 'echo', integration: name }],
  })
  expect(agent.status, agent.text).toBe(201)
  const refused = await call('DELETE', `${PATH}/${id}`, { as: person })
  expect([refused.status, refused.body.errors]).toEqual([
    409,
    [{ resourceId: agent.body.id, message: 'agent Asker', code: 'integration.in_use' }],
  ])
  expect((await get(`${PATH}/${id}/usage`, person)).body.agents).toEqual([
    { agentId: agent.body.id, agentName: 'Asker' },
  ])
  expect((await call('DELETE', `${PATH}/${id}?force=true`, { as: person })).status).toBe(204)
})

test('hosts that were not set follow the URL', async () => {
  const person = await newPerson()
  const { id, allowedHosts } = await newIntegration(person, {
    type: 'ai.compatible',
    config: { baseUrl: 'https://llm.example.com/v1/' },
    secrets: {},
    allowedHosts: undefined,
  })
  expect(allowedHosts).toEqual(['llm.example.com'])
  const patch = async (change: object) =>
    (await call('PATCH', `${PATH}/${id}`, { as: person, body: change })).body
  expect(await patch({ config: { baseUrl: 'https://other.example.com/v1' } })).toMatchObject({
    config: { baseUrl: 'https://other.example.com/v1' },
    allowedHosts: ['other.example.com'],
  })
  await patch({ allowedHosts: ['*.example.com', 'LLM.example.org:8443'] })
  expect(await patch({ config: { baseUrl: 'https://third.example.com/v1' } })).toMatchObject({
    allowedHosts: ['*.example.com', 'llm.example.org:8443'],
  })
})

test('the types describe their fields, and say which of them are secret', async () => {
  const { body: list } = await get(`${PATH}/types`, await newPerson())
  expect(list.items).toHaveLength(INTEGRATION_TYPES.length)
  expect(list.items.length).toBeGreaterThanOrEqual(30)
  for (const one of list.items) {
    expect([one.type, one.help.length > 10, one.fields.length > 0]).toEqual([one.type, true, true])
    for (const field of one.fields) expect([one.type, field.name, field.description]).not.toContain('')
  }
  const basic = list.items.find((one: { type: string }) => one.type === 'http.basic')
  expect(basic.fields).toMatchObject([
    { name: 'username', in: 'config', isSecret: false, isRequired: true },
    { name: 'testUrl', isSecret: false, isRequired: false },
    { name: 'password', in: 'secrets', isSecret: true, isRequired: true },
  ])
})

test('the same Idempotency-Key creates one integration', async () => {
  const person = await newPerson()
  const sent = body()
  const answers = await Promise.all([1, 2].map(() => post(PATH, person, sent, { 'idempotency-key': 'k' })))
  expect(new Set(answers.map((one) => one.body.id)).size).toBe(1)
})
