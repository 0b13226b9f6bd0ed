// `scope: active`: a run that only waits gives up its slot, and starts nothing before it has one again.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { hostOf } from '../../src/core/run-id.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import { evict, lose } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { control, family, fireAlarm, go, startAll, statusOf } from '../helpers/gates.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { type Definition, objectOf, runOf, untilWaiting } from '../helpers/runs.ts'

beforeEach(() => time.start())
afterEach(() => {
  setFaultHook(null)
  time.stop()
})

/** Two waits with work between them. */
const twice: Definition = {
  nodes: [
    { id: 'first', type: 'flow.waitForEvent', params: { name: 'go' } },
    { id: 'work', type: 'data.set', params: { values: { done: true } } },
    { id: 'second', type: 'flow.waitForEvent', params: { name: 'end' } },
  ],
  edges: [
    { from: 'first', to: 'work' },
    { from: 'work', to: 'second' },
  ],
}
/** Keeps its slot until it is resumed: a paused run does not count as one that only waits. */
const holding = async (spec: RunSpec) => {
  await startAll(spec)
  await control(spec, 'pause')
}
const nodeOf = async ({ runId }: RunSpec, path: string) => (await runOf(runId).node(path))?.status ?? 'none'

test('a run that only waits gives up its slot, and asks again when it has work', async () => {
  const { next, gate } = family({ scope: 'active' }, twice)
  const [first, second, third] = [next(), next(), next()]
  await startAll(first, second)
  await eventually(async () =>
    expect([await statusOf(first), await statusOf(second)]).toEqual(['waiting', 'waiting']),
  )
  const object = await gate()
  await eventually(async () => expect(await object.places([first.runId, second.runId])).toEqual({}))
  // Another run takes the only slot and keeps it.
  expect(await object.enter({ runId: third.runId, limit: 1, whenFull: 'queue' })).toEqual({ state: 'in' })
  await go(first)
  await eventually(async () => expect(await object.place(first.runId)).toBe(1))
  expect(await runOf(first.runId).view({})).toMatchObject({
    status: 'waiting',
    waitingFor: [{ kind: 'slot', name: 'a', detail: { place: 1 } }],
  })
  expect([await nodeOf(first, 'first'), await nodeOf(first, 'work')]).toEqual(['succeeded', 'pending'])
  await object.leave(third.runId)
  await eventually(async () => expect(await nodeOf(first, 'second')).toBe('waiting'))
  // And it has given it up again.
  await eventually(async () => expect(await object.places([first.runId])).toEqual({}))
  await go(first, 'end')
  expect(await statusOf(first)).toBe('succeeded')
})

test('the work after a timer waits for the slot', async () => {
  const definition: Definition = {
    nodes: [
      { id: 'timer', type: 'flow.wait', params: { durationMs: 60_000 } },
      { id: 'after', type: 'data.set', params: { values: { n: 1 } } },
    ],
    edges: [{ from: 'timer', to: 'after' }],
  }
  const { next, gate } = family({ scope: 'active' }, definition)
  const spec = next()
  await startAll(spec)
  const object = await gate()
  await eventually(async () => expect(await object.places([spec.runId])).toEqual({}))
  await object.enter({ runId: 'run_other', limit: 1, whenFull: 'queue' })
  time.pass(61_000)
  await fireAlarm(objectOf(spec.runId))
  expect([await nodeOf(spec, 'timer'), await nodeOf(spec, 'after')]).toEqual(['succeeded', 'pending'])
  await object.leave('run_other')
  await eventually(async () => expect(await statusOf(spec)).toBe('succeeded'))
})

test('a run that waits for its slot can be paused, lets others pass, and can be cancelled', async () => {
  const { next, gate } = family({ scope: 'active' }, twice)
  const [first, second] = [next(), next()]
  await startAll(first, second)
  const object = await gate()
  await eventually(async () => expect(await object.places([first.runId, second.runId])).toEqual({}))
  await object.enter({ runId: 'run_other', limit: 1, whenFull: 'queue' })
  for (const spec of [first, second]) {
    await go(spec)
    await eventually(async () => expect(await object.place(spec.runId)).not.toBeNull())
  }
  await control(first, 'pause')
  await eventually(async () => expect(await object.place(second.runId)).toBe(1))
  await object.leave('run_other')
  await eventually(async () => expect(await nodeOf(second, 'second')).toBe('waiting'))
  expect(await runOf(first.runId).view({})).toMatchObject({
    status: 'paused',
    waitingFor: [{ kind: 'slot' }],
  })
  expect(await nodeOf(first, 'work')).toBe('pending')
  await control(first, 'resume')
  await eventually(async () => expect(await nodeOf(first, 'second')).toBe('waiting'))
  await object.enter({ runId: 'run_other', limit: 1, whenFull: 'queue' })
  await go(second, 'end')
  expect(await statusOf(second)).toBe('succeeded')
  await control(first, 'cancel')
  await eventually(async () => expect(await object.places([first.runId])).toEqual({}))
})

test('a paused run keeps its slot', async () => {
  const { next } = family({ scope: 'run' }, twice)
  const [first, second] = [next(), next()]
  await holding(first)
  await startAll(second)
  expect(await statusOf(second)).toBe('queued')
  await control(first, 'cancel')
  await untilWaiting(second.runId)
})

/** Every write of a run on its way through two waits and two slots, lost before and after. */
const POINTS = [
  'store.writeTurn',
  'store.replaceOutbox',
  'store.removeOutbox',
  'store.writeSignal',
  'alarm.set',
]

test('a run that is lost at any write gives its slot up, gets it back, and ends', {
  timeout: 120_000,
}, async () => {
  for (const point of POINTS.flatMap((call) => [`${call}:before`, `${call}:after`])) {
    for (const nth of point.startsWith('store.writeTurn') ? [1, 2, 3, 4, 5] : [1, 3]) {
      const { next, gate } = family({ scope: 'active' }, twice)
      const [first, second] = [next(), next()]
      let seen = 0
      setFaultHook((at, state) => {
        if (state.id.name === hostOf(first.runId) && at === point && ++seen === nth)
          state.abort(onPurpose(`lost at ${at}`))
      })
      const until = async (work: () => Promise<boolean>) =>
        eventually(async () => {
          for (let alarms = 0; alarms < 20; alarms++) {
            if (await work().catch(() => false)) return
            // Like the platform, which owns the alarm.
            time.pass(5_000)
            for (const object of [objectOf(first.runId), objectOf(second.runId), await gate()])
              await fireAlarm(object).catch(() => undefined)
          }
          throw new Error(`${point} ${nth}: not yet`)
        })
      await until(async () => (await runOf(first.runId).start(first)).ok)
      await startAll(second)
      // A loss of memory in addition to the loss in the middle of a turn.
      await lose(second.runId)
      for (const name of ['go', 'end'])
        await until(
          async () => (await runOf(first.runId).signal({ name, data: null, id: name, by: 'me' })).ok,
        )
      await until(async () => (await statusOf(first)) === 'succeeded')
      setFaultHook(null)
      await evict(second.runId)
      for (const name of ['go', 'end']) await go(second, name)
      await eventually(async () => expect(await statusOf(second)).toBe('succeeded'))
      const object = await gate()
      await until(async () => Object.keys(await object.places([first.runId, second.runId])).length === 0)
    }
  }
})
