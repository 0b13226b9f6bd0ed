// The events that clients see: numbered without gaps, one per occurrence, whatever else the log contains.
import { env } from 'cloudflare:workers'
import { expect, inject, test, vi } from 'vitest'
import { RunEvent } from '../../src/objects/run-events.ts'
import { eventually } from '../helpers/changes.ts'
import { linear, newSpec, runOf, start } from '../helpers/runs.ts'

const BASE = inject('httpTarget')

/** Outputs are collected and timers fire between its events, which clients do not see. */
const busy = () => ({
  nodes: [
    {
      id: 'call',
      type: 'http.request',
      params: { url: `${BASE}/status/503` },
      retry: { attempts: 3, delayMs: 1 },
    },
    {
      id: 'many',
      type: 'data.set',
      params: { values: { n: '{{ item }}' } },
      each: { items: '{{ [1, 2, 3] }}' },
    },
    { id: 'end', type: 'flow.noop' },
  ],
  edges: [
    { from: 'call', to: 'many', port: 'error' },
    { from: 'many', to: 'end' },
  ],
  output: '{{ nodes.many }}',
})
const withRoute = () => {
  const { nodes, ...rest } = busy()
  return { ...rest, nodes: nodes.map((node) => (node.id === 'call' ? { ...node, onError: 'route' } : node)) }
}

const eventsOf = async (runId: string) => (await runOf(runId).events(0, 1_000))?.events ?? []

test('a failure is reported once: each retried attempt, then the end', async () => {
  const run = await start(withRoute())
  const events = await eventsOf(run.id)
  const ofCall = events.filter((event) => 'path' in event && event.path === 'call').map(({ type }) => type)
  expect(ofCall).toEqual([
    'node.started',
    'node.retrying',
    'node.started',
    'node.retrying',
    'node.started',
    'node.failed',
  ])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  for (const event of events) expect(RunEvent.safeParse(event).error).toBeUndefined()
  expect(events.at(-1)).toMatchObject({
    type: 'run.succeeded',
    progress: 100,
    output: [{ n: 1 }, { n: 2 }, { n: 3 }],
  })
})

test('a cancel is one event, with the person who requested it', async () => {
  const spec = newSpec({ nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }] })
  await runOf(spec.runId).start(spec)
  await runOf(spec.runId).control('cancel', 'usr_me')
  const types = (await eventsOf(spec.runId)).map(({ type }) => type)
  expect(types).toEqual(['run.started', 'node.waiting', 'run.waiting', 'node.cancelled', 'run.cancelled'])
  expect((await eventsOf(spec.runId)).at(-1)).toMatchObject({ by: 'usr_me' })
})

test('progress increases with the work, also within one turn', async () => {
  const run = await start(linear(10))
  const steps = (await eventsOf(run.id)).map(({ progress }) => progress)
  expect(steps).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 100])
})

test('a page may begin at any number', async () => {
  const run = await start(withRoute())
  const all = await eventsOf(run.id)
  for (let after = 0; after <= all.length + 1; after++) {
    const page = await runOf(run.id).events(after, 2)
    expect(page?.events).toEqual(all.slice(after, after + 2))
    expect(page?.headSeq).toBe(all.length)
  }
})

test('a long run reports its progress to lists', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const waits = Array.from({ length: 5 }, (_, at) => ({
      id: `w${at}`,
      type: 'flow.waitForEvent',
      params: { name: `go${at}` },
    }))
    const spec = newSpec({ nodes: waits, edges: [] })
    const stub = runOf(spec.runId)
    await stub.start(spec)
    for (let at = 0; at < 3; at++) {
      vi.advanceTimersByTime(6_000)
      await stub.signal({ name: `go${at}`, data: null, by: 'me' })
    }
    await eventually(async () =>
      expect(
        await env.DB.prepare('SELECT progress FROM runs WHERE id = ?').bind(spec.runId).first('progress'),
      ).toBe(60),
    )
    expect((await stub.view({}))?.progress).toBe(60)
  } finally {
    vi.useRealTimers()
  }
})
