// Work that would crash a run again and again is given up, and the run continues.

import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { MAX_PURE } from '../../durable-objects/run-host/turn/open-turn.ts'
import { hostOf } from '../../src/core/run-id.ts'
import { MAX_CRASHES } from '../../src/engine/advance/retry.ts'
import { isTerminal } from '../../src/engine/model/state.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newPerson } from '../helpers/people.ts'
import { newSpec, runOf, start } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { dieOf, ended, nodeOf, ring, sqlOf, until, viewOf } from './support/poison.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())
// Objects that are created from now on can be made to fail later.
beforeEach(() => setFaultHook(() => undefined))
afterEach(() => setFaultHook(null))

const waits = { id: 'wait', type: 'flow.wait', params: { durationMs: 60_000 } }
const asks = { id: 'ask', type: 'flow.approval', params: { title: 'May it?' } }
const eventWait = { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }
const goesOn = { id: 'after', type: 'flow.noop' }
/** Other work in the same run. */
const neighbour = { id: 'beside', type: 'flow.waitForEvent', params: { name: 'beside' } }

test('a full disk is not a crash: when there is room again the run continues', async () => {
  const { id: runId } = await start({ nodes: [waits] }, {}, {})
  let failures = 0
  setFaultHook((point, state) => {
    if (state.id.name !== hostOf(runId) || point !== 'store.writeTurn:before') return
    failures++
    throw new Error(onPurpose('database or disk is full: SQLITE_FULL'))
  })
  while (failures < MAX_CRASHES + 2) await ring(runId)
  setFaultHook(() => undefined)
  expect(await until(runId, (view) => isTerminal(view.status) && view)).toMatchObject({ status: 'succeeded' })
})

test('NaN and infinity are reported, not turned into null', async () => {
  const run = await start({
    nodes: [{ id: 'a', type: 'data.set', params: { values: { v: '{{ 0 / 0 }}' } } }],
  })
  expect(run).toMatchObject({ status: 'failed', error: { code: 'data.not_json' } })
})

test.each(['throw', 'abort', 'process'] as const)(
  'a timer that crashes the run each time fails its node, without affecting others (%s)',
  async (how) => {
    const spec = newSpec({
      nodes: [{ ...waits, onError: 'route' }, goesOn, neighbour],
      edges: [{ from: 'wait', to: 'after', port: 'error' }],
    })
    const seen = dieOf(spec.runId, (fact) => fact.type === 'timer.fired', how)
    await runOf(spec.runId).start(spec)
    const view = await until(spec.runId, (one) => nodeOf(one, 'after')?.status === 'succeeded' && one)
    expect(nodeOf(view, 'wait')).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
    expect(nodeOf(view, 'beside')).toMatchObject({ status: 'waiting' })
    // The loss of a process is only noticed when its alarm is late.
    if (how === 'process') expect(seen.crashes).toBeLessThanOrEqual(6)
    else expect(seen.crashes).toBe(3)
    await runOf(spec.runId).signal({ name: 'beside', data: null, by: 'me' })
    expect(await ended(spec.runId)).toMatchObject({ status: 'succeeded' })
  },
)

test('of the work left by a full turn, only the crashing node is given up', async () => {
  const nodes = Array.from({ length: MAX_PURE + 3 }, (_, n) => ({
    id: `n${n}`,
    type: 'flow.noop',
    onError: 'continue',
  }))
  const spec = newSpec({ nodes })
  const bad = `n${MAX_PURE + 1}`
  const seen = dieOf(spec.runId, (fact) => fact.type === 'node.succeeded' && fact.path === bad)
  await runOf(spec.runId).start(spec)
  await ended(spec.runId)
  expect(seen.crashes).toBe(3)
  const poisoned = (sql: SqlStorage) =>
    sql
      .exec<{ key: string }>(`SELECT key FROM rows WHERE kind = 'node' AND value LIKE '%node.poison%'`)
      .toArray()
      .map(({ key }) => key)
  expect(await sqlOf(spec.runId, poisoned)).toEqual([bad])
})

test.each(['throw', 'process'] as const)(
  'a timer that only leads to crashing work is not given up (%s)',
  async (how) => {
    const nodes = [1, 2, 3].map((n) => ({ id: `set${n}`, type: 'data.set', params: { values: { n } } }))
    const spec = newSpec({
      nodes: [waits, ...nodes],
      edges: [
        { from: 'wait', to: 'set1' },
        { from: 'set1', to: 'set2' },
        { from: 'set2', to: 'set3' },
      ],
    })
    dieOf(spec.runId, (fact) => fact.type === 'node.succeeded' && fact.path === 'set2', how)
    await runOf(spec.runId).start(spec)
    const view = await ended(spec.runId)
    expect(view).toMatchObject({ status: 'failed', error: { code: 'node.poison', cause: 'set2' } })
    expect(nodeOf(view, 'wait')).toMatchObject({ status: 'succeeded' })
    expect(nodeOf(view, 'set1')).toMatchObject({ status: 'succeeded' })
  },
)

test('the outcome of an effect that crashes the run each time fails its node', async () => {
  const url = `${inject('httpTarget')}/flaky/{{ run.id }}?failures=0`
  const call = { id: 'call', type: 'http.request', params: { method: 'POST', url }, onError: 'continue' }
  const spec = newSpec({ nodes: [call, goesOn], edges: [{ from: 'call', to: 'after' }] })
  const seen = dieOf(spec.runId, (fact) => fact.type === 'node.succeeded' && fact.path === 'call')
  await runOf(spec.runId).start(spec)
  const view = await ended(spec.runId)
  expect(view).toMatchObject({ status: 'succeeded' })
  expect(nodeOf(view, 'call')).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
  expect(seen.crashes).toBe(3)
})

test('the end of a child that crashes the run each time fails the waiting node', async () => {
  const { teamId } = await newPerson()
  const workflowId = await newWorkflow(teamId, { nodes: [waits] })
  const calls = { id: 'call', type: 'flow.workflow', params: { workflowId } }
  const spec = newSpec({ nodes: [calls] }, { teamId })
  dieOf(spec.runId, (fact) => fact.type === 'node.succeeded' && fact.path === 'call')
  await runOf(spec.runId).start(spec)
  const child = await until(spec.runId, ({ waitingFor }) => waitingFor[0]?.name ?? false)
  await ended(child)
  expect(await ended(spec.runId)).toMatchObject({
    status: 'failed',
    error: { code: 'node.poison', cause: 'call' },
  })
})

const triesOf = async (word: () => Promise<{ ok: boolean }>, times: number) => {
  const answers: unknown[] = []
  for (let i = 0; i < times; i++) answers.push(await word().catch(() => 'died'))
  return answers
}

test('a signal that crashes the run each time is an error for its sender, and others are accepted', async () => {
  const spec = newSpec({ nodes: [eventWait] })
  await runOf(spec.runId).start(spec)
  const seen = dieOf(spec.runId, (fact) => fact.type === 'signal.received' && fact.id === 'bad')
  const { runId } = spec
  const send = (id: string) => runOf(runId).signal({ name: 'go', data: id, id, by: 'me' })
  expect(await triesOf(() => send('bad'), 5)).toEqual(Array(5).fill('died'))
  expect(seen.crashes).toBe(5)
  expect(await viewOf(runId)).toMatchObject({ status: 'waiting' })
  expect(await send('good')).toMatchObject({ ok: true })
  expect(await ended(runId)).toMatchObject({ status: 'succeeded', output: 'good' })
})

test('a decision that crashes the run each time is an error for the person, and the other decision is accepted', async () => {
  const spec = newSpec({ nodes: [asks] })
  await runOf(spec.runId).start(spec)
  const view = await until(spec.runId, ({ waitingFor }) => waitingFor[0])
  dieOf(spec.runId, (fact) => fact.type === 'node.succeeded' && fact.port === 'approved')
  const say = (decision: 'approve' | 'reject') =>
    runOf(spec.runId).decide({
      approvalId: view.name ?? '',
      by: 'me',
      decision,
      comment: null,
      data: null,
      isStarter: false,
    })
  expect(await triesOf(() => say('approve'), 5)).toEqual(Array(5).fill('died'))
  expect(await viewOf(spec.runId)).toMatchObject({ status: 'waiting' })
  expect(await say('reject')).toMatchObject({ ok: true })
})

test('a pause that crashes the run each time is an error for the caller; a cancel ends the run anyway', async () => {
  const spec = newSpec({ nodes: [eventWait] })
  await runOf(spec.runId).start(spec)
  dieOf(spec.runId, ({ type }) => type === 'run.paused' || type === 'run.cancel_requested')
  const say = (verb: 'pause' | 'cancel') => runOf(spec.runId).control(verb, 'me')
  expect(await triesOf(() => say('pause'), 4)).toEqual(Array(4).fill('died'))
  expect(await triesOf(() => say('cancel'), 4)).toMatchObject([
    'died',
    'died',
    'died',
    { ok: false, detail: 'The run has already ended with the status failed.' },
  ])
  const view = await ended(spec.runId)
  expect(view).toMatchObject({ status: 'failed', error: { code: 'run.poison' } })
  expect(nodeOf(view, 'event')).toMatchObject({ status: 'cancelled' })
})

test.each([
  ['its output', waits, 'run.collected'],
  ['its deadline', eventWait, 'timer.fired'],
  ['giving up a node', waits, 'node.failed'],
])('a run that crashes at %s each time is ended, and waiting parts are notified', async (_of, node, type) => {
  const { teamId } = await newPerson()
  const definition = { nodes: [node], output: { n: 1 }, settings: { deadlineMs: 3_600_000 } }
  const workflowId = await newWorkflow(teamId, definition)
  const calls = { id: 'call', type: 'flow.workflow', params: { workflowId }, onError: 'continue' }
  const spec = newSpec({ nodes: [calls] }, { teamId })
  await runOf(spec.runId).start(spec)
  const child = await until(spec.runId, ({ waitingFor }) => waitingFor[0]?.name ?? false)
  dieOf(child, (fact) => fact.type === type || (type === 'node.failed' && fact.type === 'timer.fired'))
  const view = await ended(child)
  expect(view).toMatchObject({ status: 'failed', error: { code: 'run.poison' } })
  const { events = [], headSeq } = (await runOf(child).events(0, 100)) ?? {}
  expect(events.map((event) => (event as { seq: number }).seq)).toEqual(events.map((_, i) => i + 1))
  expect(events.at(-1)).toMatchObject({ type: 'run.failed', seq: headSeq })
  const parent = await ended(spec.runId)
  expect(nodeOf(parent, 'call')).toMatchObject({ status: 'failed', error: { code: 'run.poison' } })
  await eventually(async () => {
    const row = await env.DB.prepare('SELECT status, error FROM runs WHERE id = ?').bind(child).first()
    expect(row).toMatchObject({ status: 'failed', error: expect.stringContaining('run.poison') })
  })
})

test('a run that is ended by force sends all its messages', async () => {
  const spec = newSpec({ nodes: [waits], output: { n: 1 } }, { callbackUrl: 'https://example.com/ended' })
  const sent: unknown[] = []
  setFaultHook((point, state, args) => {
    if (state.id.name !== hostOf(spec.runId)) return
    if (point === 'store.pushOutbox:before') sent.push(args[0])
    if (point === 'core.take:before' && (args[2] as { type: string }).type === 'run.collected')
      throw new Error(onPurpose('dead'))
  })
  await runOf(spec.runId).start(spec)
  expect(await ended(spec.runId)).toMatchObject({ error: { code: 'run.poison' } })
  expect(sent).toEqual(['callback', 'notify_failed'])
})

test('a run that can never start is ended, and frees its slot', async () => {
  const settings = { concurrency: { limit: 1 } }
  const first = newSpec({ nodes: [eventWait], settings })
  const second = { ...newSpec({ nodes: [eventWait], settings }), teamId: first.teamId }
  const third = { ...newSpec({ nodes: [goesOn], settings }), teamId: first.teamId }
  await runOf(first.runId).start(first)
  await runOf(second.runId).start(second)
  await runOf(third.runId).start(third)
  expect(await viewOf(second.runId)).toMatchObject({ status: 'queued' })
  dieOf(second.runId, ({ type }) => type === 'run.started')
  await runOf(first.runId).control('cancel', 'me')
  expect(await ended(second.runId)).toMatchObject({ status: 'failed', error: { code: 'run.poison' } })
  setFaultHook(() => undefined)
  expect(await ended(third.runId)).toMatchObject({ status: 'succeeded' })
})
