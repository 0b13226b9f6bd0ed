// What would take a run down again and again is given up, and the run goes on.
import { afterEach, expect, test, vi } from 'vitest'
import { setFaultHook } from '../../durable-objects/workflow-run/faults.ts'
import { newSpec, runOf, start } from '../helpers/runs.ts'

afterEach(() => setFaultHook(null))

test('NaN and infinity are told, not turned into null', async () => {
  const run = await start({
    nodes: [{ id: 'a', type: 'data.set', params: { values: { v: '{{ 0 / 0 }}' } } }],
  })
  expect(run).toMatchObject({ status: 'failed', error: { code: 'data.not_json' } })
})

test('a default output that is larger than a value may be is left out, and the run is readable', async () => {
  const node = (id: string) => ({
    id,
    type: 'data.set',
    params: { values: { v: "{{ 'y'.repeat(3000000) }}" } },
  })
  const run = await start({ nodes: ['a', 'b', 'c', 'd'].map(node) })
  expect(run).toMatchObject({ status: 'succeeded', output: null })
})

test('what a timer leads to and the run dies of each time fails for good after a few deaths', async () => {
  const spec = newSpec({
    nodes: [
      { id: 'wait', type: 'flow.wait', params: { durationMs: 1 } },
      { id: 'after', type: 'data.set', params: { values: { v: 1 } } },
    ],
    edges: [{ from: 'wait', to: 'after' }],
  })
  let waits = true
  let deaths = 0
  setFaultHook((point, state) => {
    if (state.id.name !== spec.runId || waits || point !== 'store.writeOutput:before') return
    deaths++
    throw new Error('too big')
  })
  await runOf(spec.runId).start(spec)
  waits = false
  const status = await vi.waitFor(
    async () => {
      await runOf(spec.runId)
        .poke()
        .catch(() => undefined)
      const view = await runOf(spec.runId)
        .view({})
        .catch(() => null)
      if (view?.status !== 'failed') throw new Error(`It is ${view?.status}`)
      return view
    },
    { timeout: 10_000, interval: 20 },
  )
  expect(status).toMatchObject({ error: { code: 'node.poison' } })
  expect(deaths).toBe(3)
})
