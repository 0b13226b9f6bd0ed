import { expect, test } from 'vitest'
import { eventually } from '../helpers/changes.ts'
import { ended, newSpec, runOf, start } from '../helpers/runs.ts'
import { errorOf, one, outputOf, taken, withPorts } from './one.ts'

test.each([
  [1, 'true'],
  [0, 'false'],
])('flow.if with %j continues at %s and passes its input on', async (input, port) => {
  const run = await withPorts('flow.if', { condition: '{{ input }}' }, ['true', 'false'], { input })
  expect(taken(run)).toEqual([port])
  expect(run.output).toMatchObject({ [port]: { seen: true } })
})

const CASES = {
  cases: [
    { port: 'big', when: '{{ input > 100 }}' },
    { port: 'odd', when: '{{ input % 2 === 1 }}' },
    { port: 'big', when: '{{ input === 50 }}' },
  ],
}

test.each([
  [101, ['big']],
  [7, ['odd']],
  [50, ['big']],
  [2, ['rest']],
])('flow.switch with %j continues at %j', async (input, ports) => {
  const run = await withPorts('flow.switch', { ...CASES, default: 'rest' }, ['big', 'odd', 'rest'], { input })
  expect(taken(run)).toEqual(ports)
  expect(run.output).toMatchObject({ [ports[0] as string]: { seen: true } })
})

test('flow.switch without a default takes no port if no case is true', async () => {
  const run = await withPorts('flow.switch', CASES, ['big', 'odd'], { input: 2 })
  expect(run.status).toBe('succeeded')
  expect(taken(run)).toEqual([])
})

const branches = (merge: Record<string, unknown>, condition: string) => ({
  nodes: [
    { id: 'a', type: 'data.set', params: { values: { from: 'a' } } },
    { id: 'if', type: 'flow.if', params: { condition } },
    { id: 'b', type: 'data.set', params: { values: { from: 'b' } } },
    { id: 'c', type: 'data.set', params: { values: { from: 'c' } } },
    { id: 'm', type: 'flow.merge', params: merge },
  ],
  edges: [
    { from: 'if', to: 'b', port: 'true' },
    { from: 'if', to: 'c', port: 'false' },
    { from: 'a', to: 'm' },
    { from: 'b', to: 'm' },
    { from: 'c', to: 'm' },
  ],
  output: '{{ nodes.m }}',
})

test.each([
  [{}, { a: { from: 'a' }, b: { from: 'b' } }],
  [{ mode: 'all' }, { a: { from: 'a' }, b: { from: 'b' } }],
  [{ mode: 'any' }, { a: { from: 'a' } }],
  [
    { mode: 'quorum', count: 2 },
    { a: { from: 'a' }, b: { from: 'b' } },
  ],
])('flow.merge with %j returns the branches that had arrived', async (params, output) => {
  expect((await start(branches(params, '{{ true }}'))).output).toEqual(output)
})

test('a quorum that can no longer be reached fails', async () => {
  const run = await start(branches({ mode: 'quorum', count: 3 }, '{{ false }}'))
  expect(run).toMatchObject({ status: 'failed', error: { code: 'merge.quorum_impossible' } })
})

test('flow.merge first cancels everything that could only lead to it', async () => {
  const run = await start({
    nodes: [
      { id: 'quick', type: 'flow.noop' },
      { id: 'slow', type: 'flow.wait', params: { durationMs: 60_000 } },
      { id: 'm', type: 'flow.merge', params: { mode: 'first' } },
    ],
    edges: [
      { from: 'quick', to: 'm' },
      { from: 'slow', to: 'm' },
    ],
  })
  expect(run.status).toBe('succeeded')
  expect(run.nodes?.find(({ id }) => id === 'slow')?.status).toBe('cancelled')
})

test('flow.group returns the output of its body, once for each item', async () => {
  const body = {
    nodes: [
      { id: 'double', type: 'data.set', params: { values: { n: '{{ item * 2 }}' } } },
      { id: 'plus', type: 'data.set', params: { values: { n: '{{ prev.n + index }}' } } },
    ],
    edges: [{ from: 'double', to: 'plus' }],
    output: '{{ nodes.plus.n }}',
  }
  const run = await one(
    'flow.group',
    { body },
    { input: [5, 6, 7], node: { each: { items: '{{ input }}' } } },
  )
  expect(run.output).toEqual([10, 13, 16])
})

test('flow.wait never ends early and returns its planned time', async () => {
  const startedAt = Date.now()
  expect(await outputOf('flow.wait', { durationMs: 120 })).toEqual({ waitedMs: 120 })
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(120)
  const until = Date.now() + 150
  const { waitedMs } = (await outputOf('flow.wait', { until: '{{ date(input).toISOString() }}' }, until)) as {
    waitedMs: number
  }
  expect(Date.now()).toBeGreaterThanOrEqual(until)
  expect(waitedMs).toBeGreaterThan(0)
  expect(waitedMs).toBeLessThanOrEqual(150)
})

test('flow.wait until a time in the past does not wait', async () => {
  expect(await outputOf('flow.wait', { until: '2020-01-01T00:00:00Z' })).toEqual({ waitedMs: 0 })
  expect(await outputOf('flow.wait', { until: 0 })).toEqual({ waitedMs: 0 })
  const run = await one('flow.wait', { durationMs: 0 })
  expect(run.output).toEqual({ waitedMs: 0 })
  const page = await runOf(run.id).events(0, 100)
  expect(page?.events.map((event) => (event as { type: string }).type)).not.toContain('node.waiting')
})

test.each(['tomorrow', '2030-01-01T00:00:00', '2999-01-01', '2026-13-40', ''])(
  'flow.wait refuses %j',
  async (until) => {
    expect((await errorOf('flow.wait', { until })).code).toBe('params.invalid')
  },
)

test('flow.wait accepts a duration or a time, not both', async () => {
  expect((await errorOf('flow.wait', {})).code).toBe('params.invalid')
  expect((await errorOf('flow.wait', { durationMs: 1, until: 0 })).code).toBe('params.invalid')
})

test('a waiting run shows its wait, and a cancel ends it', async () => {
  const run = await one('flow.wait', { durationMs: 3_600_000 }, { waitMs: 0 })
  const view = await runOf(run.id).view({})
  expect(view).toMatchObject({ status: 'waiting', waitingFor: [{ path: 'it', kind: 'timer' }] })
  await runOf(run.id).control('cancel', 'usr_x')
  expect((await ended(run.id)).status).toBe('cancelled')
})

test('flow.respond responds to the waiting request, and the run continues', async () => {
  const spec = newSpec(
    {
      nodes: [
        {
          id: 'answer',
          type: 'flow.respond',
          params: { status: 201, headers: { 'x-a': '{{ 1 + 1 }}b' }, body: { ok: '{{ input }}' } },
        },
        { id: 'again', type: 'flow.respond', params: { status: 500 } },
        { id: 'wait', type: 'flow.wait', params: { durationMs: 100 } },
      ],
      edges: [
        { from: 'answer', to: 'again' },
        { from: 'again', to: 'wait' },
      ],
    },
    { input: 5 },
  )
  const startedAt = Date.now()
  const answer = await runOf(spec.runId).start(spec, { waitMs: 60_000, waitFor: 'respond' })
  expect(answer).toMatchObject({
    ok: true,
    answer: { status: 201, headers: { 'x-a': '2b' }, body: { ok: 5 } },
    run: { status: expect.stringMatching(/running|waiting/) },
  })
  expect(Date.now() - startedAt).toBeLessThan(30_000)
  expect((await ended(spec.runId)).status).toBe('succeeded')
})

test('flow.respond returns the response and refuses headers that would forge others', async () => {
  expect(await outputOf('flow.respond', {})).toEqual({ status: 200, headers: {}, body: null })
  for (const headers of [{ 'a b': 'x' }, { a: 'x\r\nset-cookie: y' }, { '': 'x' }])
    expect((await errorOf('flow.respond', { headers })).code).toBe('params.invalid')
  expect((await errorOf('flow.respond', { status: 101 })).code).toBe('params.invalid')
})

test('flow.fail fails with its own message and code, and is not retried', async () => {
  const retry = { attempts: 5, delayMs: 1 }
  const run = await one(
    'flow.fail',
    { message: 'No {{ input }}', code: 'order.none' },
    { input: 'pens', node: { retry } },
  )
  expect(run).toMatchObject({ status: 'failed', error: { code: 'order.none', message: 'No pens' } })
  expect(run.nodes?.[0]?.attempt).toBe(1)
  expect((await errorOf('flow.fail', { message: 'x' })).code).toBe('flow.failed')
})

test('flow.fail can be handled like any failure', async () => {
  const run = await start({
    nodes: [
      { id: 'bad', type: 'flow.fail', params: { message: 'no' }, onError: 'route' },
      { id: 'handled', type: 'data.set', params: { values: { why: '{{ nodes.bad.error.message }}' } } },
    ],
    edges: [{ from: 'bad', to: 'handled', port: 'error' }],
  })
  expect(run).toMatchObject({ status: 'succeeded', output: { why: 'no' } })
})

test('flow.noop passes its input on', async () => {
  const run = await withPorts('flow.noop', {}, ['main'])
  expect(run.output).toEqual({ main: { seen: true } })
})

test('waiting nodes take no slot from others', async () => {
  const run = await start(
    {
      settings: { maxParallel: 1 },
      nodes: [
        { id: 'w', type: 'flow.wait', params: { durationMs: 3_600_000 } },
        { id: 'n', type: 'flow.noop' },
      ],
    },
    {},
    { waitMs: 0 },
  )
  await eventually(async () => {
    const view = await runOf(run.id).view({ nodes: true })
    expect(view?.nodes?.find(({ id }) => id === 'n')?.status).toBe('succeeded')
  })
})
