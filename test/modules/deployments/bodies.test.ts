// Contents are read while they are sent, to a real server.
import { expect, test } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { blobBody } from '../../../src/modules/deployments/platforms/github-pages/blob-body.ts'
import { callOutbound, reachOf, StreamedBody } from '../../../src/providers/outbound/index.ts'
import { withContext } from '../../helpers/jobs.ts'
import { target } from '../integrations/integrations.ts'

const PIECE = 'abcdefghij'.repeat(1_000)

/** This many pieces, one at a time. Then it ends, or fails. */
const source = (pieces: number, fault?: Error): ReadableStream<Uint8Array> => {
  let given = 0
  return new ReadableStream({
    pull(controller) {
      if (given++ < pieces) controller.enqueue(new TextEncoder().encode(PIECE))
      else if (fault === undefined) controller.close()
      else controller.error(fault)
    },
  })
}

const send = (path: string, body: StreamedBody, followRedirects = false) =>
  withContext(({ env, settings }) =>
    callOutbound(
      {
        ...{ url: `${target()}${path}`, method: 'PUT', headers: { 'content-type': 'text/plain' }, body },
        ...{ maxBytes: 20_000_000, timeoutMs: 10_000, followRedirects },
      },
      reachOf(env, settings),
    ),
  ).then(({ status, bytes }) => ({ status, text: new TextDecoder().decode(bytes) }))

test('a content is sent with its length, and arrives completely', async () => {
  const { status, text } = await send('/echo', new StreamedBody(200 * PIECE.length, async () => source(200)))
  const { headers, body } = JSON.parse(text)
  expect([status, headers['content-length'], headers['transfer-encoding']]).toEqual([
    200,
    '2000000',
    undefined,
  ])
  expect(body === PIECE.repeat(200)).toBe(true)
})

test.each([0, 1, 2, 3, 4, 10_001])('%i bytes become a blob of GitHub while they are sent', async (size) => {
  const content = Uint8Array.from({ length: size }, (_, n) => (n * 7) & 255)
  const pieces = async () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < size; at += 997) controller.enqueue(content.slice(at, at + 997))
        controller.close()
      },
    })
  const { text } = await send('/echo', blobBody({ sizeBytes: size }, pieces))
  const sent = JSON.parse(JSON.parse(text).body)
  expect(sent).toEqual({ encoding: 'base64', content: btoa(String.fromCharCode(...content)) })
})

test('a source that fails or ends early aborts the request, and its error is the failure', async () => {
  const fault = new AppError('deployment.source_gone', { detail: 'It was pruned.' })
  const cases = [source(3, fault), source(3)]
  const failures = []
  for (const one of cases)
    failures.push(
      await send('/echo', new StreamedBody(500 * PIECE.length, async () => one)).catch((error) => error),
    )
  expect(failures[0]).toBe(fault)
  expect(failures[1]).toMatchObject({ code: 'outbound.failed' })
  await expect(send('/echo', new StreamedBody(1, () => Promise.reject(fault)))).rejects.toBe(fault)
})

test('a response that comes before the content was read is used', async () => {
  const large = new StreamedBody(1_500 * PIECE.length, async () => source(1_500))
  expect((await send('/status/401', large)).status).toBe(401)
})

test('a content is opened again for each request', async () => {
  let opened = 0
  const body = new StreamedBody(PIECE.length, async () => {
    opened++
    return source(1)
  })
  const to = encodeURIComponent('/echo')
  const { text } = await send(`/redirect?status=307&to=${to}`, body, true)
  expect([JSON.parse(text).body === PIECE, opened]).toEqual([true, 2])
})
