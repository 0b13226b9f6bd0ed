// What would take a run down again and again is given up, and the run goes on.
import { expect, test } from 'vitest'
import { start } from '../helpers/runs.ts'

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
