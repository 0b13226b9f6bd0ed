// Whatever the answer, the body of a request is read before it. Otherwise the client's connection breaks first.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { drainUnread } from '../../src/http/drain.ts'
import { router } from '../../src/http/router.ts'
import { call } from '../helpers/api.ts'
import { newPerson } from '../helpers/people.ts'
import { fillPath } from './support/paths.ts'
import { routes } from './support/routes.ts'

const MIB = 1024 * 1024

/** `chunks` pieces, one per read. `closed` says whether the end was reached. */
function sending(chunks: number, sizeBytes = 6) {
  const state = { sent: 0, closed: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (state.sent < chunks) {
          state.sent++
          controller.enqueue(new Uint8Array(sizeBytes).fill(32))
        } else {
          state.closed = true
          controller.close()
        }
      },
    },
    { highWaterMark: 0 },
  )
  return { state, stream }
}

const withBody = routes.filter((route) => route.method !== 'GET')

test.each(withBody.map((route) => [route.name, route] as const))(
  '%s reads the body to its end, whoever sends it and whatever is answered',
  async (_name, route) => {
    for (const as of [undefined, await newPerson()]) {
      const { state, stream } = sending(3)
      await call(route.method, fillPath(route.path), {
        raw: stream,
        headers: { 'content-type': 'application/octet-stream' },
        ...(as ? { as } : {}),
      })
      expect(state).toEqual({ sent: 3, closed: true })
    }
  },
)

test('the same holds for an unknown path, and for a method that the path does not support', async () => {
  for (const [method, path] of [
    ['POST', '/nowhere'],
    ['PUT', '/health'],
  ] as const) {
    const { state, stream } = sending(3)
    await call(method, path, { raw: stream })
    expect(state.closed).toBe(true)
  }
})

test.each([
  ['POST', '/api/v1/teams', 'application/json'],
  ['POST', '/api/v1/workflows/validate', 'application/json'],
  ['PUT', '/api/v1/users/profile/avatar', 'image/png'],
])('%s %s reads the rest of a body that is too large', async (method, path, type) => {
  const { state, stream } = sending(12, MIB)
  const answer = await call(method, path, {
    raw: stream,
    headers: { 'content-type': type },
    as: await newPerson(),
  })
  expect([413, 415]).toContain(answer.status)
  expect(state).toEqual({ sent: 12, closed: true })
})

const drained = (raw: ReadableStream, bounds: { bytes: number; ms: number }) => {
  const app = router()
    .use(drainUnread(bounds))
    .post('/', (c) => c.text('answered'))
  const request = new Request('http://orrery.test/', { method: 'POST', body: raw })
  return app.fetch(request, env, createExecutionContext())
}

test('an endless body is answered after a number of bytes', async () => {
  const { state, stream } = sending(Number.POSITIVE_INFINITY, 1000)
  expect(await (await drained(stream, { bytes: 10_000, ms: 60_000 })).text()).toBe('answered')
  expect(state.sent).toBeLessThan(20)
})

test('a body that stalls is answered after some time', async () => {
  const stuck = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) })
  expect(await (await drained(stuck, { bytes: 10_000, ms: 10 })).text()).toBe('answered')
})

test('an aborted request is not a server error', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
  expect((await drained(broken, { bytes: 10_000, ms: 60_000 })).status).toBe(200)
})
