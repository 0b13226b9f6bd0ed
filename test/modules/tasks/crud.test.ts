// Creating, reading, changing, listing and deleting tasks.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newTask, TASKS, taskOf } from './tasks.ts'

test('a task is created, read, changed and deleted', async () => {
  const ada = await newPerson()
  const made = await post(TASKS, ada, {
    title: 'Call the supplier',
    type: 'custom',
    description: 'Ask for the price',
    priority: 7,
    dueAt: '2020-01-01T00:00:00Z',
    tags: ['calls', 'calls'],
    assignee: { userId: ada.userId },
    metadata: { order: 17 },
  })
  expect(made.status, made.text).toBe(201)
  expect(made.body).toMatchObject({
    status: 'draft',
    priority: 7,
    overdue: true,
    tags: ['calls'],
    assignee: { userId: ada.userId },
    metadata: { order: 17 },
    progress: 0,
    version: 1,
  })
  const { id } = made.body
  expect((await get(`${TASKS}/${id}`, ada)).body).toEqual(made.body)
  const changed = await call('PATCH', `${TASKS}/${id}`, {
    as: ada,
    body: { title: 'Write to them', dueAt: null },
    headers: { 'if-match': '"1"' },
  })
  expect(changed.status, changed.text).toBe(200)
  expect(changed.body).toMatchObject({ title: 'Write to them', dueAt: null, overdue: false, version: 2 })
  expect(
    (
      await call('PATCH', `${TASKS}/${id}`, {
        as: ada,
        body: { priority: 1 },
        headers: { 'if-match': '"1"' },
      })
    ).status,
  ).toBe(412)
  expect((await call('DELETE', `${TASKS}/${id}`, { as: ada })).status).toBe(204)
  expect((await get(`${TASKS}/${id}`, ada)).status).toBe(404)
})

test('another team sees and changes nothing', async () => {
  const [ada, eve] = [await newPerson(), await newPerson()]
  const { id } = await newTask(ada)
  expect((await get(`${TASKS}/${id}`, eve)).status).toBe(404)
  expect((await call('PATCH', `${TASKS}/${id}`, { as: eve, body: { priority: 1 } })).status).toBe(404)
  expect((await call('DELETE', `${TASKS}/${id}`, { as: eve })).status).toBe(404)
  expect((await post(`${TASKS}`, eve, { title: 'x', type: 'custom', parentId: id })).status).toBe(404)
  const waits = await post(`${TASKS}`, eve, { title: 'x', type: 'custom', dependsOn: [{ taskId: id }] })
  expect(waits.status).toBe(422)
  expect((await get(TASKS, eve)).body.items).toEqual([])
})

test.each([
  [{ type: 'nonsense' }, '/type'],
  [{ priority: 10 }, '/priority'],
  [{ input: { steps: [{ type: 'no.such' }] } }, '/input/steps/0/type'],
  [{ input: { workflowId: 'wf_x', steps: [{ type: 'flow.noop' }] } }, '/input/steps'],
  [{ input: { workflowId: 'wf_0000000000000000000000000x' } }, '/input/workflowId'],
  [{ input: { hello: 1, world: 2 } }, '/input/hello'],
  [{ schedule: { cron: '0 0 30 2 *' } }, '/cron'],
  [{ schedule: { cron: '0 0 * * *', everyMs: 60_000 } }, '/everyMs'],
  [{ files: ['file_00000000000000000000000000'] }, '/files/0'],
  [{ assignee: { userId: 'usr_00000000000000000000000000' } }, '/assignee/userId'],
])('%j is refused at %s', async (more, path) => {
  const ada = await newPerson()
  const answer = await post(TASKS, ada, { title: 'A task', type: 'custom', ...more })
  expect(answer.status, answer.text).toBe(422)
  expect(answer.body.errors.map((one: { path: string }) => one.path)).toContain(path)
})

test('each error of an input has its path', async () => {
  const ada = await newPerson()
  const answer = await post(TASKS, ada, {
    title: 'A task',
    type: 'custom',
    input: { one: 1, two: 2, version: 'x' },
  })
  expect(answer.body.errors.map((one: { path: string }) => one.path).sort()).toEqual([
    '/input/one',
    '/input/two',
    '/input/version',
  ])
})

test('a plan limits the number of open tasks', async () => {
  const ada = await newPerson({ plan: 'free' })
  const now = clock.now()
  await env.DB.prepare(
    `INSERT INTO tasks (id, team_id, title, type, status, status_since, root_id, due_sort, created_by, created_at, updated_at)
     SELECT 'tsk_' || hex(randomblob(13)), ?1, 'x', 'custom', CASE WHEN value < 5 THEN 'succeeded' ELSE 'draft' END, ?2, 'x', 1, 'x', ?2, ?2
     FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1003) SELECT value FROM n)`,
  )
    .bind(ada.teamId, now)
    .run()
  await newTask(ada)
  const refused = await post(TASKS, ada, { title: 'A task', type: 'custom' })
  expect(refused.status).toBe(402)
  expect(refused.body.errors[0].path).toBe('/limits/openTasks')
})

test('lists filter, sort and page', async () => {
  const { owner, join } = await newTeam()
  const bob = await join('member')
  const tasks = []
  for (let n = 0; n < 6; n++)
    tasks.push(
      await newTask(owner, {
        title: `Task ${n}`,
        priority: n,
        tags: n % 2 === 0 ? ['even'] : ['odd'],
        dueAt: `2030-01-0${n + 1}T00:00:00Z`,
        ...(n < 2 ? { assignee: { userId: bob.userId } } : {}),
      }),
    )
  const titles = async (query: string, as = owner) => {
    const all: string[] = []
    let cursor = ''
    do {
      const page = await get(`${TASKS}?limit=2&${query}${cursor}`, as)
      expect(page.status, page.text).toBe(200)
      all.push(...page.body.items.map(({ title }: { title: string }) => title.slice(-1)))
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`
    } while (cursor !== '')
    return all.join('')
  }
  expect(await titles('sort=created')).toBe('012345')
  expect(await titles('sort=-priority')).toBe('543210')
  expect(await titles('sort=due&tag=even')).toBe('024')
  expect(await titles('sort=priority&priority=1,3,5')).toBe('135')
  expect(await titles('sort=created&assignee=me', bob)).toBe('01')
  expect(await titles('sort=created&assignee=none')).toBe('2345')
  expect(await titles('sort=due&dueFrom=2030-01-02T00:00:00Z&dueTo=2030-01-04T00:00:00Z')).toBe('12')
  expect(await titles('sort=created&status=draft&type=custom&tag=odd')).toBe('135')
  expect(await titles('sort=created&status=running,failed')).toBe('')
  expect(await titles('sort=created&hasErrors=false&overdue=false')).toBe('012345')
  const counted = await get(`${TASKS}?count=true&tag=odd`, owner)
  expect(counted.body.total).toBe(3)
  const [parent] = tasks
  await newTask(owner, { title: 'Sub 7', parentId: parent.id })
  expect(await titles(`parent=${parent.id}`)).toBe('7')
  expect(await titles(`root=${parent.id}&sort=created`)).toBe('07')
  expect(await titles('parent=none&sort=created')).toBe('012345')
})

test('a list that finds few matches stops after 5,000 tasks with a cursor', async () => {
  const ada = await newPerson()
  await env.DB.prepare(
    `INSERT INTO tasks (id, team_id, title, type, status, status_since, root_id, due_sort, created_by, created_at, updated_at, tags)
     SELECT 'tsk_' || printf('%026d', value), ?1, 'n' || value, 'custom', 'draft', 1, 'x', 1, 'x', value, value,
       CASE WHEN value = 3 THEN '["rare"]' ELSE '[]' END FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 6000) SELECT value FROM n)`,
  )
    .bind(ada.teamId)
    .run()
  const first = await get(`${TASKS}?tag=rare`, ada)
  expect(first.body.items).toEqual([])
  expect(first.body.nextCursor).not.toBeNull()
  const second = await get(`${TASKS}?tag=rare&cursor=${first.body.nextCursor}`, ada)
  expect(second.body.items.map(({ title }: { title: string }) => title)).toEqual(['n3'])
  expect(second.body.nextCursor).toBeNull()
})

test('each type has a schema of its input', async () => {
  const ada = await newPerson()
  const { items: types } = (await get(`${TASKS}/types`, ada)).body
  expect(types.map(({ name }: { name: string }) => name)).toContain('custom')
  for (const { inputSchema } of types) expect(inputSchema.type).toBe('object')
})

test('a task that others wait for is not deleted', async () => {
  const ada = await newPerson()
  const first = await newTask(ada)
  const second = await newTask(ada, { dependsOn: [{ taskId: first.id }] })
  const refused = await call('DELETE', `${TASKS}/${first.id}`, { as: ada })
  expect(refused.status).toBe(409)
  expect(refused.body.errors[0].resourceId).toBe(second.id)
  expect((await call('DELETE', `${TASKS}/${second.id}`, { as: ada })).status).toBe(204)
  expect((await call('DELETE', `${TASKS}/${first.id}`, { as: ada })).status).toBe(204)
})

test('a viewer reads tasks and changes none', async () => {
  const { owner, join } = await newTeam()
  const viewer = await join('viewer')
  const { id } = await newTask(owner)
  expect((await taskOf(viewer, id)).id).toBe(id)
  expect((await post(`${TASKS}/${id}/execute`, viewer, {})).status).toBe(403)
})
