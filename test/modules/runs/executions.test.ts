import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { app, call, get, post } from '../../helpers/api.ts'
import { changed, eventually } from '../../helpers/changes.ts'
import { newPerson } from '../../helpers/people.ts'
import { linear, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'

async function started(definition = linear(3), body: unknown = {}, headers: Record<string, string> = {}) {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, definition)
  const answer = await post(`/api/v1/workflows/${workflowId}/execute`, person, body, headers)
  return { person, workflowId, answer }
}

test('a run that ends immediately is answered completely', async () => {
  const { answer } = await started()
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({ status: 'succeeded', progress: 100, trigger: { type: 'manual' } })
  expect(answer.headers.get('location')).toBe(`${RUNS}/${answer.body.id}`)
})

test('a run appears in the list, and is read from its object before', async () => {
  const { person, workflowId, answer } = await started()
  expect((await get(`${RUNS}/${answer.body.id}`, person)).body.nodes).toHaveLength(3)
  await eventually(async () => {
    const list = await get(`/api/v1/workflows/${workflowId}/executions?count=true`, person)
    expect(list.body).toMatchObject({
      total: 1,
      items: [{ id: answer.body.id, status: 'succeeded', progress: 100 }],
    })
  })
})

test('the same key and body is the same run, another body is refused', async () => {
  const { person, workflowId, answer } = await started(
    linear(2),
    { input: { a: 1, b: 2 } },
    { 'idempotency-key': 'once' },
  )
  const path = `/api/v1/workflows/${workflowId}/execute`
  const again = await post(path, person, { input: { b: 2, a: 1 } }, { 'idempotency-key': 'once' })
  expect(again.body.id).toBe(answer.body.id)
  const other = await post(path, person, { input: { a: 2 } }, { 'idempotency-key': 'once' })
  expect([other.status, other.body.code]).toEqual([422, 'idempotency.mismatch'])
})

test('an input that violates the schema is refused with every error', async () => {
  const definition = {
    ...linear(1),
    inputs: { type: 'object', required: ['orderId', 'n'], properties: { n: { type: 'number' } } },
  }
  const { answer } = await started(definition, { input: { n: 'x' } })
  expect(answer.status).toBe(422)
  expect(answer.body.code).toBe('run.invalid_input')
  expect(answer.body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
    '/input/n',
    '/input/orderId',
  ])
})

test('the run of another team is answered like a missing one', async () => {
  const { answer, workflowId } = await started()
  const stranger = await newPerson()
  for (const path of [
    `${RUNS}/${answer.body.id}`,
    `${RUNS}/${answer.body.id}/events`,
    `${RUNS}/${answer.body.id}/nodes/n0`,
  ]) {
    expect((await call('GET', path, { as: stranger, headers: { accept: 'application/json' } })).status).toBe(
      404,
    )
  }
  expect((await post(`/api/v1/workflows/${workflowId}/execute`, stranger, {})).status).toBe(404)
  expect((await post(`${RUNS}/${answer.body.id}/cancel`, stranger, undefined)).status).toBe(404)
})

test('events come as pages and as a stream that ends with the run', async () => {
  const { person, answer } = await started()
  const page = await call('GET', `${RUNS}/${answer.body.id}/events?limit=2`, {
    as: person,
    headers: { accept: 'application/json' },
  })
  expect(page.body.items.map((event: { seq: number }) => event.seq)).toEqual([1, 2])
  const rest = await call('GET', `${RUNS}/${answer.body.id}/events?cursor=${page.body.nextCursor}`, {
    as: person,
    headers: { accept: 'application/json' },
  })
  expect(rest.body.items[0].seq).toBe(3)
  expect(rest.body).toMatchObject({ nextCursor: null, headSeq: rest.body.items.at(-1).seq, ended: true })
  const made = await call('GET', `${RUNS}/${answer.body.id}/events?cursor=WyJzZXEiLCJ4IiwiIl0`, {
    as: person,
    headers: { accept: 'application/json' },
  })
  expect([made.status, made.body.code]).toEqual([400, 'request.invalid_cursor'])
  const stream = await call('GET', `${RUNS}/${answer.body.id}/events`, {
    as: person,
    headers: { 'last-event-id': '2' },
  })
  expect(stream.headers.get('content-type')).toBe('text/event-stream')
  expect(stream.text).toMatch(/^id: 3\n/)
  expect(stream.text).toContain('event: run.succeeded')
  const bad = await call('GET', `${RUNS}/${answer.body.id}/events`, {
    as: person,
    headers: { 'last-event-id': 'zzz' },
  })
  expect([bad.status, bad.body.code]).toEqual([400, 'request.malformed'])
})

test('a retry keeps successful outcomes and a rerun starts again', async () => {
  const definition = {
    nodes: [
      { id: 'a', type: 'data.set', params: { values: { n: '{{ input.n }}' } } },
      { id: 'b', type: 'data.set', params: { values: { n: '{{ nodes.a.n.missing.deep }}' } } },
    ],
    edges: [{ from: 'a', to: 'b' }],
  }
  const { person, answer } = await started(definition, { input: { n: 1 } })
  expect(answer.body).toMatchObject({ status: 'failed', error: { code: 'expression.type' } })
  const retry = await post(`${RUNS}/${answer.body.id}/retry`, person, undefined)
  expect(retry.body).toMatchObject({
    status: 'failed',
    parentRunId: answer.body.id,
    trigger: { type: 'retry' },
  })
  expect(retry.body.nodes.find((node: { id: string }) => node.id === 'a').startedAt).toBe(
    answer.body.nodes.find((node: { id: string }) => node.id === 'a').startedAt,
  )
  const rerun = await post(`${RUNS}/${answer.body.id}/rerun`, person, {
    input: { n: { missing: { deep: 5 } } },
  })
  expect(rerun.body).toMatchObject({ status: 'succeeded', output: { n: 5 } })
})

test('a deleted run is gone, also from the list', async () => {
  const { person, workflowId, answer } = await started()
  expect((await call('DELETE', `${RUNS}/${answer.body.id}`, { as: person })).status).toBe(204)
  expect((await get(`${RUNS}/${answer.body.id}`, person)).status).toBe(404)
  const row = await env.DB.prepare('SELECT deleted_at FROM runs WHERE id = ?')
    .bind(answer.body.id)
    .first<{ deleted_at: number }>()
  expect(row?.deleted_at).toBeGreaterThan(0)
  expect((await get(`/api/v1/workflows/${workflowId}/executions`, person)).body.items).toEqual([])
})

test('many runs are started and rerun in one call, answered in order', async () => {
  const { person, workflowId } = await started()
  const batch = await post('/api/v1/workflows/batch/execute', person, {
    items: [{ workflowId }, { workflowId: 'wf_none' }, { workflowId }],
  })
  expect(batch.body.results.map((result: { ok: boolean }) => result.ok)).toEqual([true, false, true])
  const ids = [batch.body.results[0].id, batch.body.results[2].id]
  const rerun = await post(`${RUNS}/bulk/rerun`, person, { ids })
  expect(rerun.body.results.map((result: { ok: boolean }) => result.ok)).toEqual([true, true])
})

test('a socket gets every event in order, each once, and is notified when it is live', async () => {
  const { person, answer } = await started(linear(20))
  const ctx = createExecutionContext()
  const request = new Request(`http://orrery.test${RUNS}/${answer.body.id}/ws?afterSeq=3`, {
    headers: {
      upgrade: 'websocket',
      authorization: `Bearer ${person.token}`,
      'sec-websocket-protocol': 'orrery.v1',
    },
  })
  const response = await app.fetch(request, env, ctx)
  expect(response.status).toBe(101)
  const frames: { type: string; seq?: number; event?: { type: string } }[] = []
  response.webSocket?.addEventListener('message', (message) => {
    frames.push(JSON.parse(message.data as string))
    changed()
  })
  response.webSocket?.accept()
  await eventually(() => expect(frames.at(-1)?.type).toBe('subscribed'))
  const seqs = frames.slice(0, -1).map((frame) => frame.seq ?? 0)
  expect(seqs).toEqual(seqs.map((_, i) => i + 4))
  expect(frames.at(-2)?.event?.type).toBe('run.succeeded')
  response.webSocket?.close()
})

test('the key of a deleted run cannot be used again', async () => {
  const { person, workflowId, answer } = await started(linear(1), {}, { 'idempotency-key': 'gone' })
  await call('DELETE', `${RUNS}/${answer.body.id}`, { as: person })
  const again = await post(
    `/api/v1/workflows/${workflowId}/execute`,
    person,
    {},
    { 'idempotency-key': 'gone' },
  )
  expect([again.status, again.body.code]).toEqual([409, 'resource.conflict'])
})

test('runs count for the month of the team, each once, and end at the limit of the plan', async () => {
  const person = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const path = `/api/v1/workflows/${workflowId}/execute`
  const run = await post(path, person, {})
  const period = new Date().toISOString().slice(0, 7)
  const counted = () =>
    env.DB.prepare("SELECT value FROM usage_counters WHERE team_id = ? AND period = ? AND metric = 'runs'")
      .bind(person.teamId, period)
      .first<{ value: number }>()
  await eventually(async () => expect(await counted()).toEqual({ value: 1 }))
  await runOf(run.body.id).report()
  expect(await counted()).toEqual({ value: 1 })
  await env.DB.prepare("UPDATE usage_counters SET value = 10000 WHERE team_id = ? AND metric = 'runs'")
    .bind(person.teamId)
    .run()
  const refused = await post(path, person, {})
  expect([refused.status, refused.body.code]).toEqual([402, 'plan.limit_reached'])
})

test('a rerun is checked against the schema of its input, and its key against its body', async () => {
  const definition = {
    ...linear(1),
    inputs: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } },
  }
  const { person, answer } = await started(definition, { input: { n: 1 } })
  const path = `${RUNS}/${answer.body.id}/rerun`
  expect((await post(path, person, { input: { nope: 1 } })).body.code).toBe('run.invalid_input')
  const first = await post(path, person, { input: { n: 2 } }, { 'idempotency-key': 'again' })
  expect((await post(path, person, { input: { n: 2 } }, { 'idempotency-key': 'again' })).body.id).toBe(
    first.body.id,
  )
  expect((await post(path, person, { input: { n: 3 } }, { 'idempotency-key': 'again' })).body.code).toBe(
    'idempotency.mismatch',
  )
  const bulk = () =>
    post(`${RUNS}/bulk/rerun`, person, { ids: [answer.body.id] }, { 'idempotency-key': 'bulk' })
  expect((await bulk()).body.results[0].id).toBe((await bulk()).body.results[0].id)
})

test('mocks replace nodes, mark the run, and must name existing nodes', async () => {
  const { person, workflowId, answer } = await started(linear(2), {
    mocks: { n1: { output: { stood: 'in' } } },
  })
  expect(answer.body).toMatchObject({
    status: 'succeeded',
    output: { stood: 'in' },
    trigger: { mocked: ['n1'] },
  })
  const unknown = await post(`/api/v1/workflows/${workflowId}/execute`, person, {
    mocks: { nope: { output: 1 } },
  })
  expect([unknown.status, unknown.body.errors[0].path]).toEqual([422, '/mocks/nope'])
})

test('a missing input is an empty object if an object is allowed; null that was sent stays null', async () => {
  const definition = { ...linear(1), output: '{{ { got: input, no: input?.no?.x ?? 1 } }}' }
  const { person, workflowId, answer } = await started(definition)
  expect([answer.body.input, answer.body.output]).toEqual([{}, { got: {}, no: 1 }])
  const sent = await post(`/api/v1/workflows/${workflowId}/execute`, person, { input: null })
  expect([sent.body.input, sent.body.output.got]).toEqual([null, null])
  const object = { ...linear(1), inputs: { type: 'object', properties: { n: { default: 3 } } } }
  const made = await started(object)
  expect(made.answer.body.input).toEqual({ n: 3 })
  const again = await post(`/api/v1/workflows/${made.workflowId}/execute`, made.person, { input: null })
  expect([again.status, again.body.code]).toEqual([422, 'run.invalid_input'])
  const list = await started({ ...linear(1), inputs: { type: ['array', 'null'] } })
  expect(list.answer.body.input).toBe(null)
  const plan = await post(`/api/v1/workflows/${workflowId}/plan`, person, {})
  expect(plan.body.output.got).toEqual({})
})

test('a node to start from must exist', async () => {
  const definition = { ...linear(1), nodes: [...linear(1).nodes, { id: 'free', type: 'flow.noop' }] }
  Object.assign(definition.nodes[0] as object, { undo: 'free' })
  const { person, workflowId, answer } = await started(definition)
  for (const verb of ['execute', 'plan']) {
    for (const entry of ['zz', 'free']) {
      const { status, body } = await post(`/api/v1/workflows/${workflowId}/${verb}`, person, { entry })
      expect([status, body.errors[0].path]).toEqual([422, '/entry'])
    }
  }
  const rerun = await post(`${RUNS}/${answer.body.id}/rerun`, person, { from: 'zz' })
  expect([rerun.status, rerun.body.errors[0].path]).toEqual([422, '/from'])
})

test('a mock without a valid port starts nothing', async () => {
  const definition = {
    nodes: [
      { id: 'ask', type: 'flow.approval', params: { title: 'May I?' } },
      { id: 'if', type: 'flow.if', params: { condition: true } },
      { id: 'each', type: 'flow.group', params: { body: { nodes: [{ id: 'in', type: 'flow.noop' }] } } },
    ],
    edges: [],
  }
  const { person, workflowId, answer } = await started(definition, {
    mocks: {
      ask: { output: { decision: 'maybe' } },
      if: { port: 'maybe' },
      each: { output: 1 },
      in: { output: 1 },
    },
  })
  expect(answer.status).toBe(422)
  expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
    '/mocks/ask/port',
    '/mocks/if/port',
    '/mocks/each',
  ])
  expect(answer.body.errors[0].message).toContain('"approved", "rejected", "timeout"')
  const both = { mocks: { ask: { error: 'x', port: 'approved' } } }
  expect((await post(`/api/v1/workflows/${workflowId}/execute`, person, both)).status).toBe(422)
  const plan = await post(`/api/v1/workflows/${workflowId}/plan`, person, { mocks: { ask: {} } })
  expect([plan.status, plan.body.errors[0].path]).toEqual([422, '/mocks/ask/port'])
})

test('a failed run with outputs that do not fit into one answer can be retried with all of them', async () => {
  const big = (id: string) => ({
    id,
    type: 'data.set',
    params: { values: { v: "{{ 'y'.repeat(7000000) }}" } },
  })
  const definition = {
    nodes: [
      ...['a', 'b', 'c', 'd', 'e', 'f'].map(big),
      { id: 'no', type: 'flow.fail', params: { message: 'as configured' } },
    ],
    edges: ['a', 'b', 'c', 'd', 'e', 'f'].map((from) => ({ from, to: 'no' })),
  }
  // Each of these outputs has its own turn.
  const { person, answer } = await started(definition, {}, { prefer: 'wait=30' })
  expect(answer.body.status).toBe('failed')
  const retry = await call('POST', `${RUNS}/${answer.body.id}/retry`, {
    as: person,
    headers: { prefer: 'wait=30' },
  })
  expect(retry.body).toMatchObject({ status: 'failed', error: { message: 'as configured' } })
  const output = await get(`${RUNS}/${retry.body.id}/nodes/f/output`, person)
  expect(output.body.v).toHaveLength(7_000_000)
})

test('a start and a rerun need no body', async () => {
  const { person, workflowId, answer } = await started(linear(1))
  for (const path of [`/api/v1/workflows/${workflowId}/execute`, `${RUNS}/${answer.body.id}/rerun`]) {
    const { status, body } = await call('POST', path, { as: person })
    expect([status, body.status]).toEqual([200, 'succeeded'])
  }
})

test.each(['retry', 'rerun'])('%s waits for the result if the request prefers it', async (verb) => {
  const params = { title: 'Now?', timeoutMs: 150, onTimeout: 'fail' }
  const definition = { nodes: [{ id: 'ask', type: 'flow.approval', params }] }
  const { person, answer } = await started(definition, {}, { prefer: 'wait=10' })
  expect(answer.body.status).toBe('failed')
  const followed = await call('POST', `${RUNS}/${answer.body.id}/${verb}`, {
    as: person,
    headers: { prefer: 'wait=10' },
  })
  expect([followed.status, followed.body.status]).toEqual([200, 'failed'])
})

test('an unknown version in a batch is not reported as an unknown workflow', async () => {
  const { person, workflowId } = await started(linear(1))
  const items = [{ workflowId, version: 99 }, { workflowId: 'wf_01k0000000000000000000000' }]
  const { body } = await post('/api/v1/workflows/batch/execute', person, { items })
  expect(body.results.map((result: { error: { code: string } }) => result.error.code)).toEqual([
    'request.invalid',
    'resource.not_found',
  ])
  expect(body.results[0].error.message).toContain('version')
})

test('a node is shown with each of its attempts: the times and the error', async () => {
  const retry = { attempts: 3, delayMs: 1 }
  const url = `${inject('httpTarget')}/status/503`
  const definition = {
    nodes: [
      { id: 'pure', type: 'data.set', params: { values: { a: 1 } } },
      { id: 'call', type: 'http.request', params: { url }, retry, onError: 'continue' },
      { id: 'ask', type: 'flow.approval', params: { title: 'Now?', timeoutMs: 20, onTimeout: 'fail' } },
    ],
    edges: [
      { from: 'pure', to: 'call' },
      { from: 'call', to: 'ask' },
    ],
  }
  const { person, answer } = await started(definition, {}, { prefer: 'wait=10' })
  const tries = async (path: string) =>
    (await get(`${RUNS}/${answer.body.id}/nodes/${path}`, person)).body.attempts
  const calls = await tries('call')
  expect(calls).toMatchObject([1, 2, 3].map((attempt) => ({ attempt, error: { code: 'http.status' } })))
  for (const { startedAt, finishedAt } of calls) expect(startedAt <= finishedAt).toBe(true)
  expect(await tries('ask')).toMatchObject([{ attempt: 1, error: { code: 'approval.timeout' } }])
  expect(await tries('pure')).toMatchObject([{ attempt: 1, error: null, finishedAt: expect.any(String) }])
})

test('a computed item is shown with its own input, output and error', async () => {
  const definition = {
    nodes: [
      {
        id: 'map',
        type: 'data.set',
        each: { items: '{{ input }}', onItemError: 'collect' },
        params: { values: { twice: '{{ item.n * 2 }}' } },
      },
    ],
  }
  const { person, answer } = await started(definition, { input: [{ n: 1 }, null, { n: 3 }] })
  const read = async (path: string) => get(`${RUNS}/${answer.body.id}/nodes/${path}`, person)
  expect((await read('map:2')).body).toMatchObject({
    path: 'map:2',
    status: 'succeeded',
    input: { values: { twice: 6 } },
    output: { twice: 6 },
  })
  expect((await read('map:1')).body).toMatchObject({ status: 'failed', output: null, error: {} })
  expect((await read('map')).body.input).toEqual({ items: [{ n: 1 }, null, { n: 3 }] })
  for (const path of ['map:3', 'map:02', 'map:x', 'gone:0']) expect((await read(path)).status).toBe(404)
})
