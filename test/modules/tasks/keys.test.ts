// What an API key may do with tasks: writing and executing them are two rights.
import { expect, test } from 'vitest'
import { type Caller, call, post } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newModelServer } from '../integrations/integrations.ts'
import { newTask, pureSteps, TASKS, untilStatus, verb } from './tasks.ts'

const keyOf = async (as: Caller, ...scopes: string[]): Promise<Caller> => ({
  apiKey: (await post('/api/v1/auth/api-keys', as, { name: 'k', scopes })).body.key,
})
const codeOf = async (answer: Promise<{ status: number; body: any }>): Promise<unknown> => {
  const { status, body } = await answer
  return status < 300 ? status : body.code
}
const research = { title: 'Look it up', type: 'research', input: { question: 'Why?' } }

test('a key that only writes tasks starts none', async () => {
  const ada = await newPerson()
  const writes = await keyOf(ada, 'tasks:read', 'tasks:write')
  const there = await newTask(ada)
  const due = '2030-01-01T00:00:00Z'
  expect(await codeOf(post(TASKS, writes, research))).toBe(201)
  for (const starts of [
    post(TASKS, writes, { ...research, autoStart: true }),
    post(TASKS, writes, { ...research, dependsOn: [{ taskId: there.id }] }),
    post(TASKS, writes, { ...research, schedule: { at: due } }),
    call('PUT', `${TASKS}/${there.id}/schedule`, { as: writes, body: { at: due } }),
    call('PATCH', `${TASKS}/${there.id}`, { as: writes, body: { autoStart: true } }),
  ])
    expect(await codeOf(starts)).toBe('access.scope_missing')
  const draft = { ...research, autoStart: false, dependsOn: [{ taskId: there.id }] }
  expect(await codeOf(post(TASKS, writes, draft))).toBe(201)
  const batch = await post(`${TASKS}/batch`, writes, { items: [research, { ...research, autoStart: true }] })
  expect(batch.body.results.map((one: any) => (one.ok ? one.status : one.error.code))).toEqual([
    'draft',
    'access.scope_missing',
  ])
})

test('a key that may not read files cannot use them in a task', async () => {
  const ada = await newPerson()
  const raw = 'a,b\n1,2\n'
  const headers = { 'x-filename': 'data.csv' }
  const { body: file } = await call('POST', '/api/v1/files/upload', { as: ada, raw, headers })
  const [writes, reads] = [
    await keyOf(ada, 'tasks:read', 'tasks:write'),
    await keyOf(ada, 'tasks:read', 'tasks:write', 'files:read'),
  ]
  const there = await newTask(ada)
  const named = { ...research, files: [file.id] }
  expect(await codeOf(post(TASKS, writes, named))).toBe('access.scope_missing')
  const analysis = { title: 'Sums', type: 'dataAnalysis', input: { file: 'data.csv' } }
  expect(await codeOf(post(TASKS, writes, analysis))).toBe('access.scope_missing')
  const profile = {
    title: 'Sums',
    type: 'custom',
    input: { capability: 'profileTable', parameters: { file: 'data.csv' } },
  }
  expect(await codeOf(post(TASKS, writes, profile))).toBe('access.scope_missing')
  expect(await codeOf(post(TASKS, reads, profile))).toBe(201)
  const change = { as: writes, body: { files: [file.id] } }
  expect(await codeOf(call('PATCH', `${TASKS}/${there.id}`, change))).toBe('access.scope_missing')
  expect(await codeOf(post(TASKS, reads, named))).toBe(201)
})

test('a key that may not use integrations cannot name one in the parameters of a capability', async () => {
  const ada = await newPerson()
  const { name } = await newModelServer(ada)
  const [writes, uses] = [
    await keyOf(ada, 'tasks:read', 'tasks:write'),
    await keyOf(ada, 'tasks:read', 'tasks:write', 'integrations:use'),
  ]
  const asking = (integration: string) => ({
    title: 'Ask',
    type: 'custom',
    input: {
      capability: 'generateText',
      parameters: {
        prompt: 'Hello',
        models: [{ provider: 'openai-compatible', model: 'echo', integration }],
      },
    },
  })
  expect(await codeOf(post(TASKS, writes, asking(name)))).toBe('access.scope_missing')
  expect(await codeOf(post(TASKS, uses, asking(name)))).toBe(201)
  const unknown = await post(TASKS, ada, asking('none'))
  expect(unknown.body.errors).toMatchObject([
    { path: '/input/parameters/models/0/integration', code: 'credential.not_found' },
  ])
})

test('a key of a worker creates no tasks and changes none', async () => {
  const ada = await newPerson()
  const works = await keyOf(ada, 'tasks:read', 'tasks:run')
  const there = await newTask(ada)
  const { body } = await post(`${TASKS}/batch/execute`, works, { items: [{ taskId: there.id }, research] })
  expect(body.results.map((one: any) => (one.ok ? 'ok' : one.error.code))).toEqual([
    'ok',
    'access.scope_missing',
  ])
  const done = await newTask(ada)
  await verb(ada, done.id, 'execute', undefined, { prefer: 'wait=10' })
  await untilStatus(ada, done.id, 'succeeded')
  const other = await verb(works, done.id, 'retry', { input: pureSteps('other') })
  expect(other.body.code).toBe('access.scope_missing')
})

test('a task is assigned to agents of the team only', async () => {
  const [{ owner }, stranger] = [await newTeam(), await newPerson()]
  const made = await post('/api/v1/agents', stranger, { name: 'Theirs' })
  const answer = await post(TASKS, owner, { ...research, assignee: { agentId: made.body.id } })
  expect(answer.status).toBe(422)
  expect(answer.body.errors[0]).toMatchObject({ path: '/assignee/agentId', code: 'not_found' })
  const there = await newTask(owner)
  const body = { assignee: { agentId: made.body.id } }
  expect((await call('PATCH', `${TASKS}/${there.id}`, { as: owner, body })).status).toBe(422)
})

test('a template creates at most as many tasks as a batch, however deep its tree and how many copies', async () => {
  const ada = await newPerson()
  const task = { title: 'Top', type: 'custom', subtasks: Array(50).fill({ title: 'Part', type: 'custom' }) }
  const template = await post(`${TASKS}/templates`, ada, { name: 'Wide', task })
  const used = await post(`${TASKS}/templates/${template.body.id}/use`, ada, { count: 100 })
  expect(used.status).toBe(422)
  expect(used.body.errors[0]).toMatchObject({ path: '/count', code: 'too_big' })
  expect(used.body.errors[0].message).toContain('5100')
})
