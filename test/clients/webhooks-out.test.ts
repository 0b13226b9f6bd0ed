// The libraries of receivers accept what a running installation posts, and refuse it when it is altered. Nothing here
// computes a signature itself.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, eventually, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'

type Received = { path: string; headers: Record<string, string>; body: string }

const NAME = 'Greets the judges'

const received: Received[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  received.push({ path: request.url ?? '', headers: signedHeaders(request.headers), body })
  // The first attempt of each fails, so that the second is checked as well.
  response.writeHead(received.length === 1 ? 503 : 200).end()
})

const signedHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
  )

const stateDir = newStateDir()
let installation: Installation
let token: string
let origin: string

const api = <T>(method: string, path: string, json?: unknown) =>
  call<T>(installation.url, method, `/api/v1${path}`, { token, ...(json === undefined ? {} : { json }) })

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  origin = `http://127.0.0.1:${port}`
  installation = await start(stateDir, { OUTBOUND_ALLOW_HOSTS: `127.0.0.1:${port}` })
  token = await signInAsDemo(installation.url, stateDir)
})

after(async () => {
  await end(installation)
  forget(stateDir)
  server.close()
})

const JUDGES = { standardwebhooks: Standard, svix: Svix }

function takes(secret: string, { headers, body }: Received): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(JUDGES).map(([name, Judge]) => {
      try {
        new Judge(secret).verify(body, headers)
        return [name, true]
      } catch {
        return [name, false]
      }
    }),
  )
}

const BOTH = { standardwebhooks: true, svix: true }
const NEITHER = { standardwebhooks: false, svix: false }

async function receivedAt(path: string, count: number): Promise<Received[]> {
  await eventually(`${count} requests came to ${path}`, () => at(path).length >= count)
  return at(path)
}
const at = (path: string): Received[] => received.filter((one) => one.path === path)

async function runOnce(body: Record<string, unknown> = {}): Promise<void> {
  const made = await api<{ id: string }>('POST', '/workflows', {
    name: NAME,
    definition: { nodes: [{ id: 'say', type: 'data.set', params: { values: { text: 'Grüße 🎉' } } }] },
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const run = await api('POST', `/workflows/${made.body.id}/execute`, body)
  assert.ok(run.status < 300, JSON.stringify(run.body))
}

test('both libraries accept every attempt, and refuse 1,000 altered bodies', async () => {
  const made = await api<{ id: string; secret: string }>('POST', '/webhooks', {
    url: `${origin}/events`,
    events: ['run.succeeded'],
    // The samples of a new installation run as well.
    filter: `{{ input.workflow.name == '${NAME}' }}`,
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { id, secret } = made.body
  await runOnce()
  const [first, second]: Received[] = await receivedAt('/events', 2)
  assert.ok(first && second)
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id'])
  assert.equal(first.body, second.body)
  assert.deepEqual(JSON.parse(second.body).data.data, { output: { text: 'Grüße 🎉' } })
  for (const one of [first, second]) assert.deepEqual(takes(secret, one), BOTH)

  for (let n = 0; n < 1_000; n++) {
    const spot: number = n % second.body.length
    const other = second.body[spot] === 'x' ? 'y' : 'x'
    const body: string = second.body.slice(0, spot) + other.repeat(1 + (n % 3)) + second.body.slice(spot + 1)
    assert.deepEqual(takes(secret, { ...second, body }), NEITHER, `altered at ${spot}`)
  }
  for (const [name, value] of Object.entries({ 'webhook-id': 'evt_other', 'webhook-timestamp': '1' })) {
    const headers: Record<string, string> = { ...second.headers, [name]: value }
    assert.deepEqual(takes(secret, { ...second, headers }), NEITHER, name)
  }

  const rotated = await api<{ secret: string }>('POST', `/webhooks/${id}/rotate-secret`)
  await api('POST', `/webhooks/${id}/test`, {})
  const [, , tested] = await receivedAt('/events', 3)
  assert.ok(tested)
  for (const one of [secret, rotated.body.secret]) assert.deepEqual(takes(one, tested), BOTH)
})

test('both libraries accept the callback of a run', async () => {
  const { body } = await api<{ secret: string }>('POST', '/webhooks/callbacks/rotate-secret')
  await runOnce({ callbackUrl: `${origin}/callback` })
  const [callback] = await receivedAt('/callback', 1)
  assert.ok(callback)
  assert.deepEqual(takes(body.secret, callback), BOTH)
  assert.deepEqual(takes(body.secret, { ...callback, body: `${callback.body} ` }), NEITHER)
})
