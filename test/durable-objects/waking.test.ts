// What wakes a run when its process is gone, and that waking does nothing twice.

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, inject, onTestFinished, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { HEARTBEAT_MS } from '../../durable-objects/run-host/rows/timers.ts'
import { hostOf } from '../../src/core/run-id.ts'
import { lose } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newSpec, objectOf, runOf } from '../helpers/runs.ts'

afterEach(() => setFaultHook(null))

const storageOf = <T>(runId: string, work: (storage: DurableObjectStorage) => Promise<T>): Promise<T> =>
  runInDurableObject(objectOf(runId) as never, (_object: unknown, { storage }: DurableObjectState) =>
    work(storage),
  )

test('during an effect, an alarm is set within the heartbeat, long before its timeout', async () => {
  const url = `${inject('httpTarget')}/drip`
  const spec = newSpec({ nodes: [{ id: 'call', type: 'http.request', params: { url }, timeoutMs: 600_000 }] })
  await runOf(spec.runId).start(spec)
  const unsent = () =>
    storageOf(spec.runId, async ({ sql }) =>
      sql.exec('SELECT run FROM outbox UNION ALL SELECT run FROM unreported').toArray(),
    )
  await eventually(async () => expect(await unsent()).toEqual([]))
  // The start and the report set the first alarm. The one after it is only for the effect.
  time.start()
  onTestFinished(time.stop)
  time.pass(HEARTBEAT_MS)
  await runInDurableObject(
    objectOf(spec.runId) as never,
    async (object: unknown, { storage }: DurableObjectState) => {
      await storage.deleteAlarm()
      await (object as { alarm: () => Promise<void> }).alarm()
    },
  )
  const alarm = await storageOf(spec.runId, (storage) => storage.getAlarm())
  expect(alarm).toBeLessThanOrEqual(Date.now() + HEARTBEAT_MS)
  await runOf(spec.runId).control('cancel', 'me')
})

test('a wait that ends before all others moves the alarm nearer', async () => {
  const wait = (id: string, durationMs: number) => ({ id, type: 'flow.wait', params: { durationMs } })
  const spec = newSpec({
    nodes: [
      wait('long', 3_600_000),
      { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } },
      wait('short', 60_000),
    ],
    edges: [{ from: 'event', to: 'short' }],
  })
  const dueIn = async () =>
    (await storageOf(
      spec.runId,
      async ({ sql }) => sql.exec<{ at: number }>('SELECT at FROM due').one().at,
    )) - Date.now()
  await runOf(spec.runId).start(spec)
  await eventually(async () => expect(await dueIn()).toBeGreaterThan(60_000))
  await runOf(spec.runId).signal({ name: 'go', data: null, by: 'me' })
  expect(await dueIn()).toBeLessThanOrEqual(60_000)
  await runOf(spec.runId).control('cancel', 'me')
})

test('a loaded run without an alarm sets it again, for its earliest time', async () => {
  const spec = newSpec({ nodes: [{ id: 'wait', type: 'flow.wait', params: { durationMs: 10_000 } }] })
  await runOf(spec.runId).start(spec)
  const unsent = () =>
    storageOf(spec.runId, async ({ sql }) => sql.exec('SELECT 1 FROM outbox').toArray().length)
  await eventually(async () => expect(await unsent()).toBe(0))
  await storageOf(spec.runId, async (storage) => {
    await storage.deleteAlarm()
    await storage.sync()
  })
  await lose(spec.runId)
  await runOf(spec.runId).view({})
  const alarm = await storageOf(spec.runId, (storage) => storage.getAlarm())
  expect(alarm ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(Date.now() + 10_000)
})

test('an effect that starts because another was lost in a crash is started once', async () => {
  const target = inject('httpTarget')
  const call = (id: string, path: string) => ({
    id,
    type: 'http.request',
    params: { method: 'POST', url: `${target}/${path}` },
    effect: 'at-most-once',
  })
  const spec = newSpec({
    nodes: [call('slow', 'drip'), call('next', 'flaky/{{ run.id }}-next?failures=0')],
    settings: { maxParallel: 1 },
  })
  await runOf(spec.runId).start(spec)
  await lose(spec.runId)
  await eventually(async () =>
    expect(
      (
        await runOf(spec.runId)
          .node('next')
          .catch(() => null)
      )?.status,
    ).toBe('succeeded'),
  )
  expect(await runOf(spec.runId).node('slow')).toMatchObject({ status: 'unknown' })
  const seen = await fetch(`${target}/seen/${spec.runId}-next`)
  expect(await seen.json()).toHaveLength(1)
})

test('a turn that fails at its end has started no effect', async () => {
  const target = inject('httpTarget')
  const url = `${target}/flaky/{{ run.id }}?failures=0`
  const spec = newSpec({
    nodes: [
      { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } },
      { id: 'call', type: 'http.request', params: { method: 'POST', url }, effect: 'at-most-once' },
    ],
    edges: [{ from: 'wait', to: 'call' }],
  })
  let fails = 0
  setFaultHook((point, state) => {
    if (state.id.name === hostOf(spec.runId) && point === 'store.writeTurn:after' && fails-- > 0)
      throw new Error(onPurpose('full'))
  })
  await runOf(spec.runId).start(spec)
  fails = 1
  const go = () =>
    runOf(spec.runId)
      .signal({ name: 'go', data: null, id: 'once', by: 'me' })
      .catch(() => null)
  await eventually(async () => expect(await go()).not.toBeNull())
  const status = async () =>
    (
      await runOf(spec.runId)
        .view({})
        .catch(() => null)
    )?.status
  await eventually(async () => expect(await status()).toBe('succeeded'))
  const seen = await fetch(`${target}/seen/${spec.runId}`)
  expect(await seen.json()).toHaveLength(1)
})
