// Work that crashes its turn, and idle runs.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import { asNewProcess, setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { MAX_PURE } from '../../durable-objects/run-host/turn/open-turn.ts'
import { hostOf } from '../../src/core/run-id.ts'
import { isTerminal } from '../../src/engine/model/state.ts'
import { lose } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { type Definition, newSpec, objectOf, runOf, settled } from '../helpers/runs.ts'
import { sqlOf } from './support/poison.ts'

afterEach(() => setFaultHook(null))

const sets = (length: number): Definition => ({
  nodes: Array.from({ length }, (_, i) => ({ id: `n${i}`, type: 'data.set', params: { values: { i } } })),
  edges: Array.from({ length: length - 1 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}` })),
})

test('a node that crashes its turn each time is given up after three crashes, and the run ends', async () => {
  const spec = newSpec(sets(MAX_PURE + 40))
  let outputs = 0
  let crashes = 0
  setFaultHook((point, state) => {
    // The rest of one turn's work is computed in another turn, which crashes at its first node.
    if (state.id.name !== hostOf(spec.runId) || point !== 'store.writeOutput:before' || ++outputs <= MAX_PURE)
      return
    crashes++
    state.abort(onPurpose('too much memory'))
    throw new Error(onPurpose('dead'))
  })
  await runOf(spec.runId).start(spec)
  const view = await eventually(async () => {
    const now = await runOf(spec.runId).view({ nodes: true })
    if (now === null || !isTerminal(now.status)) throw new Error(`It is ${now?.status}`)
    return now
  })
  expect(view).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
  const succeeded = (sql: SqlStorage): number =>
    sql
      .exec<{ n: number }>(
        `SELECT count(*) AS n FROM rows WHERE kind = 'node' AND value LIKE '%"status":"succeeded"%'`,
      )
      .one().n
  expect(await sqlOf(spec.runId, succeeded)).toBe(MAX_PURE)
  expect(crashes).toBe(3)
})

test('a start that failed half way leaves nothing, and repeating it starts a complete run', async () => {
  const spec = newSpec(sets(3))
  let fails = 1
  setFaultHook((point, state) => {
    if (state.id.name === hostOf(spec.runId) && point === 'store.writeTurn:before' && fails-- > 0)
      throw new Error(onPurpose('full'))
  })
  const failed = await runOf(spec.runId)
    .start(spec)
    .catch(() => 'failed')
  expect(failed).toBe('failed')
  expect(await runOf(spec.runId).view({})).toBeNull()
  expect(await runOf(spec.runId).start(spec)).toMatchObject({ created: true, run: { status: 'succeeded' } })
})

test('a run that waits for an event and has sent everything is not woken without need', async () => {
  const spec = newSpec({ nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }] })
  const stub = runOf(spec.runId)
  await stub.start(spec)
  await settled(spec.runId)
  const next = await runInDurableObject(
    objectOf(spec.runId) as never,
    async (object: unknown, { storage }: DurableObjectState) => {
      await storage.deleteAlarm()
      await (object as { alarm: () => Promise<void> }).alarm()
      return storage.getAlarm()
    },
  )
  expect(next).toBeNull()
})

type CrashRow = { at: string; count: number; trying: string | null }

const crashesOf = (runId: string): Promise<CrashRow[]> =>
  sqlOf(runId, (sql) => sql.exec<CrashRow>('SELECT at, count, trying FROM crashes').toArray())

const knownDeaths = async (runId: string): Promise<CrashRow[]> =>
  (await crashesOf(runId)).filter(({ count }) => count > 0)

test('evictions and deployments never count as crashes', async () => {
  const spec = newSpec({
    nodes: [
      ...sets(600).nodes,
      { id: 'wait', type: 'flow.wait', params: { durationMs: 3_600_000 } },
      { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } },
    ],
    edges: [...(sets(600).edges ?? []), { from: 'n599', to: 'event' }],
  })
  await runOf(spec.runId).start(spec)
  for (let i = 0; i < 100; i++) {
    // A process may end at any time, except during work that it has written to disk: that counts as a crash.
    if (i % 2 === 1 && (await crashesOf(spec.runId)).every(({ trying }) => trying === null)) asNewProcess()
    await lose(spec.runId)
  }
  const crashes = await eventually(async () => {
    const view = await runOf(spec.runId).view({ nodes: true })
    if (view?.status !== 'waiting') throw new Error(`It is ${view?.status}`)
    return knownDeaths(spec.runId)
  })
  expect(crashes).toEqual([])
  await runOf(spec.runId).control('cancel', 'me')
})

test('late alarms after deployments do not count as crashes', async () => {
  const head = { id: 'head', type: 'flow.noop' }
  const wait = { id: 'wait', type: 'flow.wait', params: { durationMs: 60_000 } }
  const again = { id: 'again', type: 'flow.if', params: { condition: '{{ true }}' } }
  const spec = newSpec({
    nodes: [head, wait, again],
    edges: [
      { from: 'head', to: 'wait' },
      { from: 'wait', to: 'again' },
      { from: 'again', to: 'head', port: 'true', back: true, maxIterations: 1_000 },
    ],
  })
  time.start()
  await runOf(spec.runId).start(spec)
  for (let i = 0; i < 20; i++) {
    asNewProcess()
    await lose(spec.runId)
    time.pass(120_000)
    await runDurableObjectAlarm(objectOf(spec.runId) as never)
  }
  time.stop()
  const view = await runOf(spec.runId).view({ nodes: true })
  expect(view?.status).toBe('waiting')
  expect(view?.nodes?.filter(({ id, status }) => id === 'wait' && status === 'succeeded')).toHaveLength(20)
  expect(await knownDeaths(spec.runId)).toEqual([])
  await runOf(spec.runId).control('cancel', 'me')
})
