// Answers that are sent before the body was read: from a real server, over reused connections.
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, signIn } from './client.ts'
import { end, forget, type Installation, newStateDir, start } from './installation.ts'

const dir = newStateDir()
const PASSWORD = 'Long-enough-1-for-root'
let running: Installation | null = null
let url = ''
let token = ''

beforeAll(async () => {
  running = await start(dir, { ADMIN_EMAIL: 'root@example.org', ADMIN_PASSWORD: PASSWORD })
  url = `${running.url}/api/v1`
  token = await signIn(running.url, 'root@example.org', PASSWORD)
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

/** The statuses of as many requests in sequence. A broken connection would fail the next one. */
async function statuses(times: number, send: () => Promise<Response>): Promise<Set<number>> {
  const seen = new Set<number>()
  for (let i = 0; i < times; i++) {
    const answer = await send()
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    await answer.json()
    seen.add(answer.status)
  }
  return seen
}

const streamOf = (chunks: number, sizeBytes: number) => {
  let left = chunks
  return new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(sizeBytes)) : controller.close()),
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
const streamed = (path: string, chunks: number, sizeBytes: number, headers = {}) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: streamOf(chunks, sizeBytes),
    duplex: 'half',
  } as RequestInit)

test('a streamed body that is refused unread gets its problem', async () => {
  expect(await statuses(20, () => streamed('/teams', 2, 6))).toEqual(new Set([401]))
  expect(await statuses(20, () => streamed('/nowhere', 2, 6))).toEqual(new Set([404]))
})

test('a form with a picture of the wrong type is refused with that reason', async () => {
  const send = (headers: Record<string, string>) => () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(300_000)], { type: 'image/png' }), 'a.png')
    return fetch(`${url}/users/profile/avatar`, { method: 'PUT', headers, body: form })
  }
  expect(await statuses(20, send({}))).toEqual(new Set([401]))
  expect(await statuses(20, send({ authorization: `Bearer ${token}` }))).toEqual(new Set([415]))
})

test('a body over the limit is refused, with or without an announced length', async () => {
  const authorization = { authorization: `Bearer ${token}` }
  const body = new Uint8Array(10_000_000)
  const announced = () =>
    fetch(`${url}/teams`, { method: 'POST', headers: { ...JSON_TYPE, ...authorization }, body })
  expect(await statuses(5, announced)).toEqual(new Set([413]))
  expect(await statuses(5, () => streamed('/teams', 100, 100_000, authorization))).toEqual(new Set([413]))
})

test('two Host headers are 400', async () => {
  const { port } = new URL(running?.url ?? '')
  const socket = connect(Number(port), '127.0.0.1')
  socket.end('GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\nConnection: close\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*request\.malformed/s)
})

test('afterwards the server answers as before', async () => {
  expect((await call(running?.url ?? '', 'GET', '/health')).status).toBe(200)
})
