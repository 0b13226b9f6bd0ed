// A large host accepts no new runs, and one start is still one run. Removed runs are deleted page by page.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import type { HostedRun } from '../../durable-objects/run-host/hosted-run.ts'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { sizeLimit } from '../../durable-objects/run-host/rows/size.ts'
import type { Json } from '../../src/core/json.ts'
import { newRunId, placeOf } from '../../src/core/run-id.ts'
import { firstOf } from '../../src/db/hot-read.ts'
import { startRunnable } from '../../src/modules/runs/index.ts'
import { findRunnable } from '../../src/modules/workflows/index.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { withContext } from '../helpers/jobs.ts'
import { newPerson } from '../helpers/people.ts'
import { type Definition, linear, newSpec, objectOf, reported, runOf, settled } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'

const USUAL = sizeLimit.bytes
afterEach(() => {
  sizeLimit.bytes = USUAL
})

const LARGE = 'x'.repeat(400_000)

async function starter() {
  const { teamId } = await newPerson()
  const workflowId = await newWorkflow(teamId, linear(1))
  const runnable = await firstOf(env.DB, findRunnable(teamId, workflowId))
  if (runnable === null) throw new Error('No workflow')
  return {
    teamId,
    start: (
      once: string | undefined,
      input: Json = null,
      shards = 1,
      settings: Record<string, Json> = {},
    ) => {
      const text = JSON.stringify({ ...(JSON.parse(runnable.definition) as object), settings })
      return withContext((request) =>
        startRunnable(
          { ...request, settings: { ...request.settings, RUN_SHARDS: shards } },
          { ...runnable, definition: text, definitionHash: text },
          {
            ...{ input, trigger: { type: 'manual' }, startedBy: null, options: {} },
            ...(once === undefined ? {} : { once, request: 1 }),
          },
        ),
      )
    },
  }
}

type Storage = { storage: DurableObjectState['storage'] }
const inHost = <T>(runId: string, look: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(objectOf(runId) as never, (_object, { storage }: Storage) => look(storage.sql))

test('a full host keeps its runs and accepts no more; the next host takes them, finally one of their own', async () => {
  const { start } = await starter()
  const first = await start('first', LARGE)
  expect(placeOf(first.execution.id)).toBe(0)
  await reported(first.execution.id)
  sizeLimit.bytes = await inHost(first.execution.id, ({ databaseSize }) => databaseSize - 1)
  expect(await start('first', LARGE)).toMatchObject({ created: false, execution: { id: first.execution.id } })
  const second = await start('second')
  expect(placeOf(second.execution.id)).toBe(1)
  expect(placeOf((await start(undefined)).execution.id)).toBe(1)
  await reported(second.execution.id)
  // Whatever may choose another place by now: its own host with room again, other numbers of hosts, a separate host.
  const again = [start('second'), start('second', null, 16), start('second', null, 2, { isolation: 'own' })]
  sizeLimit.bytes = USUAL
  again.push(start('second'), start('second', null, 64))
  for (const { created, execution } of await Promise.all(again))
    expect([created, execution.id]).toEqual([false, second.execution.id])
  sizeLimit.bytes = 1
  expect(placeOf((await start('third')).execution.id)).toBe('own')
  expect(await runOf(first.execution.id).view({})).toMatchObject({ status: 'succeeded' })
})

test('the same key starts one run while its host becomes full', async () => {
  const { start } = await starter()
  const { execution } = await start('fills', LARGE)
  sizeLimit.bytes = await inHost(execution.id, ({ databaseSize }) => databaseSize - 1)
  const started = await Promise.all(Array.from({ length: 8 }, () => start('key')))
  expect(new Set(started.map((one) => one.execution.id)).size).toBe(1)
  expect(started.filter(({ created }) => created)).toHaveLength(1)
})

test('removed runs make room again', async () => {
  const { start } = await starter()
  const { execution } = await start(undefined, LARGE)
  sizeLimit.bytes = await inHost(execution.id, ({ databaseSize }) => databaseSize - 1)
  expect(placeOf((await start(undefined)).execution.id)).toBe(1)
  await runOf(execution.id).remove()
  expect(placeOf((await start(undefined)).execution.id)).toBe(0)
})

test('after a change of the number of hosts, every run is still found', async () => {
  const { start } = await starter()
  const started = await Promise.all(Array.from({ length: 12 }, () => start(undefined, null, 16)))
  const fewer = await Promise.all(Array.from({ length: 4 }, () => start(undefined, null, 2)))
  for (const { execution } of fewer) expect([0, 1]).toContain(placeOf(execution.id))
  for (const { execution } of [...started, ...fewer])
    expect(await runOf(execution.id).view({})).toMatchObject({ id: execution.id, status: 'succeeded' })
})

test('of many runs only active ones are in memory, and all are listed page by page', async () => {
  time.start()
  const loaded = new Set<string>()
  setFaultHook((point, _state, [run]) => {
    if (point === 'host.load:before') loaded.add((run as HostedRun).place.runId)
  })
  try {
    const { teamId } = await newPerson()
    const eventWait: Definition = {
      nodes: [{ id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }],
    }
    const specs = Array.from({ length: 60 }, (_, n) =>
      newSpec(n % 4 === 0 ? eventWait : linear(2), { teamId, runId: newRunId(teamId, 1, clock.now()) }),
    )
    for (const spec of specs) await runOf(spec.runId).start(spec)
    const [first] = specs
    const host = objectOf(first?.runId ?? '')
    const askAll = async () => {
      for (const { runId } of specs) await runOf(runId).view({})
      return [...loaded]
    }
    const ended = specs.filter((_, n) => n % 4 !== 0).map(({ runId }) => runId)
    // Ended runs leave memory with their report, and are loaded when they are called.
    await reported(...ended)
    expect(await askAll()).toEqual(expect.arrayContaining(ended))
    // Waiting runs leave memory ten seconds after their last call, when the index knows their waits.
    await settled(...specs.map(({ runId }) => runId))
    time.pass(11_000)
    await runOf(first?.runId ?? '').view({})
    expect(new Set(await askAll()).size).toBeGreaterThanOrEqual(specs.length - 1)
    const ids: string[] = []
    for (let after = 0; ; ) {
      const page = await host.runs(after, 7)
      ids.push(...page.map(({ id }) => id))
      const last = page.at(-1)
      if (last === undefined) break
      after = last.n
    }
    expect(ids).toEqual(specs.map(({ runId }) => runId))
    for (const { runId } of specs) {
      await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
      expect(await runOf(runId).view({}, 60_000)).toMatchObject({ status: 'succeeded' })
    }
  } finally {
    setFaultHook(null)
    time.stop()
  }
})

const ROWS =
  'SELECT (SELECT count(*) FROM rows) + (SELECT count(*) FROM events) + (SELECT count(*) FROM outputs) AS n'

/** A run with very many events. */
const fill = (runId: string) =>
  inHost(runId, (sql) =>
    sql.exec(
      `WITH RECURSIVE more (seq) AS (SELECT 100000 UNION ALL SELECT seq + 1 FROM more WHERE seq < 109000)
       INSERT INTO events (run, seq, event, told, progress)
       SELECT (SELECT n FROM runs WHERE id = ?), seq, '{}', 0, 0 FROM more`,
      runId,
    ),
  )

test('a large run is removed in pages, and its neighbours are served in between; a restart removes the rest', async () => {
  const { start } = await starter()
  const started = [await start(undefined), await start(undefined), await start(undefined)]
  const [large = '', cut = '', id = ''] = started.map(({ execution }) => execution.id)
  for (const one of [large, cut]) {
    await reported(one)
    await fill(one)
  }
  const before = await inHost(id, (sql) => Number(sql.exec(ROWS).one().n))
  const order: string[] = []
  const removal = runOf(large)
    .remove()
    .then(() => order.push('removed'))
  await runOf(id).view({})
  order.push('served')
  await removal
  expect(order).toEqual(['served', 'removed'])
  const after = await inHost(id, (sql) => Number(sql.exec(ROWS).one().n))
  expect(before - after).toBeGreaterThan(9_000)
  // As if the process had been lost after the first page.
  await inHost(id, (sql) => sql.exec("UPDATE runs SET state = 'removing' WHERE id = ?", cut))
  await evictDurableObject(objectOf(id) as never)
  await eventually(async () => {
    expect(await runOf(id).view({})).toMatchObject({ status: 'succeeded' })
    expect(await inHost(id, (sql) => Number(sql.exec(ROWS).one().n))).toBeLessThan(100)
  })
})
