// One run of a host crashes: at its load, at a turn, at its report. Its neighbours are not affected.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { HostedRun } from '../../durable-objects/run-host/hosted-run.ts'
import { asNewProcess, setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { newId } from '../../src/core/ids.ts'
import { hostOf, newRunId } from '../../src/core/run-id.ts'
import type { Fact } from '../../src/engine/model/event.ts'
import { lose } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { type Definition, newSpec, objectOf, runOf } from '../helpers/runs.ts'
import { ended, nodeOf, sqlOf, until, viewOf } from './support/poison.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())
beforeEach(() => setFaultHook(() => undefined))
afterEach(() => setFaultHook(null))

const eventWait = { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }
const waits = (durationMs: number) => ({ id: 'wait', type: 'flow.wait', params: { durationMs } })
/** In flight until the run is cancelled. */
const hangs = () => ({
  id: 'call',
  type: 'http.request',
  timeoutMs: 3_600_000,
  params: { method: 'POST', url: `${inject('httpTarget')}/hang/{{ run.id }}` },
})

const inOneHost = () => {
  const teamId = newId('team', clock.now())
  return (definition: Definition) => newSpec(definition, { teamId, runId: newRunId(teamId, 1, clock.now()) })
}

const startAll = async (specs: readonly ReturnType<typeof newSpec>[]) => {
  for (const spec of specs) await runOf(spec.runId).start(spec)
  expect(new Set(specs.map(({ runId }) => hostOf(runId))).size).toBe(1)
}

const callsOf = async (runId: string): Promise<unknown[]> =>
  (await fetch(`${inject('httpTarget')}/seen/${runId}`)).json()

const isTimer = (fact: Fact) => fact.type === 'timer.fired' && fact.key === 'wait'

test('a run that throws at load, turn and report does not affect the calls and reports of its neighbours', async () => {
  const spec = inOneHost()
  const [atLoad, atTurn, atReport] = [
    spec({ nodes: [eventWait] }),
    spec({ nodes: [waits(1_000)] }),
    spec({ nodes: [eventWait] }),
  ]
  const calling = Array.from({ length: 3 }, () => spec({ nodes: [hangs()] }))
  const listening = Array.from({ length: 3 }, () => spec({ nodes: [eventWait] }))
  const thrown = { turns: 0, reports: 0 }
  setFaultHook((point, _state, args) => {
    if (point === 'core.take:before' && isTimer(args[2] as Fact)) {
      thrown.turns++
      throw new Error(onPurpose('at its turn'))
    }
    const reports = point === 'host.report:before' ? (args[0] as { view: { id: string } }[]) : []
    if (!reports.some(({ view }) => view.id === atReport.runId)) return
    thrown.reports++
    throw new Error(onPurpose('at its report'))
  })
  await startAll([atLoad, atReport, ...calling, ...listening, atTurn])
  await eventually(async () => {
    for (const { runId } of calling) expect(await callsOf(runId)).toHaveLength(1)
  })
  expect(await ended(atTurn.runId)).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
  expect(thrown.turns).toBe(3)

  await sqlOf(atLoad.runId, (sql) =>
    sql.exec(
      "UPDATE rows SET value = '{' WHERE kind = 'node' AND run = (SELECT n FROM runs WHERE id = ?)",
      atLoad.runId,
    ),
  )
  // A run that was idle this long leaves memory with the next call, unless its report is in progress.
  await eventually(async () => {
    time.pass(15_000)
    await viewOf(atReport.runId)
    expect(await runOf(atLoad.runId).view({}).catch(String)).toContain('run.unreadable')
  })
  await runOf(atLoad.runId).remove({ forGood: true })
  expect(await viewOf(atLoad.runId)).toBeNull()

  for (const { runId } of listening) {
    await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
    expect(await ended(runId)).toMatchObject({ status: 'succeeded' })
  }
  const reported = async () => {
    const { results } = await env.DB.prepare('SELECT id, status FROM runs WHERE team_id = ?')
      .bind(atTurn.teamId)
      .all<{ id: string; status: string }>()
    return new Map(results.map(({ id, status }) => [id, status]))
  }
  await eventually(async () => {
    const index = await reported()
    for (const { runId } of listening) expect(index.get(runId)).toBe('succeeded')
    for (const { runId } of calling) expect(index.get(runId)).toBe('running')
  })
  expect(thrown.reports).toBeGreaterThan(0)
  expect((await reported()).has(atReport.runId)).toBe(false)
  for (const { runId } of calling) {
    expect(await callsOf(runId)).toHaveLength(1)
    expect(nodeOf((await viewOf(runId)) ?? ({} as never), 'call')).toMatchObject({
      status: 'running',
      attempt: 1,
    })
    await runOf(runId).control('cancel', 'me')
  }
})

test('a run that resets its object again and again does not use up the tries of its neighbours', async () => {
  const spec = inOneHost()
  const bad = spec({ nodes: [waits(1_000)] })
  const calling = Array.from({ length: 2 }, () => spec({ nodes: [hangs()] }))
  let resets = 0
  setFaultHook((point, state, args) => {
    if (point !== 'core.take:before' || !isTimer(args[2] as Fact)) return
    resets++
    state.abort(onPurpose('too much memory'))
    throw new Error(onPurpose('dead'))
  })
  await startAll([...calling, bad])
  expect(await ended(bad.runId)).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
  expect(resets).toBe(3)
  for (const { runId } of calling) {
    const again = await until(runId, (view) => nodeOf(view, 'call')?.status === 'running' && view)
    // Each reset has lost an attempt, and none of them counts.
    expect(nodeOf(again, 'call')?.attempt).toBeGreaterThan(1)
    const [{ value } = { value: '{}' }] = await sqlOf(runId, (sql) =>
      sql
        .exec<{ value: string }>(
          "SELECT value FROM rows WHERE kind = 'node' AND run = (SELECT n FROM runs WHERE id = ?)",
          runId,
        )
        .toArray(),
    )
    expect(JSON.parse(value)).toMatchObject({ crashes: 0 })
    await runOf(runId).control('cancel', 'me')
  }
})

test('a run whose load ends the process is not loaded after a few tries, and its neighbours continue', async () => {
  const spec = inOneHost()
  const bad = spec({ nodes: [waits(60_000)] })
  const others = Array.from({ length: 4 }, () => spec({ nodes: [waits(60_000)] }))
  await startAll([bad, ...others])
  let ends = 0
  setFaultHook((point, state, args) => {
    if (point !== 'host.load:after') return
    const { place, machine } = args[0] as HostedRun
    if (place.runId !== bad.runId || machine.unreadable !== null) return
    ends++
    asNewProcess()
    state.abort(onPurpose('the process has ended'))
    throw new Error(onPurpose('dead'))
  })
  asNewProcess()
  await lose(bad.runId)
  for (const { runId } of others) expect(await ended(runId)).toMatchObject({ status: 'succeeded' })
  await eventually(async () =>
    expect(await runOf(bad.runId).view({}).catch(String)).toContain('run.unreadable'),
  )
  expect(ends).toBeLessThanOrEqual(5)
  await runOf(bad.runId).remove({ forGood: true })
  expect(await viewOf(bad.runId)).toBeNull()
  const left = await runInDurableObject(
    objectOf(bad.runId) as never,
    (_object, { storage }: DurableObjectState) => storage.sql.exec('SELECT * FROM crashes').toArray(),
  )
  expect(left).toEqual([])
})
