// What the runtime of `npm start` lets a Worker reach, whatever the Worker itself checks: a Worker without any guard
// replaces ours. Only the network for listed hosts depends on the guard (core/outbound-ways.test.ts).
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namedHosts } from '../../scripts/server/outbound.ts'
import { startRuntime } from '../../scripts/server/runtime.ts'
import type { State } from '../../scripts/server/state.ts'
import { forget, newStateDir } from './installation.ts'

const PROBE = `export default {
  async fetch(request, env) {
    const asked = new URL(request.url).searchParams
    const way = env[asked.get('way')] ?? { fetch: (...what) => fetch(...what) }
    try {
      const response = await way.fetch(asked.get('to'), { headers: { 'x-probe': 'yes' } })
      return Response.json({ status: response.status, text: await response.text() })
    } catch (error) {
      const refused = String(error?.message ?? error)
      const reference = /reference = (\\w+)/.exec(refused)?.[1]
      const reason = reference && (await (await env.NETWORK_FAULTS.fetch('http://faults/' + reference)).text())
      return Response.json({ refused, reason })
    }
  },
}`

const dir = newStateDir()
const asked: string[] = []
let miniflare: Miniflare
let named: Server
let inner: Server

async function listen(answer: (path: string) => { status: number; location?: string }): Promise<Server> {
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url} ${request.headers['x-probe']}`)
    const { status, location } = answer(request.url ?? '')
    response.writeHead(status, location === undefined ? {} : { location }).end('inner')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function reach(
  to: string,
  way = 'none',
): Promise<{ status?: number; text?: string; refused?: string; reason?: string }> {
  const response = await miniflare.dispatchFetch(`http://probe/?way=${way}&to=${encodeURIComponent(to)}`)
  return (await response.json()) as never
}

beforeAll(async () => {
  inner = await listen(() => ({ status: 200 }))
  named = await listen((path) =>
    path === '/away'
      ? { status: 302, location: `http://localhost:${portOf(inner)}/from-away` }
      : { status: 200 },
  )
  const bundle = join(dir, 'bundle')
  mkdirSync(bundle)
  writeFileSync(join(bundle, 'index.js'), PROBE)
  miniflare = startRuntime({
    state: { file: (name: string) => join(dir, name) } as State,
    bundle: {
      dir: bundle,
      modules: [{ type: 'ESModule', path: join(bundle, 'index.js') }],
      worker: {
        name: 'probe',
        compatibilityDate: '2026-08-01',
        cronTriggers: [],
        bindings: {},
        d1Databases: {},
      },
      migrations: [],
      assetsDir: null,
    },
    host: '127.0.0.1',
    port: 0,
    settings: { OUTBOUND_ALLOW_HOSTS: `localhost:${portOf(named)}` },
  })
  await miniflare.ready
})

afterAll(async () => {
  await miniflare?.dispose()
  named?.close()
  inner?.close()
  forget(dir)
})

test('a name that resolves to an address of this machine is not reached', async () => {
  const { refused } = await reach(`http://localhost:${portOf(inner)}/`)
  expect(refused).toBeTypeOf('string')
  expect(asked).toEqual([])
})

test.each([
  '127.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  '169.254.169.254',
  '10.0.0.1',
  'localhost',
])('an internal address is not reached as %s, nor through the public network', async (host) => {
  for (const way of ['none', 'PUBLIC_NETWORK']) {
    const { refused } = await reach(`http://${host}:${portOf(inner)}/`, way)
    expect(refused).toBeTypeOf('string')
  }
  expect(asked).toEqual([])
})

test('the reason of a failed connection can be queried by its reference', async () => {
  const port = portOf(named)
  expect(await reach('http://nowhere.invalid/', 'PUBLIC_NETWORK')).toMatchObject({
    reason: expect.stringContaining('lookup'),
  })
  expect(await reach(`https://localhost:${port}/`, 'NAMED_NETWORK')).toMatchObject({
    reason: expect.stringContaining('TLS'),
  })
  expect(await reach('http://10.0.0.1/', 'PUBLIC_NETWORK')).toMatchObject({
    reason: expect.stringContaining('not allowed'),
  })
})

test('only the network for listed hosts leads to internal addresses', async () => {
  expect(await reach(`http://localhost:${portOf(inner)}/`, 'NAMED_NETWORK')).toEqual({
    status: 200,
    text: 'inner',
  })
  expect(asked.splice(0)).toHaveLength(1)
})

test('a listed host is reached, at its port and with everything that was sent', async () => {
  expect(await reach(`http://localhost:${portOf(named)}/here?a=1`)).toEqual({ status: 200, text: 'inner' })
  expect(asked.splice(0)).toEqual([`localhost:${portOf(named)}/here?a=1 yes`])
})

test('a redirect from there does not lead to hosts that are not listed', async () => {
  const { refused } = await reach(`http://localhost:${portOf(named)}/away`)
  expect(refused).toBeTypeOf('string')
  expect(asked.splice(0)).toEqual([`localhost:${portOf(named)}/away yes`])
})

test('the mail provider and the sign-in providers count as listed, and invalid settings list nothing', () => {
  const hosts = namedHosts({
    OUTBOUND_ALLOW_HOSTS: 'Printer.lan, 10.0.0.7:9000',
    MAIL_HTTP_URL: 'http://mail.lan:2525/send',
    OAUTH_OIDC_PROVIDERS: JSON.stringify([{ issuer: 'https://login.corp/realm' }]),
  })
  expect(hosts).toEqual(['printer.lan', '10.0.0.7:9000', 'mail.lan', 'login.corp'])
  expect(namedHosts({ OAUTH_OIDC_PROVIDERS: 'no json', MAIL_HTTP_URL: 'no address' })).toEqual([])
})
