// Responses about runs with many nodes, or with large data.
import { expect, test } from 'vitest'
import { get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'

async function ran(definition: Parameters<typeof newWorkflow>[1], input: unknown) {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, definition)
  const path = `/api/v1/workflows/${workflowId}/execute`
  const { status, body } = await post(path, person, { input }, { prefer: 'wait=30' })
  expect([status, body.status]).toEqual([200, 'succeeded'])
  return { person, run: body, path: `${RUNS}/${body.id}` }
}

test('the nodes of a large run are cut in its answer, and can be paged', async () => {
  const body = { ...linear(2), output: 1 }
  const nodes = [
    { id: 'all', type: 'flow.group', each: { items: '{{ input }}' }, params: { body } },
    { id: 'never', type: 'flow.noop', when: false },
  ]
  const items = Array.from({ length: 400 }, (_, i) => i)
  const { person, run, path } = await ran({ nodes, edges: [{ from: 'all', to: 'never' }] }, items)
  expect([run.nodes.length, run.nodesTruncated]).toEqual([1_000, true])
  expect((await get(`${path}?include=output`, person)).body.nodesTruncated).toBeUndefined()

  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page = await get(`${path}/nodes?limit=500${query}`, person)
    seen.push(...page.body.items.map((node: { path: string }) => node.path))
    cursor = page.body.nextCursor
  }
  // The group, its items, two nodes in each, and the skipped one.
  expect([seen.length, new Set(seen).size]).toEqual([1_202, 1_202])
  expect(seen).toEqual([...seen].sort())
  const skipped = await get(`${path}/nodes?status=skipped&count=true`, person)
  expect(skipped.body).toMatchObject({ items: [{ path: 'never' }], nextCursor: null, total: 1 })
  expect((await get(`${path}/nodes?cursor=zz`, person)).status).toBe(400)
  expect((await get(`${path}/nodes`, await newPerson())).status).toBe(404)
})

test('a small run shows all of its nodes without a note', async () => {
  const { run } = await ran(linear(3), null)
  expect(run.nodes).toHaveLength(3)
  expect(Object.keys(run)).not.toContain('nodesTruncated')
  expect(Object.keys(run)).not.toContain('outputBytes')
})

test('an output beyond 1 MB is not included, and read at its own path', async () => {
  const nodes = [
    { id: 'twice', type: 'data.set', params: { values: { a: '{{ input }}', b: '{{ input }}' } } },
  ]
  const text = 'x'.repeat(600_000)
  const { person, run, path } = await ran({ nodes }, text)
  const outputBytes = JSON.stringify({ a: text, b: text }).length
  for (const view of [run, (await get(path, person)).body, (await get(`${path}/nodes/twice`, person)).body])
    expect([view.output, view.outputBytes]).toEqual([null, outputBytes])
  for (const own of ['output', 'nodes/twice/output'])
    expect((await get(`${path}/${own}`, person)).body).toEqual({ a: text, b: text })
})

/** Nodes in parallel: each output can be stored, but together they exceed the limit of a run's output. */
const three = (chars: number) => ({
  nodes: ['a', 'b', 'c'].map((id) => ({
    id,
    type: 'data.set',
    params: { values: { text: `{{ "x".repeat(${chars}) }}` } },
  })),
})

test('a run whose last outputs are too large together returns a file, also to its parent', async () => {
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, three(3_000_000))
  const parent = await newWorkflow(person.teamId, {
    nodes: [{ id: 'call', type: 'flow.workflow', params: { workflowId: child } }],
  })
  for (const workflowId of [child, parent]) {
    const path = `/api/v1/workflows/${workflowId}/execute`
    const { body } = await post(path, person, {}, { prefer: 'wait=30' })
    expect(body).toMatchObject({
      status: 'succeeded',
      output: { type: 'application/json', sizeBytes: 9_000_049 },
    })
  }
})

test('a run whose last outputs have the maximum size succeeds with them', async () => {
  const { run } = await ran(three(100_000), null)
  expect(Object.keys(run.output)).toEqual(['a', 'b', 'c'])
  expect(run.output.c.text).toHaveLength(100_000)
})
