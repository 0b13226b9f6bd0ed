// A workflow or a variable is fixed, and its runs continue.
import { expect, inject, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson } from '../../helpers/people.ts'
import type { Definition } from '../../helpers/runs.ts'
import { reported } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'
type Person = Awaited<ReturnType<typeof newPerson>>
type Ended = { status: number; body: { id: string; status: string; [more: string]: unknown } }

const urlOf = (name: string, query = '') => `${inject('httpTarget')}/flaky/${name}${query}`
const seenAt = async (name: string): Promise<{ key: string; body: string }[]> =>
  (await (await fetch(`${inject('httpTarget')}/seen/${name}`)).json()) as { key: string; body: string }[]

/** `a` makes a call, `b` another with its own text. `how` decides whether that succeeds. */
const two = (name: string, { word = 'first', how = 400, first = {} } = {}): Definition => ({
  nodes: [
    { id: 'a', type: 'http.request', params: { method: 'POST', url: urlOf(`${name}-a`), ...first } },
    {
      id: 'b',
      type: 'http.request',
      params: { method: 'POST', url: urlOf(`${name}-b`, `?failures=1&how=${how}`), body: word },
    },
  ],
  edges: [{ from: 'a', to: 'b' }],
  output: '{{ nodes.b.status }}',
})

const change = async (person: Person, id: string, definition: Definition): Promise<void> => {
  const { status } = await call('PUT', `/api/v1/workflows/${id}`, { as: person, body: { definition } })
  expect(status).toBe(200)
}

const setVariable = async (person: Person, name: string, value: unknown): Promise<void> => {
  const path = `/api/v1/workflows/variables/${name}`
  expect((await call('PUT', path, { as: person, body: { value } })).status).toBeLessThan(300)
}

const start = (person: Person, id: string): Promise<Ended> =>
  post(`/api/v1/workflows/${id}/execute`, person, {}, { prefer: 'wait=10' }) as never

const follow = (person: Person, runId: string, verb: 'retry' | 'rerun', body: unknown = {}): Promise<Ended> =>
  post(`${RUNS}/${runId}/${verb}`, person, body, { prefer: 'wait=10' }) as never

test('a retry uses the fixed version: successful outcomes are kept, and the fixed call has a new key', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, two(name))
  const { body: run } = await start(person, id)
  expect(run).toMatchObject({ status: 'failed', workflowVersion: 1 })
  await change(person, id, two(name, { word: 'mended' }))
  const retry = await follow(person, run.id, 'retry')
  expect(retry.body).toMatchObject({ status: 'succeeded', output: 200, workflowVersion: 2 })
  expect(await seenAt(`${name}-a`)).toHaveLength(1)
  const sent = await seenAt(`${name}-b`)
  expect(sent.map(({ body }) => body)).toEqual(['first', 'mended'])
  expect(sent.map(({ key }) => key)).toEqual([
    `${run.id}:b`,
    expect.stringMatching(new RegExp(`^${run.id}:b=[0-9a-f]{16}$`)),
  ])
})

test('an unchanged call keeps its key, from retry to retry', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const definition = two(name)
  definition.nodes[1] = {
    ...definition.nodes[1],
    params: {
      method: 'POST',
      url: urlOf(`${name}-b`, '?failures=3&how=400'),
      body: { word: '{{ vars.word }}', at: '{{ now }}' },
    },
  }
  await setVariable(person, 'word', 'one')
  const id = await newWorkflow(person.teamId, definition)
  const { body: first } = await start(person, id)
  const { body: second } = await follow(person, first.id, 'retry')
  await setVariable(person, 'word', 'two')
  const { body: third } = await follow(person, second.id, 'retry')
  const { body: fourth } = await follow(person, third.id, 'retry')
  expect(fourth.status).toBe('succeeded')
  const keys = (await seenAt(`${name}-b`)).map(({ key }) => key)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
  expect(keys[3]).toBe(keys[2])
  const bodies = (await seenAt(`${name}-b`)).map(
    ({ body }) => JSON.parse(body) as { word: string; at: number },
  )
  expect(bodies.map(({ word }) => word)).toEqual(['one', 'one', 'two', 'two'])
  expect(new Set(bodies.map(({ at }) => at)).size).toBe(1)
})

test('the original version is used on request, with the current variables', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  await setVariable(person, 'word', 'one')
  const id = await newWorkflow(person.teamId, two(name, { word: '{{ vars.word }}' }))
  const { body: run } = await start(person, id)
  await change(person, id, two(name, { word: 'other' }))
  await setVariable(person, 'word', 'two')
  const retry = await follow(person, run.id, 'retry', { version: 'original' })
  expect(retry.body).toMatchObject({ status: 'succeeded', workflowVersion: 1 })
  expect((await seenAt(`${name}-b`)).map(({ body }) => body)).toEqual(['one', 'two'])
})

test('a rerun uses the current version unless another is given', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, { nodes: [{ id: 'a', type: 'flow.noop' }], output: 1 })
  const { body: run } = await start(person, id)
  await change(person, id, { nodes: [{ id: 'a', type: 'flow.noop' }], output: name })
  const outputs: unknown[] = []
  for (const version of [undefined, 'current', 'original', 1, 2])
    outputs.push(
      (await follow(person, run.id, 'rerun', version === undefined ? {} : { version })).body.output,
    )
  expect(outputs).toEqual([name, name, 1, 1, name])
  expect((await follow(person, run.id, 'rerun', { version: 9 })).status).toBe(404)
  expect((await follow(person, run.id, 'rerun', { version: 'newest' })).status).toBe(422)
})

test('a kept node that was changed in the current version is reported, with the node and a way to continue', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, two(name))
  const { body: run } = await start(person, id)
  await change(person, id, two(name, { word: 'mended', first: { body: 'changed' } }))
  const refused = await follow(person, run.id, 'retry')
  expect(refused.status).toBe(422)
  expect(refused.body).toMatchObject({
    code: 'run.changed_nodes',
    detail: expect.stringContaining('"version": "original"'),
    errors: [{ nodeId: 'a', code: 'rerun.node_changed' }],
  })
  // Nothing was started, so a retry is still possible.
  expect((await follow(person, run.id, 'retry', { version: 'original' })).body.status).toBe('succeeded')
})

test('a node that was moved into a loop counts as changed', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, two(name))
  const { body: run } = await start(person, id)
  const looped = two(name, { word: 'mended' })
  looped.nodes.push({ id: 'again', type: 'flow.if', params: { condition: '{{ nodes.b.status > 900 }}' } })
  looped.edges?.push({ from: 'b', to: 'again' }, { from: 'again', to: 'a', port: 'true', back: true })
  await change(person, id, looped)
  expect((await follow(person, run.id, 'retry')).body).toMatchObject({ errors: [{ nodeId: 'a' }] })
})

test('a fixed sub-workflow is used in its current version', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, two(name))
  const id = await newWorkflow(person.teamId, {
    nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId: child } }],
  })
  const { body: run } = await start(person, id)
  expect(run.status).toBe('failed')
  await change(person, child, two(name, { word: 'mended' }))
  const retry = await follow(person, run.id, 'retry')
  expect(retry.body).toMatchObject({ status: 'succeeded', output: 200 })
  expect(await seenAt(`${name}-a`)).toHaveLength(1)
  expect((await seenAt(`${name}-b`)).map(({ body }) => body)).toEqual(['first', 'mended'])
})

test('a retry of a run of the draft uses its draft', async () => {
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  const definition = { nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'of the draft' } }] }
  await call('PUT', `/api/v1/workflows/${id}/draft`, { as: person, body: { definition } })
  const run = await post(`/api/v1/workflows/${id}/execute`, person, { draft: true }, { prefer: 'wait=10' })
  const retry = await follow(person, run.body.id, 'retry')
  expect(retry.body).toMatchObject({
    workflowVersion: 0,
    error: { message: 'of the draft' },
    trigger: { draft: true },
  })
})

test('a run of a deleted workflow is retried as it was', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, two(name))
  const { body: run } = await start(person, id)
  expect((await call('DELETE', `/api/v1/workflows/${id}`, { as: person })).status).toBe(204)
  expect((await follow(person, run.id, 'retry', { version: 'current' })).status).toBe(404)
  expect((await follow(person, run.id, 'retry')).body.status).toBe('succeeded')
})

/** Ended runs of one workflow, in the index. */
async function failed(person: Person, count: number, code = 'order.none') {
  const id = await newWorkflow(person.teamId, {
    nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no', code } }],
  })
  const runs: string[] = []
  for (let at = 0; at < count; at++) {
    const tags = [`batch-${at % 2}`]
    runs.push(
      (await post(`/api/v1/workflows/${id}/execute`, person, { tags }, { prefer: 'wait=10' })).body.id,
    )
  }
  await reported(...runs)
  return { id, runs }
}

test('many runs are rerun page by page, each result names its run, and none is rerun twice', async () => {
  const person = await newPerson()
  const { id, runs } = await failed(person, 3)
  const filter = { workflowId: id }
  const first = await post(`${RUNS}/bulk/rerun`, person, { filter, limit: 2 })
  expect(first.body.results).toMatchObject([
    { ok: true, original: runs[2], status: 'failed' },
    { ok: true, original: runs[1], status: 'failed' },
  ])
  expect(first.body.results[0].id).not.toBe(runs[2])
  const second = await post(`${RUNS}/bulk/rerun`, person, { filter, limit: 2, cursor: first.body.nextCursor })
  expect(second.body).toMatchObject({ results: [{ ok: true, original: runs[0] }], nextCursor: null })
  const again = await post(`${RUNS}/bulk/rerun`, person, { ids: runs })
  expect(again.body.results).toMatchObject(
    runs.map((original) => ({
      ok: false,
      original,
      error: { code: 'run.rerun', resourceId: expect.any(String) },
    })),
  )
  const wanted = await post(`${RUNS}/bulk/rerun`, person, { ids: [runs[0]], onlyLatest: false })
  expect(wanted.body.results).toMatchObject([{ ok: true, original: runs[0] }])
})

test('the filter of a bulk route skips runs that were rerun or retried already', async () => {
  const person = await newPerson()
  const { id, runs } = await failed(person, 2)
  await post(`${RUNS}/bulk/retry`, person, { ids: [runs[0]] })
  await eventually(async () =>
    expect((await get(`${RUNS}?parentRunId=${runs[0]}`, person)).body.items).toHaveLength(1),
  )
  const retried = await post(`${RUNS}/bulk/retry`, person, { filter: { workflowId: id } })
  const originals = retried.body.results.map(({ original }: { original: string }) => original)
  expect(originals).toContain(runs[1])
  expect(originals).not.toContain(runs[0])
})

test('runs are found by several statuses, the code of their error, a tag and their time, in lists and in bulk', async () => {
  const person = await newPerson()
  const { runs } = await failed(person, 2, 'order.none')
  const { runs: others } = await failed(person, 1, 'order.late')
  const found = async (query: string) =>
    (await get(`${RUNS}?${query}`, person)).body.items.map(({ id }: { id: string }) => id)
  expect(await found('errorCode=order.late')).toEqual(others)
  expect(await found('status=failed&errorCode=order.none&tag=batch-1')).toEqual([runs[1]])
  expect((await get(`${RUNS}?status=failed,running`, person)).body.items).toHaveLength(3)
  expect((await get(`${RUNS}?status=failed,none`, person)).status).toBe(422)
  const filter = { status: ['failed', 'cancelled'], errorCode: 'order.none', tag: 'batch-0' }
  const deleted = await post(`${RUNS}/bulk/delete`, person, { filter })
  expect(deleted.body.results).toEqual([{ ok: true, original: runs[0], id: runs[0], status: 'deleted' }])
  const early = { to: '2020-01-01T00:00:00Z' }
  expect((await post(`${RUNS}/bulk/delete`, person, { filter: early })).body.results).toEqual([])
  expect((await post(`${RUNS}/bulk/delete`, person, { ids: [], filter })).status).toBe(422)
})

test('many waiting runs get a signal, or a cancel; ended runs are skipped', async () => {
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, {
    nodes: [{ id: 'w', type: 'flow.waitForEvent', params: { name: 'go' } }],
  })
  const runs: string[] = []
  for (let at = 0; at < 2; at++)
    runs.push((await post(`/api/v1/workflows/${id}/execute`, person, {})).body.id)
  await reported(...runs)
  const signalled = await post(`${RUNS}/bulk/signal`, person, {
    ids: [runs[0]],
    signal: { name: 'go', data: 7 },
  })
  expect(signalled.body.results).toMatchObject([{ ok: true, original: runs[0], status: 'succeeded' }])
  await reported(...runs)
  expect((await get(`${RUNS}?workflowId=${id}&status=succeeded`, person)).body.items).toHaveLength(1)
  const ended = await post(`${RUNS}/bulk/cancel`, person, { filter: { workflowId: id } })
  expect(ended.body.results).toMatchObject([{ ok: true, original: runs[1], status: 'cancelled' }])
  const stranger = await newPerson()
  expect((await post(`${RUNS}/bulk/delete`, stranger, { ids: runs })).body.results).toMatchObject(
    runs.map((original) => ({ ok: false, original, error: { code: 'resource.not_found' } })),
  )
})
