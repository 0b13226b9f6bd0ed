import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { create, put, say, WORKFLOWS } from './workflows.ts'

test('a new workflow is returned with its definition, version 1 and its trigger URLs', async () => {
  const person = await newPerson()
  const made = await create(person, {
    description: 'Says hello',
    tags: ['demo', 'demo', 'x'],
    folder: '/sales//europe/',
    triggers: [
      { type: 'webhook', path: 'orders/:id' },
      { type: 'schedule', cron: '0 9 * * *', timezone: 'Europe/Berlin' },
      { type: 'event', name: 'order.*', key: 'orders' },
      { type: 'manual' },
    ],
  })
  expect(made.status).toBe(201)
  expect(made.headers.get('etag')).toBe('"1"')
  expect(made.body).toMatchObject({
    name: 'Greeter',
    version: 1,
    active: true,
    tags: ['demo', 'x'],
    folder: 'sales/europe',
    definition: say('hello'),
    createdBy: person.userId,
    hasDraft: false,
  })
  const [webhook, schedule, event] = made.body.triggers
  expect(webhook).toMatchObject({ key: 'webhook', active: true, path: 'orders/:id' })
  expect(webhook.url).toMatch(/^http:\/\/orrery\.test\/api\/v1\/hooks\/[\w-]{43}\/orders\/:id$/)
  expect(new Date(schedule.nextFireAt).getTime()).toBeGreaterThan(Date.now())
  expect(event).toMatchObject({ key: 'orders', name: 'order.*' })
  expect((await get(`${WORKFLOWS}/${made.body.id}`, person)).body).toEqual(made.body)
})

test('an invalid definition is refused with all its problems and their paths', async () => {
  const person = await newPerson()
  const answer = await create(person, {
    definition: {
      inputs: { type: 'nonsense' },
      nodes: [
        { id: 'a', type: 'data.sett' },
        { id: 'a', type: 'flow.if', params: { condition: '{{ 1 + }}' } },
      ],
      edges: [{ from: 'a', to: 'gone' }],
    },
    triggers: [
      { type: 'schedule', cron: '61 * * * *' },
      { type: 'schedule', cron: '* * * * *', timezone: 'Mars/Base' },
      { type: 'webhook', path: 'a/:b/:b' },
    ],
  })
  expect([answer.status, answer.body.code]).toEqual([422, 'workflow.invalid'])
  const paths = answer.body.errors.map((error: { path: string }) => error.path)
  expect(paths).toEqual(
    expect.arrayContaining([
      '/definition/nodes/0/type',
      '/definition/nodes/1/id',
      '/definition/edges/0/to',
      '/definition/inputs/type',
      '/triggers/0/cron',
      '/triggers/1/timezone',
    ]),
  )
})

test.each([
  ['two triggers of one key', [{ type: 'manual' }, { type: 'manual' }], 'trigger.duplicate_key'],
  ['an entry that is no node', [{ type: 'manual', entry: 'gone' }], 'trigger.unknown_entry'],
  ['an event name with a space', [{ type: 'event', name: 'order placed' }], 'trigger.bad_event_name'],
  ['a path that climbs', [{ type: 'webhook', path: '../x' }], 'trigger.bad_path'],
])('%s is refused', async (_what, triggers, code) => {
  const answer = await create(await newPerson(), { triggers })
  expect(answer.status).toBe(422)
  expect(answer.body.errors.map((error: { code: string }) => error.code)).toContain(code)
})

test('metadata alone creates no version, another definition creates the next one', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  const path = `${WORKFLOWS}/${body.id}`
  const renamed = await put(path, person, { name: 'Renamed' })
  expect([renamed.body.name, renamed.body.version, renamed.headers.get('etag')]).toEqual([
    'Renamed',
    1,
    '"2"',
  ])
  const same = await put(path, person, { definition: say('hello') })
  expect([same.body.version, same.headers.get('etag')]).toEqual([1, '"2"'])
  const changed = await put(path, person, { definition: say('bye'), note: 'More polite' })
  expect([changed.body.version, changed.headers.get('etag')]).toEqual([2, '"3"'])
  const first = await get(`${path}/versions/1`, person)
  expect(first.body).toMatchObject({ definition: say('hello'), current: false })
  const second = await get(`${path}/versions/2`, person)
  expect(second.body).toMatchObject({ definition: say('bye'), current: true, note: 'More polite' })
})

test.each([
  ['definitions', (n: number) => ({ definition: say(`v${n}`) })],
  ['names', (n: number) => ({ name: `v${n}` })],
])('of two changes of %s under one ETag one gets through', async (_what, bodyOf) => {
  const person = await newPerson()
  const { body } = await create(person)
  const path = `${WORKFLOWS}/${body.id}`
  const answers = await Promise.all([1, 2].map((n) => put(path, person, bodyOf(n), { 'if-match': '"1"' })))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412])
})

test('concurrent changes without an ETag all succeed, each with its own version', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  const path = `${WORKFLOWS}/${body.id}`
  const answers = await Promise.all([1, 2, 3, 4].map((n) => put(path, person, { definition: say(`v${n}`) })))
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
  const versions = await get(`${path}/versions`, person)
  expect(versions.body.items.map((item: { version: number }) => item.version)).toEqual([5, 4, 3, 2, 1])
})

test('the list is filtered, searched, counted and paged without repetition', async () => {
  const person = await newPerson()
  for (const [name, tags, folder, active] of [
    ['Alpha', ['a'], 'x', true],
    ['Beta 100%', ['a', 'b'], '', false],
    ['Gamma', [], 'x', true],
  ] as const)
    await create(person, { name, tags, folder, active })
  await create(await newPerson(), { name: 'Alpha of others' })
  const names = async (query: string): Promise<string[]> =>
    (await get(`${WORKFLOWS}?${query}`, person)).body.items.map((item: { name: string }) => item.name)
  expect(await names('')).toEqual(['Gamma', 'Beta 100%', 'Alpha'])
  expect(await names('sort=name')).toEqual(['Alpha', 'Beta 100%', 'Gamma'])
  expect(await names('tag=a&sort=name')).toEqual(['Alpha', 'Beta 100%'])
  expect(await names('folder=x&sort=-name')).toEqual(['Gamma', 'Alpha'])
  expect(await names('active=false')).toEqual(['Beta 100%'])
  expect(await names('q=0%25')).toEqual(['Beta 100%'])
  expect(await names('q=alpha')).toEqual(['Alpha'])
  const page = await get(`${WORKFLOWS}?limit=2&sort=-updatedAt&count=true`, person)
  expect(page.body).toMatchObject({ total: 3 })
  expect(page.body.items[0]).not.toHaveProperty('definition')
  await create(person, { name: 'In between' })
  const rest = await get(`${WORKFLOWS}?limit=2&sort=-updatedAt&cursor=${page.body.nextCursor}`, person)
  expect(rest.body.items.map((item: { name: string }) => item.name)).toEqual(['Alpha'])
  expect(rest.body.nextCursor).toBeNull()
})

test('the same idempotency key creates one workflow, and its audit entry has the actor', async () => {
  const person = await newPerson()
  const body = { name: 'Once', definition: say('hello') }
  const answers = await Promise.all(
    [1, 2, 3].map(() => post(WORKFLOWS, person, body, { 'idempotency-key': 'once' })),
  )
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  const { results } = await env.DB.prepare(
    "SELECT actor_id AS actor FROM audit_log WHERE target_id = ? AND action = 'workflow.created'",
  )
    .bind(answers[0]?.body.id)
    .all()
  expect(results).toEqual([{ actor: person.userId }])
})

test('deleting removes versions and triggers, its use as error workflow, and frees its place', async () => {
  const person = await newPerson()
  const { body } = await create(person, { triggers: [{ type: 'webhook' }] })
  const other = await create(person, { errorWorkflowId: body.id })
  const path = `${WORKFLOWS}/${body.id}`
  expect((await call('DELETE', path, { as: person, headers: { 'if-match': '"9"' } })).status).toBe(412)
  expect((await call('DELETE', `${path}?force=true`, { as: person })).status).toBe(204)
  expect((await call('DELETE', path, { as: person })).status).toBe(404)
  expect((await get(`${WORKFLOWS}/${other.body.id}`, person)).body.errorWorkflowId).toBeNull()
  for (const table of ['workflow_versions', 'workflow_triggers']) {
    const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE workflow_id = ?`)
      .bind(body.id)
      .first()
    expect([table, row]).toEqual([table, { n: 0 }])
  }
  const usage = await get(`/api/v1/teams/${person.teamId}/usage`, person)
  expect(JSON.stringify(usage.body)).toContain('"workflows":1')
})

test('deleting a team deletes its workflows, templates and variables', async () => {
  const { owner, teamId } = await newTeam()
  await create(owner, { triggers: [{ type: 'webhook' }] })
  await post(`${WORKFLOWS}/templates`, owner, { name: 'T', definition: say('x') })
  await put(`${WORKFLOWS}/variables/a`, owner, { value: 1 })
  expect((await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })).status).toBe(204)
  for (const table of ['workflows', 'workflow_triggers', 'workflow_templates', 'team_variables']) {
    const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE team_id = ?`)
      .bind(teamId)
      .first()
    expect([table, row]).toEqual([table, { n: 0 }])
  }
})

test('a workflow cannot be its own error workflow', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  const answer = await put(`${WORKFLOWS}/${body.id}`, person, { errorWorkflowId: body.id })
  expect(answer.status).toBe(422)
})

test('a copy starts at version 1, inactive, with its own URLs', async () => {
  const person = await newPerson()
  const { body } = await create(person, { triggers: [{ type: 'webhook' }], tags: ['t'] })
  await put(`${WORKFLOWS}/${body.id}`, person, { definition: say('two') })
  const copy = await call<any>('POST', `${WORKFLOWS}/${body.id}/clone`, { as: person })
  expect([copy.status, copy.body]).toMatchObject([
    201,
    { name: 'Greeter (copy)', version: 1, active: false, tags: ['t'], definition: say('two') },
  ])
  expect(copy.body.triggers[0].url).not.toBe(body.triggers[0].url)
})

test.each([
  ['no name', { definition: say('x') }],
  ['a definition that is a list', { name: 'x', definition: [] }],
  ['an unknown field', { name: 'x', definition: say('x'), teamId: 'team_x' }],
  ['a name of two lines', { name: 'a\nb', definition: say('x') }],
])('a workflow with %s is refused', async (_what, body) => {
  const answer = await post(WORKFLOWS, await newPerson(), body)
  expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
})

test('a folder is listed with its subfolders, and a tag in any case', async () => {
  const person = await newPerson()
  const made: [name: string, folder: string, tag: string][] = [
    ['a', 'sales', 'Urgent'],
    ['b', 'sales/eu', 'urgent'],
    ['c', 'salesforce', 'later'],
    ['d', 'eu/sales', 'urgently'],
  ]
  for (const [name, folder, tag] of made) await create(person, { name, folder, tags: [tag] })
  const names = async (query: string): Promise<string[]> =>
    (await get(`${WORKFLOWS}?sort=name&${query}`, person)).body.items.map((one: { name: string }) => one.name)
  expect(await names('folder=sales')).toEqual(['a', 'b'])
  expect(await names('folder=sales/eu')).toEqual(['b'])
  expect(await names('tag=URGENT')).toEqual(['a', 'b'])
})
