import { expect, inject, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { one, outputOf, type Params } from './one.ts'

const BASE = inject('httpTarget')

const paged = (paginate: Params, query = '', more: Params = {}) =>
  one('http.request', { url: `${BASE}/pages${query}`, paginate, ...more })

const ALL = [1, 2, 3, 4, 5, 6, 7]
const items = '{{ item.body.items }}'

test.each([
  ['the URL of the next page', { by: 'next', next: '{{ item.body.next }}', items }],
  ['a cursor', { by: 'next', next: '{{ item.body.cursor ? { page: item.body.cursor } : null }}', items }],
  ['the Link header', { by: 'link', items }],
  ['page numbers', { by: 'page', items }],
  ['page numbers and until', { by: 'page', items, until: '{{ item.body.cursor === null }}' }],
])('pages are read by %s', async (_name, paginate) => {
  const run = await paged(paginate)
  expect(run).toMatchObject({ status: 'succeeded', output: { status: 200, body: ALL } })
})

test('without items each page adds its body', async () => {
  const run = await paged({ by: 'link' })
  expect((run.output as { body: { items: number[] }[] }).body.flatMap((page) => page.items)).toEqual(ALL)
})

test('until ends with the page for which it is true; index is the position of the page', async () => {
  expect((await paged({ by: 'link', items, until: '{{ index === 1 }}' })).output).toMatchObject({
    body: [1, 2, 3, 4, 5, 6],
    pages: 2,
  })
})

test('more pages than maxPages are a failure, because part of a list must not be mistaken for all of it', async () => {
  expect((await paged({ by: 'link', items, maxPages: 2 })).error).toMatchObject({
    code: 'http.too_many_pages',
    message: expect.stringContaining('more than 2 pages'),
    retryable: false,
    outcomeUnknown: false,
  })
  expect((await paged({ by: 'link', items, maxPages: 3 })).output).toMatchObject({ body: ALL, pages: 3 })
  const post = { by: 'link', items, maxPages: 1 }
  expect((await paged(post, '', { method: 'POST' })).error).toMatchObject({ outcomeUnknown: true })
})

test('a list of more than ten pages is read to its end', async () => {
  const run = await one('http.request', { url: `${BASE}/long-list`, paginate: { by: 'page', items } })
  expect(run.output).toMatchObject({ body: Array.from({ length: 25 }, (_, at) => at + 1), pages: 26 })
})

test('the number may have another start, step and name', async () => {
  const run = await paged({ by: 'page', param: 'page', start: 2, step: 1, items })
  expect(run.output).toMatchObject({ body: [4, 5, 6, 7], pages: 3 })
})

test('a next page on another host is refused, because the headers are not meant for it', async () => {
  const elsewhere = encodeURIComponent('https://example.com')
  for (const paginate of [
    { by: 'link', items },
    { by: 'next', next: '{{ item.body.next }}', items },
  ])
    expect((await paged(paginate, `?elsewhere=${elsewhere}`)).error).toMatchObject({
      message: expect.stringContaining('another host'),
    })
})

test('a page that refers to itself as the next one is refused', async () => {
  expect((await paged({ by: 'next', next: '{{ item.body.next }}' }, '?page=1&stuck=1')).error).toMatchObject({
    message: expect.stringContaining('same page'),
  })
})

test('all pages together are limited by maxBytes', async () => {
  expect((await paged({ by: 'link', items }, '', { maxBytes: 150 })).error).toMatchObject({
    code: 'http.bad_answer',
  })
})

test('each page has a key of its own, the same on every attempt', async () => {
  const name = newId('evt', Date.now())
  const params = { url: `${BASE}/pages/${name}`, method: 'POST', paginate: { by: 'page', items } }
  const run = await one('http.request', params)
  expect(run.status).toBe('succeeded')
  const seen = (await outputOf('http.request', { url: `${BASE}/seen/${name}` })) as {
    body: { key: string }[]
  }
  expect(seen.body.map(({ key }) => key)).toEqual([
    `${run.id}:it`,
    `${run.id}:it#1`,
    `${run.id}:it#2`,
    `${run.id}:it#3`,
  ])
})

test('an expression of the paging that cannot be evaluated fails with its place', async () => {
  expect((await paged({ by: 'next', next: '{{ item.body.a.b }}' })).error).toMatchObject({
    code: 'expression.type',
    message: expect.stringMatching(/^paginate, item 0, next, column /),
  })
})
