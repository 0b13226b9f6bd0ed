import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { applyRunReports } from '../../../src/modules/runs/repo/projection.ts'
import { runFacts } from '../../../src/objects/run-view.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, linear, reported } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'

async function started(person: Person, body: unknown, definition: Definition = linear(1)) {
  const workflowId = await newWorkflow(person.teamId, definition)
  return post(`/api/v1/workflows/${workflowId}/execute`, person, body)
}

const found = async (person: Person, query: string): Promise<string[]> => {
  const { body } = await get(`${RUNS}?${query}`, person)
  return body.items.map((item: { id: string }) => item.id)
}

test('tags and metadata are set at the start, shown in the detail and the list, and find the run', async () => {
  const person = await newPerson()
  const metadata = { orderId: 'A-1002', items: 3, gift: true }
  const first = (await started(person, { tags: ['vip', 'eu', 'vip'], metadata })).body
  const second = (await started(person, { tags: ['eu'] })).body
  const plain = (await started(person, {})).body
  expect(first).toMatchObject({ tags: ['vip', 'eu'], metadata })
  expect((await get(`${RUNS}/${plain.id}`, person)).body).toMatchObject({ tags: [], metadata: {} })
  await reported(first.id, second.id, plain.id)
  expect(await found(person, '')).toHaveLength(3)
  expect(await found(person, 'tag=eu')).toEqual([second.id, first.id])
  expect(await found(person, 'tag=eu&sort=createdAt&limit=1')).toEqual([first.id])
  expect(await found(person, 'tag=vip')).toEqual([first.id])
  expect(await found(person, 'tag=v')).toEqual([])
  for (const field of ['orderId:A-1002', 'items:3', 'gift:true'])
    expect(await found(person, `metadata=${field}&tag=eu`)).toEqual([first.id])
  expect(await found(person, 'metadata=orderId:A-1&tag=eu')).toEqual([])
  expect(await found(await newPerson(), 'tag=eu')).toEqual([])
  const list = (await get(`${RUNS}?tag=vip&count=true`, person)).body
  expect(list).toMatchObject({ total: 1, items: [{ tags: ['vip', 'eu'], metadata }] })
})

test('a tag that looks like a metadata field is not one, nor the other way round', async () => {
  const person = await newPerson()
  const tagged = (await started(person, { tags: ['orderId:A'] })).body
  const field = (await started(person, { metadata: { orderId: 'A' } })).body
  await reported(tagged.id, field.id)
  expect(await found(person, 'tag=orderId:A')).toEqual([tagged.id])
  expect(await found(person, 'metadata=orderId:A')).toEqual([field.id])
})

test('pages of a tag continue where the last one stopped', async () => {
  const person = await newPerson()
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.unshift((await started(person, { tags: ['a'] })).body.id)
  await reported(...ids)
  expect(await found(person, 'tag=a')).toEqual(ids)
  const page = (await get(`${RUNS}?tag=a&limit=2`, person)).body
  expect(await found(person, `tag=a&limit=2&cursor=${page.nextCursor}`)).toEqual([ids[2]])
})

test('a batch labels each of its runs, and a rerun keeps the labels', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const items = [
    { workflowId, tags: ['one'] },
    { workflowId, metadata: { n: 2 } },
  ]
  const batch = await post('/api/v1/workflows/batch/execute', person, { items })
  const [one, two] = batch.body.results.map(({ id }: { id: string }) => id)
  expect((await get(`${RUNS}/${one}`, person)).body.tags).toEqual(['one'])
  expect((await get(`${RUNS}/${two}`, person)).body.metadata).toEqual({ n: 2 })
  expect((await call('POST', `${RUNS}/${one}/rerun`, { as: person })).body.tags).toEqual(['one'])
})

test('labels have limits', async () => {
  const person = await newPerson()
  const tooMany = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, i]))
  const bad = [
    { tags: [''] },
    { tags: ['x'.repeat(51)] },
    { tags: Array.from({ length: 21 }, (_, i) => `t${i}`) },
    { metadata: tooMany },
    { metadata: { 'a b': 1 } },
    { metadata: { a: 'x'.repeat(501) } },
    { metadata: { a: { b: 1 } } },
  ]
  for (const body of bad) expect([body, (await started(person, body)).status]).toEqual([body, 422])
  expect((await get(`${RUNS}?metadata=orderId`, person)).status).toBe(422)
})

test('a deleted run is found by no label, and its words are removed from the index', async () => {
  const person = await newPerson()
  const { id } = (await started(person, { tags: ['gone'], metadata: { secret: 'x' } })).body
  await reported(id)
  expect(await found(person, 'tag=gone')).toEqual([id])
  await call('DELETE', `${RUNS}/${id}`, { as: person })
  expect(await found(person, 'tag=gone')).toEqual([])
  const row = await env.DB.prepare('SELECT title, tags, metadata FROM runs WHERE id = ?').bind(id).first()
  expect(row).toEqual({ title: null, tags: null, metadata: null })
  const labels = await env.DB.prepare('SELECT count(*) AS n FROM run_labels WHERE run_id = ?')
    .bind(id)
    .first()
  expect(labels).toEqual({ n: 0 })
})

test('a late report does not restore labels of a deleted run', async () => {
  const person = await newPerson()
  const { id } = (await started(person, { tags: ['late'] })).body
  await reported(id)
  expect(await found(person, 'tag=late')).toEqual([id])
  await call('DELETE', `${RUNS}/${id}`, { as: person })
  const view = {
    ...{ id, teamId: person.teamId, workflowVersion: 1, workflowName: 'Test', status: 'succeeded' },
    ...{ triggerType: 'manual', progress: 1, seq: 1_000, createdAt: clock.now(), labels: ['tag:late'] },
  }
  await applyRunReports(env.DB, [{ view, started: null }])
  const labels = await env.DB.prepare('SELECT count(*) AS n FROM run_labels WHERE run_id = ?')
    .bind(id)
    .first()
  expect(labels).toEqual({ n: 0 })
})

test('a leftover label of a deleted run finds nothing', async () => {
  const person = await newPerson()
  const { id } = (await started(person, { tags: ['stray'] })).body
  await reported(id)
  expect(await found(person, 'tag=stray')).toEqual([id])
  await env.DB.prepare('UPDATE runs SET deleted_at = ? WHERE id = ?').bind(clock.now(), id).run()
  expect(await found(person, 'tag=stray')).toEqual([])
})

test('a label and a time can be combined, in lists and counts', async () => {
  const person = await newPerson()
  const ids: string[] = []
  const times: string[] = []
  for (let i = 0; i < 3; i++) {
    const { id, createdAt } = (await started(person, { tags: ['t'], metadata: { n: 1 } })).body
    ids.push(id)
    times.push(createdAt)
    clock.advance(1_000)
  }
  await reported(...ids)
  for (const label of ['tag=t', 'metadata=n:1']) {
    const query = `${label}&from=${times[1]}&to=${times[2]}`
    expect(await found(person, query)).toEqual([ids[1]])
    expect((await get(`/api/v1/runs/counts?${query}`, person)).body.total).toBe(1)
  }
})

test('the title is evaluated once, at the start, to one line', async () => {
  const person = await newPerson()
  const definition = {
    ...linear(1),
    settings: { title: 'Order {{ input.orderId }}\n for {{ run.startedBy }}' },
  }
  const run = (await started(person, { input: { orderId: 'A-1' } }, definition)).body
  expect(run.title).toBe(`Order A-1 for ${person.userId}`)
  await reported(run.id)
  const [item] = (await get(`${RUNS}`, person)).body.items
  expect(item.title).toBe(run.title)
})

test.each([
  ['a long title is cut', 'x'.repeat(250), 'x'.repeat(200)],
  ['no character is cut in two', '\u{1f4e6}'.repeat(250), '\u{1f4e6}'.repeat(200)],
  ['an empty title is none', ' \n ', null],
  ['a number is a title', 7, '7'],
])('%s', async (_, wanted, title) => {
  const person = await newPerson()
  const definition = { ...linear(1), settings: { title: '{{ input.title }}' } }
  expect((await started(person, { input: { title: wanted } }, definition)).body.title).toBe(title)
})

test('a title that cannot be evaluated is left out, and the run has the reason', async () => {
  const person = await newPerson()
  const definition = { ...linear(1), settings: { title: 'Order {{ input.lines[0].id }}' } }
  const run = (await started(person, {}, definition)).body
  expect([run.status, run.title]).toEqual(['succeeded', null])
  const { body } = await call('GET', `${RUNS}/${run.id}/events`, {
    as: person,
    headers: { accept: 'application/json' },
  })
  expect(body.items[0]).toMatchObject({ type: 'log', message: expect.stringContaining('settings.title') })
})

test('a title that uses data unknown at the start is refused', async () => {
  const person = await newPerson()
  const definition = { ...linear(1), settings: { title: '{{ nodes.n0 }}' } }
  const { body } = await post('/api/v1/workflows/validate', person, { definition })
  expect(body.problems).toMatchObject([{ path: '/definition/settings/title' }])
})

test('the detail of a run agrees with the list', async () => {
  const person = await newPerson()
  const definition = { nodes: [{ id: 'wait', type: 'flow.wait', params: { durationMs: 60_000 } }] }
  const { id } = (await started(person, {}, definition)).body
  await call('POST', `${RUNS}/${id}/cancel`, { as: person })
  const facts = {
    workflowName: 'Test',
    startedBy: person.userId,
    cancelledBy: person.userId,
    parentRunId: null,
    mocked: false,
  }
  expect((await get(`${RUNS}/${id}`, person)).body).toMatchObject(facts)
  await reported(id)
  expect((await get(RUNS, person)).body.items[0]).toMatchObject({ status: 'cancelled', ...facts })
})

test('detail and list contain the parent of a run and whether it was mocked', async () => {
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, linear(1))
  const calls = { nodes: [{ id: 'call', type: 'flow.workflow', params: { workflowId: child } }] }
  const parent = (await started(person, {}, calls)).body
  const mocked = (await started(person, { mocks: { n0: { output: 1 } } })).body
  await eventually(async () => expect(await found(person, '')).toHaveLength(3))
  const { items } = (await get(RUNS, person)).body
  const ofChild = items.find((item: any) => item.parentRunId === parent.id)
  expect(ofChild).toMatchObject({ workflowId: child, startedBy: person.userId, mocked: false })
  const ofMocked = items.find((item: any) => item.id === mocked.id)
  expect(ofMocked).toMatchObject({ parentRunId: null, cancelledBy: null, mocked: true })
  for (const item of items) {
    const detail = (await get(`${RUNS}/${item.id}`, person)).body
    for (const fact of Object.keys(runFacts)) expect([fact, detail[fact]]).toEqual([fact, item[fact]])
  }
})
