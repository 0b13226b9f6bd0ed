import { expect, inject, test } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { one, outputOf, type Params } from './one.ts'

const BASE = inject('httpTarget')

type Echo = {
  method: string
  path: string
  query: [string, string][]
  headers: Record<string, string>
  body: string
}

async function echo(params: Params, input: Json = null): Promise<Echo> {
  const answer = await outputOf('http.request', { url: `${BASE}/echo`, ...params }, input)
  return (answer as { body: Echo }).body
}

test('it calls with method, query, headers and values of expressions', async () => {
  const seen = await echo(
    {
      url: `${BASE}/echo/orders/{{ encodeURIComponent(input.id) }}?keep=1&page=1`,
      method: 'DELETE',
      query: { page: 2, tag: ['a', 'b c'], none: null, flag: true },
      headers: { 'X-Order': '{{ input.id }}', 'x-count': 3, 'x-none': null },
    },
    { id: 'a/7' },
  )
  expect(seen).toMatchObject({ method: 'DELETE', path: '/echo/orders/a%2F7', body: '' })
  expect(seen.query).toEqual([
    ['keep', '1'],
    ['page', '2'],
    ['tag', 'a'],
    ['tag', 'b c'],
    ['flag', 'true'],
  ])
  expect(seen.headers).toMatchObject({ 'x-order': 'a/7', 'x-count': '3', 'user-agent': 'Orrery' })
  expect(seen.headers).not.toHaveProperty('x-none')
})

test('the output has status, headers in lower case and the body as a value', async () => {
  const output = await outputOf('http.request', {
    url: `${BASE}/status/201?X-Extra=yes`,
    responseType: 'json',
  })
  expect(output).toMatchObject({ status: 201, headers: { 'x-extra': 'yes' }, body: { status: 201 } })
})

test('JSON is sent as JSON, and a body makes it a POST', async () => {
  const seen = await echo({ body: { a: '{{ input }}', list: [1, null] } }, 5)
  expect(seen).toMatchObject({ method: 'POST', body: '{"a":5,"list":[1,null]}' })
  expect(seen.headers['content-type']).toBe('application/json')
  const text = await echo({
    body: 'text',
    bodyType: 'json',
    headers: { 'Content-Type': 'application/vnd.x+json' },
  })
  expect(text.body).toBe('"text"')
  expect(text.headers['content-type']).toBe('application/vnd.x+json')
})

test('a form is sent as a form', async () => {
  const seen = await echo({ bodyType: 'form', body: { a: 'b c&d', n: 1, tag: ['x', 'y'], none: null } })
  expect(seen.body).toBe('a=b+c%26d&n=1&tag=x&tag=y')
  expect(seen.headers['content-type']).toBe('application/x-www-form-urlencoded')
})

test('multipart has fields and files', async () => {
  const seen = await echo({
    bodyType: 'multipart',
    body: {
      title: 'Ärger',
      file: { filename: 'a.txt', content: 'aGFsbG8=', contentType: 'text/plain', encoding: 'base64' },
    },
    headers: { 'content-type': 'multipart/form-data' },
  })
  const [, boundary] =
    /^multipart\/form-data; boundary="?([^"]+)"?$/.exec(seen.headers['content-type'] ?? '') ?? []
  expect(boundary).toBeDefined()
  expect(seen.body.split(`--${boundary}`)).toHaveLength(4)
  expect(seen.body).toContain('name="title"\r\n\r\nÄrger\r\n')
  expect(seen.body).toMatch(/name="file"; filename="a.txt"\r\ncontent-type: text\/plain\r\n\r\nhallo\r\n/i)
})

test('raw is sent unchanged', async () => {
  const seen = await echo(
    { method: 'PUT', body: '<a>{{ input }}</a>', headers: { 'content-type': 'application/xml' } },
    1,
  )
  expect(seen).toMatchObject({ method: 'PUT', body: '<a>1</a>' })
  expect(seen.headers['content-type']).toBe('application/xml')
  expect((await echo({ body: 'x' })).headers['content-type']).toBe('text/plain;charset=utf-8')
})

test.each([
  [{ url: 'nowhere' }, 'url'],
  [{ method: 'GET', body: {} }, 'body'],
  [{ bodyType: 'raw', body: {} }, 'body'],
  [{ bodyType: 'form', body: { deep: { a: 1 } } }, 'body'],
  [{ bodyType: 'multipart', body: { f: { filename: 'x', content: '%', encoding: 'base64' } } }, 'body'],
  [{ headers: { 'a b': 'x' } }, 'headers.a b'],
  [{ headers: { a: 'x\r\nhost: y' } }, 'headers.a'],
])('%j is refused before anything is sent', async (params, place) => {
  const run = await one('http.request', { url: `${BASE}/echo`, ...params })
  expect(run).toMatchObject({
    status: 'failed',
    error: { code: 'params.invalid', message: expect.stringContaining(place) },
  })
})

test('requests with effects have an idempotency key, which only the node sets', async () => {
  const run = await one('http.request', { url: `${BASE}/echo`, method: 'PATCH' })
  expect((run.output as { body: Echo }).body.headers['idempotency-key']).toBe(`${run.id}:it`)
  const own = await echo({ method: 'POST', headers: { 'IDEMPOTENCY-KEY': 'mine' } })
  expect(own.headers['idempotency-key']).toBe('mine')
  const off = await echo({ method: 'POST', headers: { 'Idempotency-Key': null } })
  expect(off.headers).not.toHaveProperty('idempotency-key')
  expect((await echo({ method: 'GET' })).headers).not.toHaveProperty('idempotency-key')
})

test('headers that the platform sets cannot be forged', async () => {
  const { headers } = await echo({
    headers: { host: 'evil.test', 'x-forwarded-for': '1.2.3.4', 'content-length': 5 },
  })
  expect(headers.host).toBe(new URL(BASE).host)
  expect(headers).not.toHaveProperty('x-forwarded-for')
})

const typed = (type: string, bytes: string | Uint8Array, params: Params = {}) => {
  const binary = typeof bytes === 'string' ? bytes : String.fromCharCode(...bytes)
  const query = { type, base64: btoa(binary) }
  return one('http.request', { url: `${BASE}/typed`, query, ...params })
}

test.each([
  ['application/json', '{"a":[1]}', { a: [1] }],
  ['application/problem+json; charset=utf-8', '{"a":1}', { a: 1 }],
  ['application/json', '', null],
  ['text/html', '<p>', '<p>'],
  ['application/jsonp', '{}', '{}'],
  ['', 'plain', 'plain'],
  ['text/plain; charset=iso-8859-1', '\xe4', 'ä'],
  ['text/plain; charset=nonsense', 'a', 'a'],
])('auto reads %j %j', async (type, bytes, body) => {
  expect((await typed(type, bytes)).output).toMatchObject({ body })
})

test('the type of the response can be set', async () => {
  expect((await typed('text/plain', '{"a":1}', { responseType: 'json' })).output).toMatchObject({
    body: { a: 1 },
  })
  expect((await typed('application/json', '{"a":1}', { responseType: 'text' })).output).toMatchObject({
    body: '{"a":1}',
  })
})

test('a response that does not match its type is a clear failure', async () => {
  expect(await typed('application/json', '{"a":')).toMatchObject({
    status: 'failed',
    error: {
      code: 'http.not_json',
      message: expect.stringContaining(`${BASE}/typed`),
      details: { body: '{"a":' },
    },
  })
  expect((await typed('application/json', '['.repeat(1_000))).error).toMatchObject({ code: 'http.not_json' })
  expect((await typed('image/png', new Uint8Array([0x89, 0x50, 0xff]))).error).toMatchObject({
    code: 'http.not_text',
  })
})

test('names such as __proto__ are left out of a response', async () => {
  const { output } = await typed(
    'application/json',
    '{"__proto__":{"x":1},"constructor":2,"a":{"prototype":1,"b":2}}',
  )
  expect(output).toMatchObject({ body: { a: { b: 2 } } })
  expect(Object.keys((output as { body: object }).body)).toEqual(['a'])
})

test('HEAD has no body', async () => {
  expect(await outputOf('http.request', { url: `${BASE}/echo`, method: 'HEAD' })).toMatchObject({
    status: 200,
    body: null,
  })
})
