// Stored mail of a real installation: what a workflow can reach of its own server, and what a start allows.
import { get } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, signIn } from './client.ts'
import {
  end,
  forget,
  freePort,
  type Installation,
  newStateDir,
  readState,
  start,
  startRefused,
} from './installation.ts'

let dir: string
let running: Installation | null = null
let token: string

const secrets = () =>
  readState<{ demoPassword: string; mailboxToken: string }>(dir, 'secrets.json') ?? {
    demoPassword: '',
    mailboxToken: '',
  }
const origin = () => running?.url ?? ''

beforeAll(async () => {
  dir = newStateDir()
  const port = await freePort()
  running = await start(dir, { PORT: port, OUTBOUND_ALLOW_HOSTS: `127.0.0.1:${port},[::1]:${port}` })
  token = await signIn(running.url, 'demo@example.com', secrets().demoPassword)
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

/** Runs a workflow of one node that calls the URL. */
async function runCalling(url: string) {
  const workflow = await call<{ id: string }>(origin(), 'POST', '/api/v1/workflows', {
    token,
    json: {
      name: 'Calls home',
      definition: { nodes: [{ id: 'it', type: 'http.request', params: { url } }] },
    },
  })
  const run = await call<{ status: string; error: { code: string } | null }>(
    origin(),
    'POST',
    `/api/v1/workflows/${workflow.body.id}/execute`,
    { token, json: {}, headers: { prefer: 'wait=20' } },
  )
  return run.body
}

test('a workflow cannot reach stored mail, under any name of this server', async () => {
  const { port } = new URL(origin())
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    for (const path of ['/dev/mailbox', '/dev/%6Dailbox']) {
      const url = `http://${host}:${port}${path}?token=${secrets().mailboxToken}`
      expect(await runCalling(url)).toMatchObject({ status: 'failed', error: { code: 'http.blocked' } })
    }
})

test('it can reach the server that the samples retry against', async () => {
  expect(await runCalling(`${origin()}/dev/flaky/once?failures=0`)).toMatchObject({ status: 'succeeded' })
})

test('stored mail is not a callback URL', async () => {
  const { body } = await call<{ items: { id: string }[] }>(origin(), 'GET', '/api/v1/workflows?limit=1', {
    token,
  })
  const answer = await call(origin(), 'POST', `/api/v1/workflows/${body.items[0]?.id}/execute`, {
    token,
    json: { callbackUrl: `${origin()}/dev/mailbox` },
  })
  expect(answer).toMatchObject({ status: 422, body: { code: 'outbound.blocked' } })
})

test('the start prints the URL of the stored mail', async () => {
  const address = /^ {2}Mail +(\S+)/m.exec(running?.output() ?? '')?.[1] ?? ''
  expect((await fetch(address)).status).toBe(200)
  expect((await fetch(`${origin()}/dev/mailbox`)).status).toBe(401)
})

/** The request of a browser with another host name. `fetch` would not send it. */
const askAs = (host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const path = `/dev/mailbox?token=${secrets().mailboxToken}`
    const { port } = new URL(origin())
    get({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject)
  })

test('a page whose own name resolves to this machine sees no mail', async () => {
  const { port } = new URL(origin())
  for (const host of ['evil.test', `evil.test:${port}`, `localhost.evil.test:${port}`])
    expect([host, await askAs(host)]).toEqual([host, 404])
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
    expect([host, await askAs(host)]).toEqual([host, 200])
})

test('in development no other machine may be let in', async () => {
  const other = newStateDir()
  const refused = await startRefused(other, { HOST: '0.0.0.0' })
  expect(refused.code).toBe(1)
  expect(refused.output).toContain('HOST=0.0.0.0 opens the port to other machines')
  forget(other)
})
