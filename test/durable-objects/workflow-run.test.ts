import { expect, test } from 'vitest'
import { eventually } from '../helpers/changes.ts'
import { linear, newSpec, runOf, start } from '../helpers/runs.ts'

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

test.each([
  ['little', '{{ 1 + 1 }}', 8],
  // Each uses about two thirds of a turn's budget. A list stops between two items.
  ['much', '{{ Array.from({ length: 100000 }).map((_, i) => i).length }}', 2],
  ['much for each item', null, 1],
])('nodes that compute %s share a turn as far as it may be long', async (_how, value, together) => {
  const heavy = Array.from({ length: 1_000 }, (_, n) => n)
  const spec = newSpec(
    {
      nodes: Array.from({ length: 8 }, (_, n) =>
        value === null
          ? {
              id: `n${n}`,
              type: 'data.filter',
              params: {
                items: '{{ input.items }}',
                condition: '{{ Array.from({ length: 100 }).map((_, i) => i + index).length > item }}',
              },
            }
          : { id: `n${n}`, type: 'data.set', params: { values: { value } } },
      ),
      edges: Array.from({ length: 7 }, (_, n) => ({ from: `n${n}`, to: `n${n + 1}` })),
    },
    { input: { items: heavy } },
  )
  const done = (nodes: { status: string }[] = []) =>
    nodes.filter(({ status }) => status === 'succeeded').length
  const first = await runOf(spec.runId).start(spec)
  if (!first.ok) throw new Error(first.reason)
  expect(done(first.run.nodes)).toBe(together)
  await eventually(async () => {
    const now = await runOf(spec.runId).view({ nodes: true })
    expect(now?.status).toBe('succeeded')
    expect(done(now?.nodes)).toBe(8)
  })
})
