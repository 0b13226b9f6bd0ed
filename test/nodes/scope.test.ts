// How much expressions of a node may load, and the behaviour of a disabled node.
import { expect, test } from 'vitest'
import { start } from '../helpers/runs.ts'

test('expressions that load too much fail with data.too_large, in every form', async () => {
  const ids = ['a', 'b', 'c']
  const text = 'x'.repeat(6 * 1024 * 1024)
  const big = ids.map((id) => ({ id, type: 'data.set', params: { values: { text: '{{ input }}' } } }))
  for (const expression of [
    '{{ nodes.a.text.length + nodes.b.text.length + nodes.c.text.length }}',
    '{{ ["a", "b", "c"].map(id => nodes[id].text.length) }}',
    '{{ [prev.a, prev.b, prev.c].length }}',
  ]) {
    const nodes = [...big, { id: 'all', type: 'data.set', params: { values: { length: expression } } }]
    const edges = ids.map((from) => ({ from, to: 'all' }))
    const run = await start({ nodes, edges }, { input: text }, { waitMs: 20_000 })
    expect(run.error).toMatchObject({ code: 'data.too_large', message: expect.stringContaining('16 MB') })
  }
})

test('a disabled node is still skipped if its condition is false', async () => {
  const nodes = (when: unknown) => [
    { id: 'first', type: 'data.set', params: { values: { a: 1 } } },
    { id: 'off', type: 'http.request', disabled: true, when, params: { url: 'https://example.com' } },
    { id: 'behind', type: 'data.set', params: { values: { got: '{{ prev.a }}' } } },
  ]
  const edges = [
    { from: 'first', to: 'off' },
    { from: 'off', to: 'behind' },
  ]
  const statuses = async (when: unknown) => {
    const run = await start({ nodes: nodes(when), edges })
    return Object.fromEntries((run.nodes ?? []).map(({ id, status }) => [id, status]))
  }
  const skipped = { first: 'succeeded', off: 'skipped', behind: 'skipped' }
  expect(await statuses(false)).toEqual(skipped)
  expect(await statuses('{{ prev.a > 1 }}')).toEqual(skipped)
  expect(await statuses('{{ prev.a === 1 }}')).toEqual({
    first: 'succeeded',
    off: 'succeeded',
    behind: 'succeeded',
  })
})
