// A run that is queued, at its gate or for its start time, can be paused, resumed and cancelled.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { evict } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { control, family, fireAlarm, go, startAll, statusOf } from '../helpers/gates.ts'
import { linear, newSpec, objectOf, runOf, untilWaiting } from '../helpers/runs.ts'

beforeEach(() => time.start())
afterEach(() => time.stop())

test('a run that is paused in the queue lets others pass, keeps its place, and starts when it is resumed', async () => {
  const { next, gate } = family({ whenFull: 'queue' })
  const [first, second, third, fourth] = [next(), next(), next(), next()]
  await startAll(first, second, third, fourth)
  expect(await control(second, 'pause')).toMatchObject({ ok: true, run: { status: 'paused' } })
  const object = await gate()
  const placed = () => object.places([second, third, fourth].map(({ runId }) => runId))
  await eventually(async () =>
    expect(await placed()).toEqual({ [second.runId]: 1, [third.runId]: 1, [fourth.runId]: 2 }),
  )
  expect(await runOf(second.runId).view({})).toMatchObject({
    waitingFor: [{ kind: 'slot', detail: { place: 1 } }],
  })
  await go(first)
  await untilWaiting(third.runId)
  // It stays paused after the loss of its own memory and the gate's.
  await evict(second.runId)
  expect(await statusOf(second)).toBe('paused')
  expect(await control(second, 'resume')).toMatchObject({ ok: true, run: { status: 'queued' } })
  await go(third)
  await untilWaiting(second.runId)
  expect(await statusOf(fourth)).toBe('queued')
})

test('a run that is paused just as it is admitted passes the slot on, and gets one when it is resumed', async () => {
  const { next } = family({ whenFull: 'queue' })
  const [first, second, third] = [next(), next(), next()]
  await startAll(first, second, third)
  await Promise.all([go(first), control(second, 'pause')])
  await eventually(async () => {
    const statuses = [await statusOf(second), await statusOf(third)]
    // Either it had started, and keeps the slot, or it had not.
    expect([
      ['paused', 'waiting'],
      ['paused', 'queued'],
    ]).toContainEqual(statuses)
    if (statuses[1] === 'queued') expect((await runOf(second.runId).view({}))?.startedAt).not.toBeNull()
  })
  await control(second, 'resume')
  if ((await statusOf(third)) === 'waiting') await go(third)
  await untilWaiting(second.runId)
})

test('cancelling a queued run, paused or not, frees its place', async () => {
  const { next, gate } = family({ whenFull: 'queue' })
  const [first, second, third, fourth] = [next(), next(), next(), next()]
  await startAll(first, second, third, fourth)
  await control(second, 'pause')
  expect(await control(second, 'cancel')).toMatchObject({ ok: true, run: { status: 'cancelled' } })
  expect(await control(third, 'cancel')).toMatchObject({ ok: true, run: { status: 'cancelled' } })
  const object = await gate()
  await eventually(async () =>
    expect(await object.places([second, third, fourth].map(({ runId }) => runId))).toEqual({
      [fourth.runId]: 1,
    }),
  )
  await go(first)
  await untilWaiting(fourth.runId)
})

test('a run that is paused before its start time does not start then, and starts when it is resumed', async () => {
  const startAt = Date.now() + 60_000
  const later = newSpec(linear(1), { startAt })
  const gated = family({ whenFull: 'queue' })
  const [first, second] = [gated.next(), gated.next({ startAt })]
  await startAll(later, first, second)
  for (const spec of [later, second])
    expect(await control(spec, 'pause')).toMatchObject({
      ok: true,
      run: {
        status: 'paused',
        waitingFor: [{ kind: 'start' }, ...(spec === second ? [{ kind: 'slot' }] : [])],
      },
    })
  time.pass(61_000)
  for (const spec of [later, second]) {
    await fireAlarm(objectOf(spec.runId))
    await runOf(spec.runId).poke()
    await evict(spec.runId)
    expect(await runOf(spec.runId).view({})).toMatchObject({ status: 'paused', startedAt: null })
    await control(spec, 'resume')
  }
  expect(await statusOf(later)).toBe('succeeded')
  expect(await statusOf(second)).toBe('queued')
  await go(first)
  await untilWaiting(second.runId)
})

test('a run that is resumed before its start time waits for it', async () => {
  const spec = newSpec(linear(1), { startAt: Date.now() + 60_000 })
  await startAll(spec)
  await control(spec, 'pause')
  await evict(spec.runId)
  expect(await control(spec, 'resume')).toMatchObject({ ok: true, run: { status: 'queued' } })
  time.pass(61_000)
  await fireAlarm(objectOf(spec.runId))
  expect(await statusOf(spec)).toBe('succeeded')
})
