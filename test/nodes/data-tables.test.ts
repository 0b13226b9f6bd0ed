import { expect, test } from 'vitest'
import { errorOf, outputOf } from './one.ts'

const ORDERS = [
  { id: 1, country: 'de', total: 5 },
  { id: 2, country: 'fr', total: 7 },
  { id: 3, country: 'de', total: 3 },
]
const items = '{{ input }}'

test('data.aggregate makes one object of a list', async () => {
  const field = (op: string) => ({ op, value: '{{ item.total }}' })
  const fields = Object.fromEntries(
    ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'list'].map((op) => [op, field(op)]),
  )
  expect(
    await outputOf('data.aggregate', { items, fields: { ...fields, all: { op: 'count' } } }, ORDERS),
  ).toEqual({
    count: 3,
    sum: 15,
    avg: 5,
    min: 3,
    max: 7,
    first: 5,
    last: 3,
    list: [5, 7, 3],
    all: 3,
  })
  expect(
    await outputOf('data.aggregate', { items: [], fields: { ...fields, all: { op: 'count' } } }),
  ).toEqual({
    count: 0,
    sum: 0,
    avg: null,
    min: null,
    max: null,
    first: null,
    last: null,
    list: [],
    all: 0,
  })
})

test('data.aggregate groups by a value or by several', async () => {
  const fields = { orders: { op: 'count' }, total: { op: 'sum', value: '{{ item.total }}' } }
  expect(await outputOf('data.aggregate', { items, groupBy: '{{ item.country }}', fields }, ORDERS)).toEqual([
    { group: 'de', orders: 2, total: 8 },
    { group: 'fr', orders: 1, total: 7 },
  ])
  const groupBy = { land: '{{ item.country.toUpperCase() }}', big: '{{ item.total > 4 }}' }
  expect(await outputOf('data.aggregate', { items, groupBy, fields }, ORDERS)).toEqual([
    { land: 'DE', big: true, orders: 1, total: 5 },
    { land: 'FR', big: true, orders: 1, total: 7 },
    { land: 'DE', big: false, orders: 1, total: 3 },
  ])
})

test('data.aggregate skips missing values and refuses to add texts', async () => {
  const params = {
    items,
    fields: { sum: { op: 'sum', value: '{{ item.n }}' }, n: { op: 'count', value: '{{ item.n }}' } },
  }
  expect(await outputOf('data.aggregate', params, [{ n: 1 }, {}, { n: null }, { n: 2 }])).toEqual({
    sum: 3,
    n: 2,
  })
  expect(await errorOf('data.aggregate', params, { input: [{ n: 1 }, { n: '2' }] })).toMatchObject({
    code: 'data.not_a_number',
    message: expect.stringContaining('fields.sum, item 1'),
  })
})

const PEOPLE = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Bob' },
  { id: null, name: 'Eve' },
]
const SUMS = [{ user: 1, total: 5 }, { user: 1, total: 6 }, { user: 9, total: 7 }, { total: 8 }]

test.each([
  ['inner', ['Ada 5', 'Ada 6']],
  ['left', ['Ada 5', 'Ada 6', 'Bob -', 'Eve -']],
  ['outer', ['Ada 5', 'Ada 6', 'Bob -', 'Eve -', '- 7', '- 8']],
])('data.merge joins %s', async (how, expected) => {
  const params = { left: PEOPLE, right: SUMS, on: { left: 'id', right: 'user' }, how }
  const rows = (await outputOf('data.merge', params)) as { name?: string; total?: number }[]
  expect(rows.map(({ name = '-', total = '-' }) => `${name} ${total}`)).toEqual(expected)
})

test('data.merge reports paths that it does not follow', async () => {
  const left = [{ u: { id: 1 } }]
  const error = await errorOf('data.merge', { left, right: [{ id: 1 }], on: { left: 'u.id', right: 'id' } })
  expect(error).toMatchObject({ code: 'data.no_such_field', message: expect.stringContaining('"u.id"') })
  const dotted = { left: [{ 'u.id': 1 }], right: [{ id: 1, x: 2 }], on: { left: 'u.id', right: 'id' } }
  expect(await outputOf('data.merge', dotted)).toEqual([{ 'u.id': 1, id: 1, x: 2 }])
  expect(await outputOf('data.merge', { left: [], right: [], on: 'u.id' })).toEqual([])
})

test('data.merge joins by several fields, and of equal names the correct one counts', async () => {
  const left = [
    { a: 1, b: 1, from: 'left' },
    { a: 1, b: 2, from: 'left' },
  ]
  const right = [{ a: 1, b: 2, from: 'right' }]
  expect(await outputOf('data.merge', { left, right, on: ['a', 'b'] })).toEqual([
    { a: 1, b: 2, from: 'right' },
  ])
  expect((await errorOf('data.merge', { left: [1], right, on: 'a' })).code).toBe('data.not_an_object')
})

test('data.merge does not multiply without limit', async () => {
  const rows = Array.from({ length: 1_000 }, () => ({ k: 1 }))
  expect(
    (await errorOf('data.merge', { left: '{{ input }}', right: '{{ input }}', on: 'k' }, { input: rows }))
      .code,
  ).toBe('data.too_large')
})
