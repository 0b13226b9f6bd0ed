import { expect, test } from 'vitest'
import { linear, runOf, start } from '../helpers/runs.ts'

test('a run of pure nodes ends in the answer to its start', async () => {
  const run = await start(linear(10))
  expect(run).toMatchObject({ status: 'succeeded', progress: 100 })
  expect(run.nodes).toHaveLength(10)
})

test('values flow along the edges and the branch that is not taken is skipped', async () => {
  const run = await start(
    {
      nodes: [
        { id: 'price', type: 'data.set', params: { values: { total: '{{ input.a * 100 }}' } } },
        { id: 'big', type: 'flow.if', params: { condition: '{{ prev.total > 1000 }}' } },
        { id: 'yes', type: 'data.set', params: { values: { text: 'big {{ nodes.price.total }}' } } },
        { id: 'no', type: 'data.set', params: { values: { text: 'small' } } },
      ],
      edges: [
        { from: 'price', to: 'big' },
        { from: 'big', to: 'yes', port: 'true' },
        { from: 'big', to: 'no', port: 'false' },
      ],
    },
    { input: { a: 20 } },
  )
  expect(run.output).toEqual({ text: 'big 2000' })
  expect(run.nodes?.find((node) => node.id === 'no')?.status).toBe('skipped')
})

test('events have no gap and end with the end of the run', async () => {
  const run = await start(linear(600))
  const page = await runOf(run.id).events(0, 10_000)
  const seqs = page?.events.map((event) => (event as { seq: number }).seq) ?? []
  expect(seqs).toEqual(seqs.map((_, i) => i + 1))
  expect(page?.events.at(-1)).toMatchObject({ type: 'run.succeeded' })
})

test('each computes pure items in order', async () => {
  const run = await start(
    {
      nodes: [
        {
          id: 'map',
          type: 'data.set',
          params: { values: { v: '{{ item * 2 + index }}' } },
          each: { items: '{{ input }}' },
        },
      ],
    },
    { input: Array.from({ length: 1_000 }, (_, i) => i) },
  )
  expect(run.status).toBe('succeeded')
  expect((run.output as { v: number }[]).map(({ v }) => v)).toEqual(
    Array.from({ length: 1_000 }, (_, i) => i * 3),
  )
})
