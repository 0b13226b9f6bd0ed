// Signals that no node takes: they are kept, up to a maximum, and accepted ones stay.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import type { RunHostRpc } from '../../src/objects/workflow-run.ts'
import { newSpec, objectOf, runOf } from '../helpers/runs.ts'

const MOST = 1_000
const spec = newSpec({
  nodes: [
    { id: 'go', type: 'flow.waitForEvent', params: { name: 'go', filter: '{{ item.ok === true }}' } },
    { id: 'first', type: 'flow.waitForEvent', params: { name: 'other' } },
    { id: 'last', type: 'flow.waitForEvent', params: { name: 'end' } },
  ],
  edges: [
    { from: 'go', to: 'first' },
    { from: 'first', to: 'last' },
  ],
})
const send = (name: string, data: Json, id?: string) =>
  runOf(spec.runId).signal({ name, data, by: 'me', ...(id === undefined ? {} : { id }) })

test('a run that keeps the maximum of signals refuses the next, and accepts it when there is room', async () => {
  await runOf(spec.runId).start(spec)
  const object = objectOf(spec.runId) as never
  await runInDurableObject(object, async (instance: unknown) => {
    const host = instance as RunHostRpc
    for (let i = 0; i < MOST; i++)
      await host.call(spec.runId, 'signal', [{ name: 'other', data: i, by: 'me' }])
  })
  expect(await send('other', MOST, 'again')).toMatchObject({ ok: false, reason: 'conflict' })
  expect(await send('go', { ok: false })).toMatchObject({ ok: false, reason: 'conflict' })
  // Losing memory restores nothing and loses nothing.
  await evictDurableObject(objectOf(spec.runId) as never)
  expect(await send('other', MOST, 'again')).toMatchObject({ ok: false, reason: 'conflict' })
  // A signal that a node takes immediately needs no room. The next node takes the oldest kept one.
  expect(await send('go', { ok: true })).toMatchObject({ ok: true })
  expect((await runOf(spec.runId).node('first'))?.output).toBe(0)
  expect(await send('other', MOST, 'again')).toMatchObject({ ok: true })
  expect(await send('other', MOST, 'again')).toMatchObject({ ok: true })
  expect(await send('other', MOST + 1)).toMatchObject({ ok: false })
  expect(await send('end', null)).toMatchObject({ ok: true, run: { status: 'succeeded' } })
})
