import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { nodeOf } from '../../../src/nodes/registry.ts'
import { lose } from '../../chaos/support/drive.ts'
import { sqlOf } from '../../durable-objects/support/poison.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson } from '../../helpers/people.ts'
import { runOf, start } from '../../helpers/runs.ts'
import { create, WORKFLOWS } from './workflows.ts'

const definition = {
  inputs: {
    type: 'object',
    required: ['total'],
    properties: { total: { type: 'number' }, country: { type: 'string', default: 'de' } },
  },
  nodes: [
    {
      id: 'read',
      type: 'data.set',
      params: { values: { total: '{{ input.total * 2 }}', at: '{{ input.country }}' } },
    },
    { id: 'big', type: 'flow.if', params: { condition: '{{ nodes.read.total > vars.limit }}' } },
    { id: 'call', type: 'http.request', params: { url: 'https://example.com/{{ nodes.read.total }}' } },
    { id: 'small', type: 'flow.noop' },
    { id: 'checked', type: 'flow.if', params: { condition: '{{ nodes.call.body.ok }}' } },
    { id: 'yes', type: 'flow.noop' },
    { id: 'no', type: 'flow.noop' },
    { id: 'end', type: 'data.set', params: { values: { done: true } } },
  ],
  edges: [
    { from: 'read', to: 'big' },
    { from: 'big', to: 'call', port: 'true' },
    { from: 'big', to: 'small', port: 'false' },
    { from: 'call', to: 'checked' },
    { from: 'checked', to: 'yes', port: 'true' },
    { from: 'checked', to: 'no', port: 'false' },
    { from: 'small', to: 'end' },
    { from: 'call', to: 'end' },
  ],
  output: '{{ nodes.read.total }}',
}

async function planned(body: Record<string, unknown>) {
  const person = await newPerson()
  const made = await create(person, { definition })
  await env.DB.prepare(
    "INSERT INTO team_variables (team_id, name, value, updated_by, updated_at) VALUES (?, 'limit', '100', 'u', 0)",
  )
    .bind(person.teamId)
    .run()
  const { status, body: plan } = await post(`${WORKFLOWS}/${made.body.id}/plan`, person, body)
  expect(status).toBe(200)
  const verdicts = Object.fromEntries(plan.nodes.map((node: any) => [node.id, node.verdict]))
  const nodes = Object.fromEntries(plan.nodes.map((node: any) => [node.id, node]))
  return { person, plan, verdicts, nodes }
}

test('a dry run shows what would run, evaluates what it can, and leaves open what an effect decides', async () => {
  const { person, plan, verdicts, nodes } = await planned({ input: { total: 100 } })
  expect(plan).toMatchObject({ valid: true, workflowVersion: 1, inputProblems: [], output: 200 })
  expect(verdicts).toEqual({
    read: 'runs',
    big: 'runs',
    call: 'runs',
    small: 'skipped',
    checked: 'runs',
    yes: 'depends',
    no: 'depends',
    end: 'runs',
  })
  expect(nodes.read).toMatchObject({ output: { total: 200, at: 'de' }, effect: false })
  expect(nodes.call).toMatchObject({ effect: true, params: { url: 'https://example.com/200' } })
  expect(nodes.checked).toMatchObject({ unresolved: ['condition'], port: null })
  expect((await get(`${WORKFLOWS}/executions`, person)).body.items).toEqual([])
})

test('other input takes the other branch, and a mock decides what was open', async () => {
  expect((await planned({ input: { total: 1 } })).verdicts).toMatchObject({
    call: 'skipped',
    small: 'runs',
    yes: 'skipped',
  })
  const mocks = { call: { output: { body: { ok: false } } } }
  expect((await planned({ input: { total: 100 }, mocks })).verdicts).toMatchObject({
    yes: 'skipped',
    no: 'runs',
  })
})

const SWITCH = {
  cases: [
    { port: 'big', when: '{{ input.x > 10 }}' },
    { port: 'small', when: '{{ input.x > 0 }}' },
  ],
}
const IF = { condition: '{{ input.x > 5 }}' }

test.each([
  ['flow.approval', { title: 'May I?' }, { output: { decision: 'approved' } }, ['approved']],
  ['flow.approval', { title: 'May I?' }, { output: { decision: 'reject' } }, ['rejected']],
  ['flow.approval', { title: 'May I?' }, { port: 'timeout' }, ['timeout']],
  ['flow.waitForEvent', { name: 'paid' }, { output: { total: 5 } }, ['main']],
  ['flow.waitForEvent', { name: 'paid' }, { port: 'timeout', output: null }, ['timeout']],
  ['flow.if', IF, { output: 1 }, ['true']],
  ['flow.if', { condition: '{{ input.x > 50 }}' }, {}, ['false']],
  ['flow.if', IF, { port: 'false' }, ['false']],
  ['flow.switch', SWITCH, { output: { y: 1 } }, ['small']],
  ['flow.switch', SWITCH, { port: 'big' }, ['big']],
  ['http.request', { url: 'https://example.com' }, { output: { body: 1 } }, ['main']],
  ['flow.if', { condition: '{{ input.a.b }}' }, { output: 1 }, 'fails'],
  ['http.request', { url: 'https://example.com' }, { error: 'down' }, 'fails'],
] as const)(
  'a mock of %s with %j and %j continues in the same way in a run and in a dry run',
  async (type, params, mock, ports) => {
    const all = ['approved', 'rejected', 'timeout', 'main', 'true', 'false', 'big', 'small']
    const offered = new Set<string>(nodeOf(type)?.ports(params))
    const behind = all.filter((port) => offered.has(port))
    const mocked = {
      nodes: [{ id: 'it', type, params }, ...behind.map((id) => ({ id, type: 'flow.noop' }))],
      edges: behind.map((port) => ({ from: 'it', to: port, port })),
    }
    const mocks = { it: mock } as Record<string, { output?: Json; port?: string; error?: Json }>
    const { nodes: steps, verdicts } = await planned({ definition: mocked, mocks, input: { x: 7 } })
    const run = await start(mocked, { input: { x: 7 }, mocks })
    const ran = new Map(run.nodes?.map(({ id, status }) => [id, status]))
    if (ports === 'fails') {
      expect([verdicts.it, run.status]).toEqual(['fails', 'failed'])
      expect(run.error).toMatchObject({ message: steps.it.error.message })
      return
    }
    expect(behind.filter((id) => ran.get(id) === 'succeeded')).toEqual(ports)
    expect(behind.filter((id) => verdicts[id] === 'runs')).toEqual(ports)
    expect(steps.it.output).toEqual('output' in mock ? mock.output : null)
  },
)

test('a mock replaces each item of an each, in a run and in a dry run', async () => {
  const each = { items: [1, 2] }
  const mocked = {
    nodes: [{ id: 'it', type: 'http.request', params: { url: 'https://example.com' }, each }],
    output: '{{ nodes.it }}',
  }
  const mocks = { it: { output: { ok: true } } }
  const { plan } = await planned({ definition: mocked, mocks })
  const run = await start(mocked, { mocks })
  expect([plan.output, run.output]).toEqual(Array(2).fill([{ ok: true }, { ok: true }]))
})

test('errors of the input, or of a definition in the request, are reported', async () => {
  expect((await planned({ input: {} })).plan.inputProblems).toEqual([
    expect.objectContaining({ path: '/input/total', code: 'required' }),
  ])
  const { plan } = await planned({ definition: { nodes: [{ id: 'a', type: 'nope' }] } })
  expect(plan).toMatchObject({ valid: false, workflowVersion: null, nodes: [] })
})

test('an unhandled failure is predicted, and nothing runs after it', async () => {
  const nodes = [
    { id: 'fail', type: 'flow.fail', params: { message: 'No' } },
    { id: 'after', type: 'flow.noop' },
  ]
  const edges = [{ from: 'fail', to: 'after' }]
  const { nodes: steps } = await planned({ definition: { nodes, edges } })
  expect([steps.fail.verdict, steps.fail.error.message, steps.after.verdict]).toEqual([
    'fails',
    'No',
    'skipped',
  ])
  const handled = [{ ...nodes[0], onError: 'continue' }, nodes[1]]
  const { verdicts } = await planned({ definition: { nodes: handled, edges } })
  expect(verdicts).toEqual({ fail: 'runs', after: 'runs' })
})

test('a dry run of pure nodes agrees with the run', async () => {
  const pure = {
    nodes: [
      { id: 'a', type: 'data.map', params: { items: '{{ input }}', value: '{{ item * index }}' } },
      {
        id: 'b',
        type: 'flow.switch',
        params: { cases: [{ port: 'x', when: '{{ prev.length > 2 }}' }], default: 'y' },
      },
      { id: 'c', type: 'data.set', params: { values: { first: '{{ prev[0] }}' } } },
      { id: 'd', type: 'flow.noop' },
      { id: 'm', type: 'flow.merge' },
      { id: 'off', type: 'data.set', disabled: true, params: { values: { never: 1 } } },
    ],
    edges: [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c', port: 'x' },
      { from: 'b', to: 'd', port: 'y' },
      { from: 'c', to: 'm' },
      { from: 'd', to: 'm' },
      { from: 'm', to: 'off' },
    ],
    output: '{{ nodes.off }}',
  }
  for (const input of [[5, 6, 7], [5]]) {
    const { plan, verdicts } = await planned({ definition: pure, input })
    const { id } = await start(pure, { input })
    const run = await runOf(id).view({ nodes: true, output: true })
    const ran = (run?.nodes ?? []).map(({ id: node, status }) => [
      node,
      status === 'succeeded' ? 'runs' : status,
    ])
    expect(plan.output).toEqual(run?.output)
    expect(verdicts).toEqual(Object.fromEntries(ran))
  }
})

test('metrics count the runs of the workflow by status and day, with percentiles and cost', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  const now = clock.now()
  const insert = (i: number, status: string, durationMs: number | null, ageDays = 0) =>
    env.DB.prepare(
      `INSERT INTO runs (id, team_id, workflow_id, workflow_version, workflow_name, status, trigger_type, seq, cost_micro_usd, created_at, duration_ms)
       VALUES (?, ?, ?, 1, 'x', ?, 'manual', 1, 250000, ?, ?)`,
    ).bind(
      `run_m${person.teamId.slice(5)}${i}`,
      person.teamId,
      body.id,
      status,
      now - ageDays * 86_400_000,
      durationMs,
    )
  await env.DB.batch([
    ...Array.from({ length: 19 }, (_, i) => insert(i, 'succeeded', (i + 1) * 10)),
    insert(19, 'failed', 1_000),
    insert(20, 'running', null),
    insert(21, 'cancelled', 5),
    insert(22, 'succeeded', 7, 60),
  ])
  const metrics = await get(`${WORKFLOWS}/${body.id}/metrics?days=7`, person)
  expect(metrics.body).toMatchObject({
    runs: 22,
    succeeded: 19,
    failed: 1,
    cancelled: 1,
    open: 1,
    successRate: 0.95,
    durationMs: { p50: 100, p95: 190 },
    costUsd: 5.5,
    byStatus: { succeeded: 19, failed: 1, running: 1, cancelled: 1 },
    perDay: [{ day: new Date(now).toISOString().slice(0, 10), runs: 22 }],
    perNode: [],
  })
  expect((await get(`${WORKFLOWS}/${body.id}/metrics?days=90`, person)).body.runs).toBe(23)
  expect((await get(`${WORKFLOWS}/${body.id}/metrics?nodes=5`, person)).body.perNode).toEqual([])
})

/** Runs use the real clock, the days of metrics that of the app, which other tests have moved. */
const countToday = (workflowId: string): Promise<unknown> =>
  env.DB.prepare('UPDATE runs SET created_at = ?2 WHERE workflow_id = ?1').bind(workflowId, clock.now()).run()

test('metrics of nodes are those of the newest runs', async () => {
  const person = await newPerson()
  const failing = {
    nodes: [
      { id: 'a', type: 'flow.noop' },
      { id: 'b', type: 'flow.fail', params: { message: 'No' } },
    ],
    edges: [{ from: 'a', to: 'b' }],
  }
  const { body } = await create(person, { definition: failing })
  for (let i = 0; i < 2; i++) await post(`${WORKFLOWS}/${body.id}/execute`, person, {}, { prefer: 'wait=5' })
  await eventually(async () => {
    await countToday(body.id)
    const metrics = await get(`${WORKFLOWS}/${body.id}/metrics?nodes=5`, person)
    expect(metrics.body).toMatchObject({ runs: 2, failed: 2, successRate: 0 })
    expect(metrics.body.perNode).toMatchObject([
      { id: 'a', type: 'flow.noop', runs: 2, succeeded: 2, failed: 0 },
      { id: 'b', type: 'flow.fail', runs: 2, succeeded: 0, failed: 2 },
    ])
    expect(metrics.body.perNodeRuns).toBe(2)
  })
})

test('metrics of nodes leave out a run whose object does not answer', async () => {
  const person = await newPerson()
  const { body } = await create(person, { definition: { nodes: [{ id: 'a', type: 'flow.noop' }] } })
  const ids: string[] = []
  for (let i = 0; i < 2; i++) {
    const run = await post(`${WORKFLOWS}/${body.id}/execute`, person, {}, { prefer: 'wait=5' })
    ids.push(run.body.id)
  }
  // A run that cannot be read reports nothing more.
  await eventually(async () => {
    const find = "SELECT count(*) AS n FROM runs WHERE workflow_id = ? AND status = 'succeeded'"
    expect(await env.DB.prepare(find).bind(body.id).first()).toEqual({ n: 2 })
  })
  await sqlOf(ids[0] ?? '', (sql) => sql.exec("UPDATE runs SET body = '{' WHERE id = ?", ids[0]).toArray())
  await lose(ids[0] ?? '')
  await eventually(async () => {
    await countToday(body.id)
    const metrics = await get(`${WORKFLOWS}/${body.id}/metrics?nodes=5`, person)
    expect(metrics.body).toMatchObject({ runs: 2, perNodeRuns: 1, perNode: [{ id: 'a', runs: 1 }] })
  })
})

test('the node types have the JSON Schema of their parameters', async () => {
  const { body } = await get(`${WORKFLOWS}/node-types`, await newPerson())
  const request = body.items.find((item: { type: string }) => item.type === 'http.request')
  expect(request.params.properties.url).toBeDefined()
})
