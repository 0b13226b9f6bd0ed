import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { newTask, pureSteps, TASKS, taskOf, untilStatus } from './tasks.ts'

const item = (more: Record<string, unknown> = {}) => ({
  title: 'A task',
  type: 'custom',
  input: pureSteps('x'),
  ...more,
})

test('each item has its own result, and an invalid one only affects those that need it', async () => {
  const ada = await newPerson()
  const { body, status, text } = await post(`${TASKS}/batch`, ada, {
    items: [
      item({ dependsOn: [{ ref: 'late' }], title: 'first' }),
      item({ priority: 10 }),
      item({ ref: 'bad', type: 'nonsense' }),
      item({ dependsOn: [{ ref: 'bad' }] }),
      item({ ref: 'late' }),
      item({ parentRef: 'late2' }),
      item({ ref: 'late2', input: {} }),
      item({ ref: 'x', dependsOn: [{ ref: 'y' }] }),
      item({ ref: 'y', dependsOn: [{ ref: 'x' }] }),
      item({ ref: 'late' }),
    ],
  })
  expect(status, text).toBe(200)
  expect(body.results.map((one: any) => (one.ok ? one.status : one.error.code))).toEqual([
    'blocked',
    'too_big',
    'invalid_value',
    'batch.unknown_ref',
    'draft',
    'draft',
    'draft',
    'task.cycle',
    'task.cycle',
    'batch.double_ref',
  ])
  const [first, , , , late, child, parent] = body.results
  expect((await taskOf(ada, first.id)).dependsOn[0].taskId).toBe(late.id)
  expect((await taskOf(ada, child.id)).parentId).toBe(parent.id)
})

test.each<Record<string, string>>([{}, { 'idempotency-key': 'in-order' }])(
  'items stand in lists and trees as they were sent %j',
  async (headers) => {
    const ada = await newPerson()
    const names = Array.from({ length: 40 }, (_, n) => `n${n}`)
    // Each needs the one after it, so they are written in reverse order.
    const items = names.map((title, n) =>
      item({
        title,
        ref: title,
        parentRef: 'top',
        ...(n < 39 && n % 2 === 0 ? { dependsOn: [{ ref: `n${n + 1}` }] } : {}),
      }),
    )
    const { body } = await post(
      `${TASKS}/batch`,
      ada,
      { items: [...items, item({ ref: 'top', title: 'top' })] },
      headers,
    )
    const top = body.results.at(-1).id
    const { children } = (await get(`${TASKS}/${top}/hierarchy`, ada)).body
    expect(children.map(({ task }: any) => task.title)).toEqual(names)
    const listed = (await get(`${TASKS}?parent=${top}&sort=created&limit=100`, ada)).body.items
    expect(listed.map(({ title }: any) => title)).toEqual(names)
  },
)

test('a request that is repeated with its key finds the same tasks', async () => {
  const ada = await newPerson()
  const send = () => post(`${TASKS}/batch`, ada, { items: [item(), item()] }, { 'idempotency-key': 'once' })
  const [one, two] = [await send(), await send()]
  expect(two.body).toEqual(one.body)
  expect((await get(`${TASKS}?count=true`, ada)).body.total).toBe(2)
})

test('a batch is executed, within the slots of the plan at any time', async () => {
  const ada = await newPerson({ plan: 'free' })
  const there = await newTask(ada)
  const items = [
    { taskId: there.id },
    ...Array.from({ length: 60 }, (_, n) => item({ title: `n${n}`, priority: n % 10 })),
  ]
  const started = await post(`${TASKS}/batch/execute`, ada, { items })
  expect(started.body.results.every((one: any) => one.ok)).toBe(true)
  let most = 0
  await expect
    .poll(
      async () => {
        const row = await env.DB.prepare(
          'SELECT count(*) AS n FROM runs WHERE team_id = ? AND slot IS NOT NULL',
        )
          .bind(ada.teamId)
          .first<{ n: number }>()
        most = Math.max(most, row?.n ?? 0)
        const done = await env.DB.prepare(
          "SELECT n FROM task_counts WHERE team_id = ? AND status = 'succeeded'",
        )
          .bind(ada.teamId)
          .first<{ n: number }>()
        return done?.n ?? 0
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(61)
  expect(most).toBeLessThanOrEqual(20)
})

test('a template creates a whole tree, with variables and overrides', async () => {
  const ada = await newPerson()
  const made = await post(`${TASKS}/templates`, ada, {
    name: 'Welcome',
    variables: {
      properties: { customer: { type: 'string' }, level: { type: 'integer', default: 4 } },
      required: ['customer'],
    },
    task: {
      title: 'Welcome {{= customer }}',
      type: 'custom',
      priority: '{{= level }}',
      subtasks: [
        {
          ref: 'a',
          title: 'Call {{= customer }}',
          type: 'custom',
          input: { steps: [{ type: 'data.set', params: { values: { to: '{{= customer }}' } } }] },
        },
        { title: 'Write', type: 'custom', dependsOn: [{ ref: 'a' }], input: pureSteps('written') },
      ],
    },
  })
  expect(made.status, made.text).toBe(201)
  const use = `${TASKS}/templates/${made.body.id}/use`
  const wrong = await post(use, ada, { variables: { customer: 1 } })
  expect(wrong.body.errors[0].path).toBe('/variables/customer')
  const bad = await post(use, ada, { variables: { customer: 'x' }, overrides: { priority: 11 } })
  expect(bad.status, bad.text).toBe(422)
  expect((await get(`${TASKS}?count=true`, ada)).body.total).toBe(0)
  const used = await post(use, ada, {
    variables: { customer: '{{ 1 + 1 }}' },
    overrides: { tags: ['new'] },
    count: 2,
    execute: true,
  })
  expect(used.status, used.text).toBe(201)
  expect(used.body).toMatchObject({ made: 6, tasks: [expect.any(String), expect.any(String)] })
  const top = await untilStatus(ada, used.body.tasks[0], 'succeeded')
  expect(top).toMatchObject({ title: 'Welcome {{ 1 + 1 }}', priority: 4, tags: ['new'], children: 2 })
  const { children } = (await get(`${TASKS}/${top.id}/hierarchy`, ada)).body
  expect(children.map(({ task }: any) => task.title)).toEqual(['Call {{ 1 + 1 }}', 'Write'])
  const [called] = children
  expect((await taskOf(ada, called.task.id)).result).toEqual({ to: '{{ 1 + 1 }}' })
})

test('built-in templates can be used, and those of others only when an administrator published them', async () => {
  const [ada, eve] = [await newPerson({ platformRole: 'admin' }), await newPerson()]
  const { items } = (await get(`${TASKS}/templates?source=built-in&limit=100`, ada)).body
  expect(items.length).toBeGreaterThan(0)
  for (const [id, variables] of [
    ['tpl_task-follow-up', { subject: 'the offer' }],
    ['tpl_task-release', { version: '1.2' }],
  ] as const) {
    const used = await post(`${TASKS}/templates/${id}/use`, ada, { variables })
    expect([id, used.status, used.text.slice(0, 300)]).toEqual([id, 201, expect.any(String)])
  }
  const own = await post(`${TASKS}/templates`, ada, { name: 'Mine', task: { title: 'x', type: 'custom' } })
  expect((await get(`${TASKS}/templates/${own.body.id}`, eve)).status).toBe(404)
  const ours = { name: 'Ours', visibility: 'public', task: { title: 'x', type: 'custom' } }
  const refused = await post(`${TASKS}/templates`, eve, ours)
  expect([refused.status, refused.body.code]).toEqual([403, 'access.denied'])
  const open = await post(`${TASKS}/templates`, ada, ours)
  expect((await get(`${TASKS}/templates/${open.body.id}`, eve)).body.source).toBe('public')
})
