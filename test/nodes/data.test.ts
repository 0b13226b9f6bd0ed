import { expect, test } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { start } from '../helpers/runs.ts'
import { errorOf, one, outputOf } from './one.ts'

const ORDERS = [
  { id: 1, country: 'de', total: 5 },
  { id: 2, country: 'fr', total: 7 },
  { id: 3, country: 'de', total: 3 },
]
const items = '{{ input }}'

test('data.filter keeps items that match the condition, in order', async () => {
  expect(await outputOf('data.filter', { items, condition: '{{ item.total > 4 }}' }, ORDERS)).toEqual(
    ORDERS.slice(0, 2),
  )
  expect(await outputOf('data.filter', { items, condition: '{{ index % 2 === 0 }}' }, ORDERS)).toEqual([
    ORDERS[0],
    ORDERS[2],
  ])
  expect(await outputOf('data.filter', { items: [], condition: '{{ item.x.y }}' })).toEqual([])
})

test('data.map returns a value for each item, and null without one', async () => {
  expect(
    await outputOf('data.map', { items, value: { key: '{{ item.country }}-{{ index }}', n: 1 } }, ORDERS),
  ).toEqual([
    { key: 'de-0', n: 1 },
    { key: 'fr-1', n: 1 },
    { key: 'de-2', n: 1 },
  ])
  expect(await outputOf('data.map', { items, value: '{{ item.nothing }}' }, ORDERS)).toEqual([
    null,
    null,
    null,
  ])
})

test('an expression of the items may use other nodes without loading them for each item', async () => {
  // 3,000 items that use 10 kB each would be 30 MB if it counted every time; 16 MB may be loaded.
  const run = await one(
    'flow.group',
    {
      body: {
        nodes: [
          { id: 'big', type: 'data.set', params: { values: { text: '{{ "x".repeat(10000) }}' } } },
          {
            id: 'map',
            type: 'data.map',
            params: { items: '{{ input }}', value: '{{ nodes.big.text.length + prev.text.length + item }}' },
          },
        ],
        edges: [{ from: 'big', to: 'map' }],
      },
    },
    { input: Array.from({ length: 3_000 }, (_, i) => i) },
  )
  expect(run).toMatchObject({ status: 'succeeded' })
  expect((run.output as number[])[2_999]).toBe(22_999)
})

test('an error of an item contains the parameter, the item and the column', async () => {
  const error = await errorOf(
    'data.map',
    { items, value: { a: '{{ item.x.y }}' } },
    { input: [{ x: {} }, {}] },
  )
  expect(error.code).toBe('expression.type')
  expect(error.message).toMatch(/^value, item 1, a, column \d+: /)
})

test('a value that is not a list is refused', async () => {
  for (const type of [
    'data.filter',
    'data.map',
    'data.sort',
    'data.dedupe',
    'data.split',
    'data.aggregate',
  ]) {
    const params = { items, condition: true, value: 1, by: 1, size: 1, fields: {} }
    const wanted: Record<string, string[]> = {
      'data.filter': ['condition'],
      'data.map': ['value'],
      'data.sort': ['by'],
      'data.dedupe': [],
      'data.split': ['size'],
      'data.aggregate': ['fields'],
    }
    const own = Object.fromEntries(
      Object.entries(params).filter(([name]) => name === 'items' || wanted[type]?.includes(name)),
    )
    expect(await errorOf(type, own, { input: { not: 'a list' } })).toMatchObject({
      code: 'params.invalid',
      message: expect.stringMatching(/^items: /),
    })
  }
})

test('the items of a node share one budget, so that no list of expensive items blocks the run', async () => {
  const bomb = { items, value: '{{ Array.from({ length: 100000 }, (_, i) => i).length }}' }
  const startedAt = Date.now()
  const error = await errorOf('data.map', bomb, { input: Array.from({ length: 10_000 }, (_, i) => i) })
  expect(error.code).toBe('expression.budget')
  expect(Date.now() - startedAt).toBeLessThan(30_000)
  const wide = { items, value: '{{ "x".repeat(4000000) + index }}' }
  expect((await errorOf('data.map', wide, { input: Array.from({ length: 1_000 }, () => 0) })).code).toBe(
    'expression.budget',
  )
})

test('an output that is too large for a file of the run fails the node', async () => {
  const params = { items, value: '{{ "x".repeat(1000000) + index }}' }
  expect((await errorOf('data.map', params, { input: Array.from({ length: 34 }, () => 0) })).code).toBe(
    'data.too_large',
  )
})

test('data.sort keeps the order of equal items and puts missing values last', async () => {
  const rows: Json = [{ n: 2, t: 'b' }, { n: null, t: 'c' }, { n: 1, t: 'a' }, { t: 'd' }, { n: 2, t: 'a' }]
  const sorted = async (params: Record<string, unknown>) =>
    ((await outputOf('data.sort', { items, ...params }, rows)) as { n?: number; t: string }[]).map(
      ({ n, t }) => `${n ?? '-'}${t}`,
    )
  expect(await sorted({ by: '{{ item.n }}' })).toEqual(['1a', '2b', '2a', '-c', '-d'])
  expect(await sorted({ by: '{{ item.n }}', order: 'desc' })).toEqual(['2b', '2a', '1a', '-c', '-d'])
  expect(await sorted({ by: ['{{ item.n }}', '{{ item.t }}'], order: ['desc', 'asc'] })).toEqual([
    '2a',
    '2b',
    '1a',
    '-c',
    '-d',
  ])
})

test('data.sort orders types: numbers, texts, false and true, lists and objects, missing values', async () => {
  const mixed = [{ a: 1 }, 'b', true, null, 10, 'B', [1], false, 9, -1]
  expect(await outputOf('data.sort', { items, by: '{{ [item] }}' }, mixed)).toEqual([
    -1,
    9,
    10,
    'B',
    'b',
    false,
    true,
    { a: 1 },
    [1],
    null,
  ])
})

test('data.dedupe keeps the first, by the whole item or by a key', async () => {
  expect(
    await outputOf('data.dedupe', {
      items: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
        { a: '1', b: 2 },
      ],
    }),
  ).toEqual([
    { a: 1, b: 2 },
    { a: '1', b: 2 },
  ])
  expect(await outputOf('data.dedupe', { items, by: '{{ item.country }}' }, ORDERS)).toEqual(
    ORDERS.slice(0, 2),
  )
  expect(await outputOf('data.dedupe', { items: [1, '1', null, 1, null, true, 'true'] })).toEqual([
    1,
    '1',
    null,
    true,
    'true',
  ])
})

test('data.split cuts without losing anything', async () => {
  expect(await outputOf('data.split', { items: [1, 2, 3, 4, 5], size: 2 })).toEqual([[1, 2], [3, 4], [5]])
  expect(await outputOf('data.split', { items: [], size: 2 })).toEqual([])
  expect((await errorOf('data.split', { items: [1], size: '{{ 0 }}' })).code).toBe('params.invalid')
})

test('data.set does not drop a list that it must keep', async () => {
  const run = await start({
    nodes: [
      { id: 'a', type: 'data.map', params: { items: [1], value: 1 } },
      { id: 'b', type: 'data.set', params: { values: { y: 2 }, keep: true } },
    ],
    edges: [{ from: 'a', to: 'b' }],
  })
  expect(run.error).toMatchObject({ code: 'data.not_an_object', message: expect.stringContaining('a list') })
  expect(await outputOf('data.set', { values: { y: 2 }, keep: true })).toEqual({ y: 2 })
})

test('data.set keeps the previous output only on request', async () => {
  const run = await one('flow.group', {
    body: {
      nodes: [
        { id: 'a', type: 'data.set', params: { values: { x: 1, y: 1 } } },
        { id: 'b', type: 'data.set', params: { values: { y: 2 }, keep: true } },
        { id: 'c', type: 'data.set', params: { values: { y: 3 } } },
      ],
      edges: [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
      ],
      output: ['{{ nodes.b }}', '{{ nodes.c }}'],
    },
  })
  expect(run.output).toEqual([{ x: 1, y: 2 }, { y: 3 }])
})
