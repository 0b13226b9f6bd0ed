// A run is restored from its tables: evicted, aborted in the middle, or killed while an effect was in flight.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { unpack } from '../../durable-objects/run-host/rows/packed.ts'
import { eventually } from '../helpers/changes.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { ended, linear, newSpec, objectOf, runOf, start } from '../helpers/runs.ts'

test('an evicted run answers from its tables', async () => {
  const run = await start(linear(5))
  await evictDurableObject(objectOf(run.id) as never)
  const view = await runOf(run.id).view({ nodes: true, output: true })
  expect(view).toMatchObject({ status: 'succeeded', finishedAt: run.finishedAt })
  expect(view?.nodes).toHaveLength(5)
})

test('a run that ended in its start is stored compressed, and text stored by an earlier build can still be read', async () => {
  const run = await start(linear(20))
  const before = await runOf(run.id).view({ nodes: true, output: true })
  const [packedBytes, textBytes] = await runInDurableObject(
    objectOf(run.id) as never,
    (_instance: unknown, { storage: { sql } }: DurableObjectState) => {
      const { body } = sql.exec<{ body: ArrayBuffer }>('SELECT body FROM runs WHERE id = ?', run.id).one()
      const text = unpack(body)
      sql.exec('UPDATE runs SET body = ? WHERE id = ?', text, run.id)
      return [body.byteLength, text.length] as const
    },
  )
  expect(packedBytes).toBeLessThan(textBytes / 4)
  await evictDurableObject(objectOf(run.id) as never)
  expect(await runOf(run.id).view({ nodes: true, output: true })).toEqual(before)
})

test('a waiting run keeps waiting after an eviction, and a signal ends the wait', async () => {
  const spec = newSpec({
    nodes: [
      { id: 'before', type: 'flow.noop' },
      { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } },
      { id: 'after', type: 'data.set', params: { values: { got: '{{ nodes.wait.n }}' } } },
    ],
    edges: [
      { from: 'before', to: 'wait' },
      { from: 'wait', to: 'after' },
    ],
  })
  const stub = runOf(spec.runId)
  expect(await stub.start(spec)).toMatchObject({
    run: { status: 'waiting', waitingFor: [{ path: 'wait', kind: 'signal' }] },
  })
  await evictDurableObject(objectOf(spec.runId) as never)
  expect(await runOf(spec.runId).signal({ name: 'go', data: { n: 7 }, by: 'me' })).toMatchObject({
    ok: true,
    run: { status: 'succeeded', output: { got: 7 } },
  })
})

test('a paused run keeps incoming signals and continues when it is resumed, also after an eviction', async () => {
  const spec = newSpec({
    nodes: [
      { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } },
      { id: 'after', type: 'flow.noop' },
    ],
    edges: [{ from: 'wait', to: 'after' }],
  })
  const stub = runOf(spec.runId)
  await stub.start(spec)
  expect(await stub.control('pause', 'me')).toMatchObject({ ok: true, run: { status: 'paused' } })
  await stub.signal({ name: 'go', data: null, by: 'me' })
  await evictDurableObject(objectOf(spec.runId) as never)
  expect(await runOf(spec.runId).view({})).toMatchObject({ status: 'paused' })
  expect(await runOf(spec.runId).control('resume', 'me')).toMatchObject({
    ok: true,
    run: { status: 'succeeded' },
  })
})

test('the writes of a turn before an abort are complete or missing', async () => {
  const spec = newSpec(linear(2_000))
  const stub = runOf(spec.runId)
  await stub.start(spec)
  await runInDurableObject(objectOf(spec.runId) as never, (_instance: unknown, state: DurableObjectState) => {
    state.abort(onPurpose('test'))
  }).catch(() => undefined)
  await eventually(async () =>
    expect(
      (
        await runOf(spec.runId)
          .view({})
          .catch(() => null)
      )?.status,
    ).toBe('succeeded'),
  )
  const page = await runOf(spec.runId).events(0, 10_000)
  const seqs = page?.events.map((event) => (event as { seq: number }).seq) ?? []
  expect(seqs).toEqual(seqs.map((_, i) => i + 1))
})

test('a long text survives a restart unchanged, wherever it is cut', async () => {
  const text = `a${'😀'.repeat(700_000)}`
  const run = await start(
    { nodes: [{ id: 'a', type: 'data.set', params: { values: { text: '{{ input.text }}' } } }] },
    { input: { text } },
  )
  await evictDurableObject(objectOf(run.id) as never)
  const view = await runOf(run.id).view({ output: true })
  const texts = [view?.output, view?.input] as { text: string }[]
  expect(texts.map((one) => one.text === text)).toEqual([true, true])
})

test('a parent gets a result of its child that is larger than a row', async () => {
  const text = 'x'.repeat(3_000_000)
  const child = newSpec(
    { nodes: [{ id: 'a', type: 'flow.waitForEvent', params: { name: 'go' } }], output: '{{ input }}' },
    { input: text, parent: { runId: 'run_0000000000000000000000none', path: 'x', wait: true } },
  )
  await runOf(child.runId).start(child)
  await runOf(child.runId).signal({ name: 'go', data: null, by: 'me' })
  expect(await ended(child.runId)).toMatchObject({ status: 'succeeded' })
})

test('nodes of a run are in the order of their creation, also when read from rows', async () => {
  const ids = ['z', 'm', 'b', 'a']
  const spec = newSpec({
    nodes: [
      ...ids.map((id) => ({ id, type: 'flow.noop' })),
      { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } },
      { id: 'after', type: 'flow.noop' },
    ],
    edges: [...ids, 'event'].map((from, n) => ({ from, to: [...ids.slice(1), 'event', 'after'][n] ?? '' })),
  })
  const order = async () => (await runOf(spec.runId).view({ nodes: true }))?.nodes?.map(({ id }) => id)
  await runOf(spec.runId).start(spec)
  expect(await order()).toEqual([...ids, 'event', 'after'])
  await evictDurableObject(objectOf(spec.runId) as never)
  expect(await order()).toEqual([...ids, 'event', 'after'])
})
