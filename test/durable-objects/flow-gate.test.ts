import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { newId } from '../../src/core/ids.ts'
import { hostOf } from '../../src/core/run-id.ts'
import { flowGate } from '../../src/objects/flow-gate.ts'
import { evict } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { control, family, fireAlarm, go, sqlOf, startAll, statusOf } from '../helpers/gates.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newSpec, objectOf, runOf, untilWaiting } from '../helpers/runs.ts'

afterEach(() => {
  setFaultHook(null)
  time.stop()
})

test('a run that finds the gate full waits, says why, and starts when the one before ends', async () => {
  const { next } = family({ whenFull: 'queue' })
  const [first, second, third] = [next(), next(), next()]
  await startAll(first, second, third)
  expect(await statusOf(first)).toBe('waiting')
  expect(await runOf(second.runId).view({})).toMatchObject({
    status: 'queued',
    waitingFor: [{ kind: 'slot', name: 'a' }],
  })
  await go(first)
  await untilWaiting(second.runId)
  expect(await runOf(third.runId).view({})).toMatchObject({
    status: 'queued',
    waitingFor: [{ kind: 'slot', detail: { place: 1 } }],
  })
  await control(second, 'cancel')
  await untilWaiting(third.runId)
})

test('another key has its own gate', async () => {
  const { next } = family({ whenFull: 'queue' })
  const [first, other] = [next(), next({ input: { customer: 'b' } })]
  await startAll(first, other)
  expect([await statusOf(first), await statusOf(other)]).toEqual(['waiting', 'waiting'])
})

test('a gate that rejects refuses the start', async () => {
  const { next } = family({ whenFull: 'reject' })
  const [first, second] = [next(), next()]
  expect(await runOf(first.runId).start(first)).toMatchObject({ ok: true })
  expect(await runOf(second.runId).start(second)).toEqual({ ok: false, reason: 'rejected' })
  expect(await runOf(second.runId).view({})).toBeNull()
  await go(first)
  await eventually(async () =>
    expect(await runOf(second.runId).start(second)).toMatchObject({ ok: true, created: true }),
  )
})

test('a gate with replace cancels the run inside, even a paused one', async () => {
  const { next, gate } = family({ whenFull: 'replace' })
  const [first, second, third] = [next(), next(), next()]
  await startAll(first, second)
  expect(await statusOf(second)).toBe('waiting')
  await eventually(async () => expect(await statusOf(first)).toBe('cancelled'))
  await control(second, 'pause')
  await startAll(third)
  await eventually(async () => expect(await statusOf(second)).toBe('cancelled'))
  const replaced = await gate()
  await eventually(async () =>
    expect(await sqlOf(replaced, (sql) => sql.exec('SELECT * FROM replaced').toArray())).toEqual([]),
  )
})

test('a replaced run that cannot be reached is notified by the alarm, and takes no slot', async () => {
  time.start()
  const { next, gate } = family({ whenFull: 'replace', limit: 2 })
  const [first, second, third] = [next(), next(), next()]
  await startAll(first, second)
  let losses = 0
  setFaultHook((point, state) => {
    if (state.id.name !== hostOf(first.runId) || point !== 'store.writeTurn:before') return
    losses++
    throw new Error(onPurpose('the disk is full'))
  })
  // Loaded again, so that the fault applies: each of its turns crashes now.
  await evictDurableObject(objectOf(first.runId) as never)
  await startAll(third)
  await eventually(() => expect(losses).toBe(1))
  const object = await gate()
  const attempts = () =>
    sqlOf(object, (sql) => sql.exec<{ attempts: number }>('SELECT attempts FROM replaced').toArray())
  await eventually(async () => expect(await attempts()).toEqual([{ attempts: 1 }]))
  expect([await statusOf(second), await statusOf(third)]).toEqual(['waiting', 'waiting'])
  expect(await object.places([first.runId, second.runId, third.runId])).toEqual({
    [second.runId]: 0,
    [third.runId]: 0,
  })
  // The gate is lost as well: only the row and its alarm are left.
  await evictDurableObject(object as never)
  time.pass(6_000)
  await fireAlarm(object)
  expect(losses).toBe(2)
  await eventually(async () => expect(await attempts()).toEqual([{ attempts: 2 }]))
  setFaultHook(null)
  await evict(first.runId)
  time.pass(15_000)
  await fireAlarm(object)
  expect(await statusOf(first)).toBe('cancelled')
  expect(await attempts()).toEqual([])
})

test('a gate with replace also cancels queued runs, which would otherwise start after a newer one', async () => {
  const queueing = family({ whenFull: 'queue' })
  const [first, second] = [queueing.next(), queueing.next()]
  await startAll(first, second)
  const newer = queueing.next()
  const definition = newer.definition.replace('"queue"', '"replace"')
  await startAll({ ...newer, definition, definitionHash: definition })
  await eventually(async () =>
    expect([await statusOf(first), await statusOf(second), await statusOf(newer)]).toEqual([
      'cancelled',
      'cancelled',
      'waiting',
    ]),
  )
})

test('the slot of a run that has disappeared is freed when the gate asks', async () => {
  const { next, gate } = family({ whenFull: 'queue' })
  const object = await gate()
  const gone = newId('run', clock.now())
  expect(await object.enter({ runId: gone, limit: 1, whenFull: 'queue' })).toEqual({ state: 'in' })
  const spec = next()
  await startAll(spec)
  expect(await object.enter({ runId: spec.runId, limit: 1, whenFull: 'queue' })).toEqual({
    state: 'queued',
    place: 1,
  })
  await fireAlarm(object)
  expect(await object.place(spec.runId)).toBe(0)
  expect(await object.place(gone)).toBeNull()
  await untilWaiting(spec.runId)
})

test('an admitted run that could not be reached is notified by the alarm', async () => {
  const { next, gate } = family({ whenFull: 'queue' })
  const [first, second] = [next(), next()]
  await startAll(first, second)
  let losses = 1
  setFaultHook((point, state) => {
    if (state.id.name === hostOf(second.runId) && point === 'store.writeTurn:before' && losses-- > 0)
      throw new Error(onPurpose('the disk is full'))
  })
  await evictDurableObject(objectOf(second.runId) as never)
  const object = await gate()
  await sqlOf(object, (sql) =>
    sql.exec('UPDATE runs SET inside = 1, told = 0 WHERE run_id = ?', second.runId),
  )
  await evictDurableObject(object as never)
  await object.leave(first.runId)
  await eventually(() => expect(losses).toBeLessThan(1))
  await fireAlarm(object)
  await untilWaiting(second.runId)
})

test('a gate of an earlier version keeps its runs and its queue', async () => {
  const object = flowGate(env.GATES, `old gate ${newId('wf', clock.now())}`)
  const [inside, waits, later] = [newSpec({ nodes: [] }), newSpec({ nodes: [] }), newSpec({ nodes: [] })]
  await runInDurableObject(object as never, (_gate: unknown, { storage }: DurableObjectState) => {
    storage.sql.exec(`
      DROP TABLE runs; DROP TABLE meta; DROP TABLE replaced;
      CREATE TABLE runs (run_id TEXT PRIMARY KEY, place INTEGER NOT NULL, inside INTEGER NOT NULL, told INTEGER NOT NULL);
      CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
      INSERT INTO meta VALUES ('limit', 1);
      INSERT INTO runs VALUES ('${waits.runId}', 7, 0, 1), ('${inside.runId}', 3, 1, 1);`)
  })
  for (let load = 0; load < 2; load++) {
    await evictDurableObject(object as never)
    expect(await object.places([waits.runId, inside.runId])).toEqual({ [inside.runId]: 0, [waits.runId]: 1 })
  }
  expect(await object.enter({ runId: later.runId, limit: 1, whenFull: 'queue' })).toEqual({
    state: 'queued',
    place: 2,
  })
})
