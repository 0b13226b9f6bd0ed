// Many runs in one host do not affect each other.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { newId } from '../../src/core/ids.ts'
import type { Json } from '../../src/core/json.ts'
import { hostOf, newRunId, placeOf, type RunPlace } from '../../src/core/run-id.ts'
import { firstOf } from '../../src/db/hot-read.ts'
import type { Fact } from '../../src/engine/model/event.ts'
import { startRunnable } from '../../src/modules/runs/index.ts'
import { findRunnable } from '../../src/modules/workflows/index.ts'
import { lose } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { post } from '../helpers/api.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { withContext } from '../helpers/jobs.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newPerson } from '../helpers/people.ts'
import { type Definition, linear, newSpec, objectOf, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { ended, ring, until, viewOf } from './support/poison.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())
beforeEach(() => setFaultHook(() => undefined))
afterEach(() => setFaultHook(null))

const eventWait = { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }
const waits = { id: 'wait', type: 'flow.wait', params: { durationMs: 60_000 } }

const teamOf = () => newId('team', clock.now())
const specIn = (teamId: string, definition: Definition, place: RunPlace = 1) =>
  newSpec(definition, { teamId, runId: newRunId(teamId, place, clock.now()) })

test('a run that crashes at each turn is given up, and its neighbours keep their effects in flight', async () => {
  const teamId = teamOf()
  const target = inject('httpTarget')
  const slow = {
    id: 'call',
    type: 'http.request',
    params: { method: 'POST', url: `${target}/flaky/{{ run.id }}?failures=0` },
  }
  const bad = specIn(teamId, { nodes: [{ ...waits, params: { durationMs: 1_000 } }] })
  const neighbours = Array.from({ length: 4 }, () => specIn(teamId, { nodes: [slow, eventWait] }))
  let crashes = 0
  setFaultHook((point, _state, args) => {
    if (point !== 'core.take:before' || (args[2] as Fact).type !== 'timer.fired') return
    if ((args[2] as { key: string }).key !== 'wait') return
    crashes++
    throw new Error(onPurpose('bad'))
  })
  for (const spec of [bad, ...neighbours]) await runOf(spec.runId).start(spec)
  expect(new Set([bad, ...neighbours].map(({ runId }) => hostOf(runId))).size).toBe(1)
  const view = await ended(bad.runId)
  expect(view).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
  expect(crashes).toBe(3)
  for (const { runId } of neighbours) {
    await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
    const run = await runOf(runId).view({ nodes: true }, 60_000)
    expect(run?.status).toBe('succeeded')
    expect(run?.nodes?.map(({ attempt }) => attempt)).toEqual([1, 1])
  }
})

test('a run that cannot be loaded does not delay its neighbours', async () => {
  const teamId = teamOf()
  const specs = Array.from({ length: 3 }, () => specIn(teamId, { nodes: [waits] }))
  for (const spec of specs) await runOf(spec.runId).start(spec)
  const [bad, ...others] = specs.map(({ runId }) => runId)
  await runInDurableObject(objectOf(bad ?? '') as never, (_object, { storage }: DurableObjectState) =>
    storage.sql.exec(
      "UPDATE rows SET value = '{' WHERE kind = 'node' AND run = (SELECT n FROM runs WHERE id = ?)",
      bad,
    ),
  )
  await lose(bad ?? '')
  for (const runId of others) expect(await ended(runId)).toMatchObject({ status: 'succeeded' })
  const answer = await runOf(bad ?? '')
    .view({})
    .catch((error: unknown) => String(error))
  expect(answer).toContain('run.unreadable')
  await runOf(bad ?? '').remove({ forGood: true })
  expect(await viewOf(bad ?? '')).toBeNull()
})

test('a removed run leaves no row, and its neighbours keep theirs', async () => {
  const teamId = teamOf()
  const [gone, stays] = [specIn(teamId, { nodes: [eventWait] }), specIn(teamId, { nodes: [eventWait] })]
  for (const spec of [gone, stays]) await runOf(spec.runId).start(spec)
  await runOf(gone.runId).remove({ forGood: true })
  const left = await runInDurableObject(
    objectOf(stays.runId) as never,
    (_object, { storage }: DurableObjectState) =>
      storage.sql
        .exec<{ run: number }>(
          'SELECT run FROM rows UNION SELECT run FROM events UNION SELECT run FROM outputs',
        )
        .toArray(),
  )
  expect(left).toHaveLength(1)
  expect(await runOf(gone.runId).start(gone)).toMatchObject({ ok: false, reason: 'removed' })
  expect(await viewOf(stays.runId)).toMatchObject({ status: 'waiting' })
})

test('a host accepts no runs of a second team: they get their own host', async () => {
  const [one, other] = [await newPerson(), await newPerson()]
  const workflowId = await newWorkflow(other.teamId, linear(1))
  const runnable = await firstOf(env.DB, findRunnable(other.teamId, workflowId))
  if (runnable === null) throw new Error('No workflow')
  // As if both teams had ids with the same end.
  for (let place = 0; place < 80; place++) {
    const taken = newSpec(linear(1), {
      teamId: one.teamId,
      runId: newRunId(other.teamId, place, clock.now()),
    })
    expect(await runOf(taken.runId).start(taken)).toMatchObject({ ok: true })
  }
  const { execution } = await withContext((request) =>
    startRunnable(request, runnable, {
      input: {},
      trigger: { type: 'manual' },
      startedBy: null,
      options: {},
    }),
  )
  expect(placeOf(execution.id)).toBe('own')
  expect(execution.status).toBe('succeeded')
})

test('the same key starts one run, also after the number of hosts or the isolation has changed', async () => {
  const { teamId } = await newPerson()
  const workflowId = await newWorkflow(teamId, { nodes: [eventWait] })
  const runnable = await firstOf(env.DB, findRunnable(teamId, workflowId))
  if (runnable === null) throw new Error('No workflow')
  const start = (shards: number, definition: Json = JSON.parse(runnable.definition)) => {
    const text = JSON.stringify(definition)
    return withContext((request) =>
      startRunnable(
        { ...request, settings: { ...request.settings, RUN_SHARDS: shards } },
        { ...runnable, definition: text, definitionHash: text },
        { input: {}, trigger: { type: 'manual' }, startedBy: null, options: {}, once: 'key', request: 1 },
      ),
    )
  }
  const first = await start(2)
  expect(first.created).toBe(true)
  await eventually(async () =>
    expect(
      await env.DB.prepare('SELECT 1 FROM runs WHERE id = ?').bind(first.execution.id).first(),
    ).not.toBeNull(),
  )
  const own = { ...(JSON.parse(runnable.definition) as Record<string, Json>), settings: { isolation: 'own' } }
  for (const again of [await start(2), await start(16), await start(64), await start(2, own)]) {
    expect(again.created).toBe(false)
    expect(again.execution.id).toBe(first.execution.id)
  }
})

test('a workflow may request a separate host for each run', async () => {
  const person = await newPerson()
  const definition = { ...linear(2), settings: { isolation: 'own' } }
  const workflowId = await newWorkflow(person.teamId, definition)
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {}, { prefer: 'wait=5' })
  expect(body.status).toBe('succeeded')
  expect(placeOf(body.id)).toBe('own')
})

test('waiting runs leave memory, and continue later', async () => {
  const teamId = teamOf()
  const specs = Array.from({ length: 20 }, () => specIn(teamId, { nodes: [eventWait, waits] }))
  for (const spec of specs) await runOf(spec.runId).start(spec)
  await eventually(async () =>
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ?').bind(teamId).first('n'),
    ).toBe(20),
  )
  time.pass(15_000)
  const before = await eventsOf(specs[0]?.runId ?? '')
  time.pass(15_000)
  for (const { runId } of specs) await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
  await ring(specs[0]?.runId ?? '')
  await eventually(async () => {
    await runDurableObjectAlarm(objectOf(specs[0]?.runId ?? '') as never)
    for (const { runId } of specs)
      expect(await viewOf(runId)).toMatchObject({ status: expect.stringMatching(/waiting|succeeded/) })
  })
  for (const { runId } of specs) expect(await ended(runId)).toMatchObject({ status: 'succeeded' })
  const after = await eventsOf(specs[0]?.runId ?? '')
  expect(after.slice(0, before.length)).toEqual(before)
})

const eventsOf = async (runId: string): Promise<unknown[]> =>
  (await runOf(runId).events(0, 500))?.events ?? []

test('a run among others shows the same as alone', async () => {
  const definitions: Definition[] = [
    linear(12),
    {
      nodes: [
        {
          id: 'map',
          type: 'data.set',
          each: { items: '{{ [1,2,3] }}' },
          params: { values: { n: '{{ item }}' } },
        },
      ],
    },
    { nodes: [{ id: 'bad', type: 'flow.fail', params: { message: 'no' } }] },
    {
      nodes: [eventWait, { id: 'then', type: 'data.set', params: { values: { is: '{{ prev }}' } } }],
      edges: [{ from: 'event', to: 'then' }],
    },
  ]
  const teamId = teamOf()
  const shown = async (definition: Definition, place: RunPlace): Promise<string> => {
    const spec = specIn(teamId, definition, place)
    await runOf(spec.runId).start(spec)
    await runOf(spec.runId).signal({ name: 'go', data: 7, by: 'me' })
    const view = await runOf(spec.runId).view({ nodes: true, output: true }, 60_000)
    return JSON.stringify([view, await eventsOf(spec.runId)])
      .replaceAll(spec.runId, 'run')
      .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"')
      .replace(/"durationMs":\d+/g, '"durationMs":0')
  }
  const alone = await Promise.all(definitions.map((definition) => shown(definition, 'own')))
  const together = await Promise.all(
    [...definitions, ...definitions].map((definition) => shown(definition, 2)),
  )
  expect(together).toEqual([...alone, ...alone])
})

test('a child that is being started when its parent is loaded again continues', async () => {
  const { teamId } = await newPerson()
  const workflowId = await newWorkflow(teamId, { nodes: [eventWait] })
  const call = { id: 'call', type: 'flow.workflow', params: { workflowId } }
  const parent = newSpec({ nodes: [call] }, { teamId })
  let isLost = false
  setFaultHook((point, state) => {
    if (isLost || point !== 'effect.start:after' || state.id.name !== hostOf(parent.runId)) return
    isLost = true
    throw new Error(onPurpose('lost'))
  })
  await runOf(parent.runId)
    .start(parent)
    .catch(() => undefined)
  expect(isLost).toBe(true)
  const child = await until(parent.runId, ({ waitingFor }) => waitingFor[0]?.name ?? false)
  await runOf(child).signal({ name: 'go', data: null, by: 'me' })
  expect(await ended(child)).toMatchObject({ status: 'succeeded' })
  expect(await ended(parent.runId)).toMatchObject({ status: 'succeeded' })
})
