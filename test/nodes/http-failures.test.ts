import { expect, inject, test, vi } from 'vitest'
import { httpPort } from '../../durable-objects/run-host/ports/http.ts'
import { newId } from '../../src/core/ids.ts'
import { retryAfter } from '../../src/nodes/http/answer.ts'
import { eventually } from '../helpers/changes.ts'
import { ended, runOf } from '../helpers/runs.ts'
import { type More, one, outputOf, type Params } from './one.ts'

const BASE = inject('httpTarget')

const call = (path: string, params: Params = {}, more: More = {}) =>
  one('http.request', { url: `${BASE}${path}`, ...params }, more)

const newName = () => newId('evt', Date.now())
type Seen = { method: string; key: string | null; authorization: string | null }
const seenAt = async (name: string): Promise<Seen[]> =>
  ((await outputOf('http.request', { url: `${BASE}/seen/${name}` })) as { body: Seen[] }).body

const quickly = { attempts: 4, delayMs: 1, maxDelayMs: 5 }

test.each([400, 401, 404, 409, 422, 500])('%d fails with the response', async (status) => {
  const run = await call(`/status/${status}?secret=in-the-query`)
  expect(run).toMatchObject({
    status: 'failed',
    error: {
      code: 'http.status',
      message: `GET ${BASE}/status/${status} answered ${status}`,
      details: { status, body: `{"status":${status}}` },
    },
  })
  expect(JSON.stringify(run.error)).not.toContain('in-the-query')
})

test.each([
  [[404], 404, true],
  [['4xx'], 404, true],
  [[200, '3xx'], 404, false],
  [['2xx'], 304, false],
  [undefined, 304, true],
])('with okStatuses %j the status %d counts as success: %j', async (okStatuses, status, isOk) => {
  const run = await call(`/status/${status}`, okStatuses === undefined ? {} : { okStatuses })
  expect(run.status).toBe(isOk ? 'succeeded' : 'failed')
})

test.each(['408', '425', '429', '500', '503'])('%s is retried, each time with the same key', async (how) => {
  const name = newName()
  const run = await call(
    `/flaky/${name}?failures=2&how=${how}`,
    { method: 'POST' },
    { node: { retry: quickly } },
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { body: { tries: 3 } } })
  expect((await seenAt(name)).map(({ key }) => key)).toEqual(Array(3).fill(`${run.id}:it`))
})

test.each(['400', '404', '422'])('%s is not retried', async (how) => {
  const name = newName()
  const run = await call(`/flaky/${name}?failures=2&how=${how}`, {}, { node: { retry: quickly } })
  expect(run.status).toBe('failed')
  expect(await seenAt(name)).toHaveLength(1)
})

test('Retry-After is respected, however soon the policy would retry', async () => {
  const retry = { attempts: 4, delayMs: 1 }
  const run = await call('/status/429?retry-after=3600', {}, { node: { retry }, waitMs: 0 })
  await eventually(async () => {
    const view = await runOf(run.id).view({ nodes: true })
    expect(view?.nodes?.[0]?.status).toBe('retrying')
    const [wait] = view?.waitingFor ?? []
    expect(wait).toMatchObject({ path: 'it', kind: 'retry', name: 'http.status' })
    expect(wait?.detail).toMatchObject({ attempt: 1, failures: 1, error: { code: 'http.status' } })
    expect(Date.parse(wait?.until ?? '') - Date.parse(wait?.since ?? '')).toBe(3_600_000)
  })
  const page = await runOf(run.id).events(0, 100)
  const retrying = page?.events.find(({ type }) => type === 'node.retrying')
  expect(retrying).toMatchObject({ reason: 'failed', error: { code: 'http.status', retryable: true } })
  await runOf(run.id).control('cancel', 'usr_x')
})

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['soon', null],
  ['', null],
  ['-5', null],
])("Retry-After %j is %j ms by the other side's clock", (text, expected) => {
  const headers = { 'retry-after': text, date: 'Wed, 21 Oct 2026 07:28:00 GMT' }
  expect(retryAfter(headers, 0)).toBe(expected)
})

/** Like workerd reports it. The outbound proxy of the tests would turn a broken connection into a response. */
const lost = () => new Error('Network connection lost.')
const breaks = {
  'before the answer': () => Promise.reject(lost()),
  'in the answer': () =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          start: (stream) => stream.enqueue(new TextEncoder().encode('{"half":')),
          pull: (stream) => stream.error(lost()),
        }),
      ),
    ),
}

test.each(['before the answer', 'in the answer'] as const)(
  'a connection that breaks %s is retried',
  async (when) => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementationOnce(breaks[when])
    const run = await call('/echo', { method: 'POST' }, { node: { retry: quickly } })
    fetch.mockRestore()
    expect(run).toMatchObject({ status: 'succeeded', output: { body: { method: 'POST' } } })
    expect(run.nodes?.[0]?.attempt).toBe(2)
  },
)

test('at most once: after a broken connection or a 500 the outcome is unknown, so a person decides', async () => {
  for (const how of ['500', 'before the answer', 'in the answer'] as const) {
    const fetch = how === '500' ? null : vi.spyOn(globalThis, 'fetch').mockImplementationOnce(breaks[how])
    const name = newName()
    const node = { effect: 'at-most-once', retry: quickly }
    const run = await call(`/flaky/${name}?failures=1&how=500`, { method: 'POST' }, { node, waitMs: 0 })
    await eventually(async () => {
      const view = await runOf(run.id).view({ nodes: true })
      expect(view?.nodes?.[0]?.status).toBe('unknown')
    })
    fetch?.mockRestore()
    expect(await seenAt(name)).toHaveLength(how === '500' ? 1 : 0)
    await runOf(run.id).resolve({ path: 'it', outcome: 'succeeded', output: { by: 'hand' }, by: 'usr_x' })
    expect(await ended(run.id)).toMatchObject({ status: 'succeeded', output: { by: 'hand' } })
  }
})

test('at most once: a refused request is retried anyway', async () => {
  const node = { effect: 'at-most-once', retry: quickly }
  const run = await call(`/flaky/${newName()}?failures=1&how=429`, { method: 'POST' }, { node })
  expect(run).toMatchObject({ status: 'succeeded', output: { body: { tries: 2 } } })
})

test.each(['?length', ''])('a response of 100 MB is cut off (%j)', async (announced) => {
  const startedAt = Date.now()
  const run = await call(`/huge/x${announced}`)
  expect(run).toMatchObject({
    status: 'failed',
    error: { code: 'http.bad_answer', message: expect.stringContaining('larger than 8388608 bytes') },
  })
  expect(Date.now() - startedAt).toBeLessThan(30_000)
})

test('maxBytes is exact', async () => {
  const size = '{"status":200}'.length
  expect((await call('/status/200', { maxBytes: size })).status).toBe('succeeded')
  expect((await call('/status/200', { maxBytes: size - 1 })).error).toMatchObject({ code: 'http.bad_answer' })
})

test('a response of one byte per second ends with the time limit of the node, and the object works afterwards', async () => {
  const startedAt = Date.now()
  const run = await call('/drip', {}, { node: { timeoutMs: 300 } })
  expect(run).toMatchObject({ status: 'failed', error: { code: 'node.timeout' } })
  expect(Date.now() - startedAt).toBeLessThan(30_000)
  expect((await runOf(run.id).view({}))?.status).toBe('failed')
})

test('a call has its own time limit, in case the engine cannot end it', async () => {
  const port = httpPort(
    { allowHosts: [new URL(BASE).host], fetchPublic: fetch, fetchNamed: fetch, faultLog: null },
    200,
    () => Promise.reject(new Error('no credential is named')),
  )
  const request = { url: `${BASE}/drip`, method: 'GET', headers: {}, maxBytes: 100, followRedirects: true }
  const startedAt = Date.now()
  await expect(port.fetch({ ...request, signal: new AbortController().signal })).rejects.toMatchObject({
    error: { code: 'http.connection', message: 'No answer within 200 ms.', outcomeUnknown: true },
  })
  expect(Date.now() - startedAt).toBeLessThan(30_000)
})

test('a cancel ends a call in progress', async () => {
  const run = await call('/drip', {}, { waitMs: 0 })
  await runOf(run.id).control('cancel', 'usr_x')
  expect((await ended(run.id)).status).toBe('cancelled')
})

test.each([
  'http://127.0.0.1:9/',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]/',
  'http://localhost/',
  'http://0x7f000001/',
  'ftp://example.com/',
  'http://user:pass@example.com/',
])('%s is not called', async (url) => {
  const run = await one('http.request', { url }, { node: { retry: quickly } })
  expect(run).toMatchObject({ status: 'failed', error: { code: 'http.blocked', outcomeUnknown: false } })
  expect(run.nodes?.[0]?.attempt).toBe(1)
})

test('a redirect to an internal URL is not followed', async () => {
  const to = encodeURIComponent('http://169.254.169.254/latest/meta-data')
  expect((await call(`/redirect/x?to=${to}`)).error).toMatchObject({
    code: 'http.blocked',
    message: expect.stringContaining('redirect'),
    outcomeUnknown: true,
  })
})

test('a redirect that would send the body to another origin fails, and is not retried', async () => {
  const to = encodeURIComponent('https://elsewhere.example/')
  const run = await call(`/redirect/x?status=307&to=${to}`, { body: { secret: 1 } })
  expect(run.error).toMatchObject({
    code: 'http.redirect_refused',
    message: expect.stringContaining('elsewhere.example'),
    outcomeUnknown: true,
  })
})

test('redirects are followed up to a limit, or returned as they are', async () => {
  expect((await call('/redirect/x?to=/status/200')).output).toMatchObject({ status: 200 })
  const loop = encodeURIComponent('/redirect/x')
  expect((await call(`/redirect/x?to=${loop}`)).status).toBe('succeeded')
  const name = newName()
  const round = await call(
    `/redirect/${name}?to=${encodeURIComponent(`/redirect/${name}?to=/redirect/${name}`)}`,
    {
      followRedirects: false,
    },
  )
  expect(round.output).toMatchObject({
    status: 302,
    headers: { location: expect.stringContaining('/redirect/') },
  })
})

test('a POST that is redirected with 307 stays one, with 302 it becomes a GET without body', async () => {
  const body = { a: 1 }
  expect((await call('/redirect/x?status=307', { body })).output).toMatchObject({
    body: { method: 'POST', body: '{"a":1}' },
  })
  expect((await call('/redirect/x?status=302', { body })).output).toMatchObject({
    body: { method: 'GET', body: '' },
  })
})
