import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { type Caller, get, post } from '../helpers/api.ts'
import { clock } from '../helpers/clock.ts'
import { newPerson, newTeam } from '../helpers/people.ts'
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

test.each(['', 'q=', `q=${'x'.repeat(201)}`, 'q=a&limit=21'])('the question %j is refused', async (query) => {
  expect((await get(`/api/v1/search?${query}`, await newPerson())).status).toBe(422)
})
