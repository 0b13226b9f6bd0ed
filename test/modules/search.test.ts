import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { type Caller, get, post } from '../helpers/api.ts'
import { clock } from '../helpers/clock.ts'
import { newPerson, newTeam } from '../helpers/people.ts'
import { upload } from './deployments/deployments.ts'
import { newIntegration } from './integrations/integrations.ts'
import { newTask } from './tasks/tasks.ts'
import { create } from './workflows/workflows.ts'

const putRun = async (teamId: string, title: string | null): Promise<string> => {
  const id = newId('run', clock.now())
  await env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, title, created_at)
     VALUES (?, ?, 1, 'Orders', 'succeeded', 'manual', 1, ?, ?)`,
  )
    .bind(id, teamId, title, clock.now())
    .run()
  return id
}

test('workflows and runs are found by their names, in any case, and by the ends of their ids', async () => {
  const { owner, join } = await newTeam()
  const made = await create(owner, { name: 'Order 100% triage' })
  const run = await putRun(owner.teamId, 'Order A-1002')
  const viewer = await join('viewer')
  const found = async (q: string) =>
    (await get(`/api/v1/search?q=${encodeURIComponent(q)}`, viewer)).body.items.map((one: any) => one.id)
  expect(await found('ORDER')).toEqual([made.body.id, run])
  expect(await found('a-1002')).toEqual([run])
  expect(await found('100%')).toEqual([made.body.id])
  expect(await found(run)).toEqual([run])
  expect(await found(made.body.id.slice(-6))).toEqual([made.body.id])
  expect(await found('nothing')).toEqual([])
  expect((await get('/api/v1/search?q=order&limit=1', viewer)).body.items).toHaveLength(2)
})

test('names with other letters than A to Z are found as they are written, also by the filters of lists', async () => {
  const person = await newPerson()
  const workflow = (await create(person, { name: 'Übersicht' })).body.id
  const file = (await upload(person, 'ÜBERSICHT.txt', 'x')).id
  const ids = async (path: string) => (await get(path, person)).body.items.map((one: any) => one.id)
  const found = (q: string) => ids(`/api/v1/search?q=${encodeURIComponent(q)}`)
  expect(await found('Übersicht')).toEqual([workflow, file])
  expect(await found('ÜBER')).toEqual([workflow, file])
  const q = encodeURIComponent('Über')
  expect(await ids(`/api/v1/workflows?q=${q}`)).toEqual([workflow])
  expect(await ids(`/api/v1/files?q=${q}`)).toEqual([file])
})

test('another team finds nothing, a deleted run is not found, and a key needs the right to see runs', async () => {
  const person = await newPerson()
  const run = await putRun(person.teamId, 'Comet')
  const stranger = await newPerson()
  expect((await get(`/api/v1/search?q=${run}`, stranger)).body.items).toEqual([])
  const key = async (scopes: string[]) =>
    (await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })).body.key as string
  const asKey = async (scopes: string[]) =>
    (await get('/api/v1/search?q=comet', { apiKey: await key(scopes) })).body.items
  expect(await asKey(['workflows:read'])).toEqual([])
  expect(await asKey(['workflows:read', 'runs:read'])).toHaveLength(1)
  await env.DB.prepare('UPDATE runs SET deleted_at = 1 WHERE id = ?').bind(run).run()
  expect((await get(`/api/v1/search?q=${run}`, person)).body.items).toEqual([])
})

test('tasks are found by words of title and description, with their current state, by their team and keys with the right', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const task = await newTask(person, { title: 'Call the Käsehändler', description: 'about the comet' })
  const found = async (q: string, as: Caller = person) =>
    (await get(`/api/v1/search?q=${encodeURIComponent(q)}`, as)).body.items
  expect(await found('comet kase')).toEqual([
    {
      kind: 'task',
      id: task.id,
      title: 'Call the Käsehändler',
      detail: 'custom',
      status: 'draft',
      at: expect.any(String),
    },
  ])
  expect(await found('comet', stranger)).toEqual([])
  const asKey = async (scopes: string[]) => {
    const made = await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })
    return found('comet', { apiKey: made.body.key })
  }
  expect(await asKey(['workflows:read'])).toEqual([])
  expect(await asKey(['workflows:read', 'tasks:read'])).toHaveLength(1)
})

const putDeployment = async (teamId: string, project: string): Promise<string> => {
  const id = newId('dep', clock.now())
  const columns = {
    ...{
      id,
      team_id: teamId,
      platform: 'netlify',
      project,
      integration_id: 'int_x',
      environment: 'production',
    },
    ...{ target: 'x', action: 'deploy', status: 'ready', source: '{}', settings: '{}', when_busy: 'queue' },
    ...{ run_id: 'run_x', created_at: clock.now(), updated_at: clock.now() },
  }
  await env.DB.prepare(
    `INSERT INTO deployments (${Object.keys(columns)}) VALUES (${Object.keys(columns).map(() => '?')})`,
  )
    .bind(...Object.values(columns))
    .run()
  return id
}

test('agents, files, integrations and deployments are found by their names, by their team and keys with the right', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const agent = await post('/api/v1/agents', person, { name: 'Nebula clerk', instructions: 'Count.' })
  expect(agent.status).toBe(201)
  const file = await upload(person, 'charts/NEBULA-7.csv', 'a,b')
  const integration = await newIntegration(person, { name: 'Shop', description: 'The nebula shop' })
  const deployment = await putDeployment(person.teamId, 'nebula-site')
  const find = async (q: string, as: Caller = person) =>
    (await get(`/api/v1/search?q=${encodeURIComponent(q)}`, as)).body.items
  const at = expect.any(String)
  expect(await find('nebula')).toEqual([
    { kind: 'agent', id: agent.body.id, title: 'Nebula clerk', detail: 'custom', status: null, at },
    { kind: 'file', id: file.id, title: 'charts/NEBULA-7.csv', detail: 'text/csv', status: null, at },
    {
      ...{ kind: 'integration', id: integration.id, title: 'Shop', detail: 'http.bearer' },
      ...{ status: 'untested', at },
    },
    {
      ...{ kind: 'deployment', id: deployment, title: 'nebula-site', detail: 'netlify, production' },
      ...{ status: 'ready', at },
    },
  ])
  for (const { id } of await find('nebula')) {
    expect((await find(id)).map((one: { id: string }) => one.id)).toEqual([id])
    expect((await find(id.slice(-8))).map((one: { id: string }) => one.id)).toEqual([id])
    expect(await find(id, stranger)).toEqual([])
  }
  expect(await find('nebula', stranger)).toEqual([])
  const kindsOfKey = async (scope: string) => {
    const made = await post('/api/v1/auth/api-keys', person, { name: 'k', scopes: ['workflows:read', scope] })
    return (await find('nebula', { apiKey: made.body.key })).map((one: { kind: string }) => one.kind)
  }
  expect(await kindsOfKey('runs:read')).toEqual([])
  for (const kind of ['agent', 'file', 'integration', 'deployment'])
    expect(await kindsOfKey(`${kind}s:read`)).toEqual([kind])
})

test.each(['', 'q=', `q=${'x'.repeat(201)}`, 'q=a&limit=21'])('the question %j is refused', async (query) => {
  expect((await get(`/api/v1/search?${query}`, await newPerson())).status).toBe(422)
})
