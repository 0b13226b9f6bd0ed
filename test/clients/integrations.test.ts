// Integrations of a running installation with third-party servers: an OAuth 2 server, and an S3 store that rejects
// invalid signatures.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import S3rver from '@20minutes/s3rver'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Events, OAuth2Server } from 'oauth2-mock-server'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'

const PATH = '/api/v1/users/integrations'

type Run = {
  status: string
  output: { status: number; body: unknown } | null
  error: { code: string } | null
}
type Made = { id: string; status: string }

const stateDir = newStateDir()
const storeDir = newStateDir()
const oauth = new OAuth2Server()
const store = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: storeDir,
  configureBuckets: [{ name: 'sample-bucket', configs: [] }],
})
let api: Server
let apiUrl: string
let storeUrl: string
let installation: Installation
let token: string

/** An API that accepts the tokens of the OAuth server and verifies them with its keys. */
async function serveApi(issuer: string): Promise<Server> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const server = createServer((request, response) => {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    jwtVerify(bearer, keys, { issuer }).then(
      ({ payload }) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(payload)),
      () => response.writeHead(401).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

before(async () => {
  await oauth.issuer.keys.generate('RS256')
  await oauth.start(0, '127.0.0.1')
  const issuer = oauth.issuer.url ?? ''
  api = await serveApi(issuer)
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  storeUrl = `http://127.0.0.1:${(await store.run()).port}`
  const hosts = [issuer, apiUrl, storeUrl].map((url) => new URL(url).host)
  installation = await start(stateDir, { OUTBOUND_ALLOW_HOSTS: hosts.join(',') })
  token = await signInAsDemo(installation.url, stateDir)
})

after(async () => {
  await end(installation)
  await Promise.all([oauth.stop(), store.close(), new Promise((resolve) => api.close(resolve))])
  forget(stateDir)
  forget(storeDir)
})

const send = <T>(method: string, path: string, json?: unknown, headers = {}) =>
  call<T>(installation.url, method, path, { token, json, headers })

async function create(json: object): Promise<Made> {
  const made = await send<Made>('POST', PATH, json)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return made.body
}

/** Runs one request that is signed with the integration. */
async function run(credential: string, params: object): Promise<Run> {
  const node = { id: 'call', type: 'http.request', credential, params, retry: { attempts: 1 } }
  const made = await send<Made>('POST', '/api/v1/workflows', { name: 'Call', definition: { nodes: [node] } })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const started = await send<Run>(
    'POST',
    `/api/v1/workflows/${made.body.id}/execute`,
    {},
    { prefer: 'wait=30' },
  )
  return started.body
}

const client = { clientId: 'orrery', scopes: ['orders', 'refunds'] }
const hostOf = (url: string): string => new URL(url).host

test('an API that verifies tokens accepts those of client credentials', async () => {
  const made = await create({
    type: 'oauth2.client-credentials',
    name: 'Machines',
    config: { ...client, tokenUrl: `${oauth.issuer.url}/token` },
    secrets: { clientSecret: 'secret +/&= of the client' },
    allowedHosts: [hostOf(apiUrl)],
  })
  const { status, output } = await run(made.id, { url: apiUrl })
  assert.deepEqual([status, output?.status], ['succeeded', 200])
  assert.equal((output?.body as { scope?: string } | undefined)?.scope, 'orders refunds')
})

/** Consents in a browser that keeps its cookies. */
async function consent(id: string): Promise<Response> {
  const started = await fetch(`${installation.url}${PATH}/${id}/connect`, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(started.status, 200)
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const { url } = (await started.json()) as { url: string }
  const asked = new URL(url).searchParams
  assert.equal(asked.get('code_challenge_method'), 'S256')
  const back = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
  assert.ok(back.startsWith(asked.get('redirect_uri') ?? '?'), back)
  const { pathname, search } = new URL(back)
  return fetch(`${installation.url}${pathname}${search}`, { headers: { cookie } })
}

test('a code is redeemed with PKCE, and ten runs with an expired token cause one refresh', async () => {
  const { id } = await create({
    type: 'oauth2.authorization-code',
    name: 'People',
    config: {
      ...client,
      authorizationUrl: `${oauth.issuer.url}/authorize`,
      tokenUrl: `${oauth.issuer.url}/token`,
    },
    secrets: { clientSecret: 'secret of the client' },
    allowedHosts: [hostOf(apiUrl)],
  })
  const grants: string[] = []
  oauth.service.on(
    Events.BeforeResponse,
    ({ body }: { body: Record<string, unknown> }, request: { body: { grant_type: string } }) => {
      grants.push(request.body.grant_type)
      // The first token expires immediately, the next ones do not.
      body.expires_in = request.body.grant_type === 'authorization_code' ? 0.001 : 3_600
    },
  )
  const page = await consent(id)
  assert.deepEqual([page.status, (await page.text()).includes('is connected')], [200, true])
  const runs = await Promise.all(Array.from({ length: 10 }, () => run(id, { url: apiUrl })))
  assert.deepEqual(
    runs.map(({ output }) => output?.status),
    Array(10).fill(200),
  )
  assert.deepEqual(grants, ['authorization_code', 'refresh_token'])
})

test('a refresh that is refused for good asks for a new consent', async () => {
  const { id } = await create({
    type: 'oauth2.authorization-code',
    name: 'Gone',
    config: {
      ...client,
      authorizationUrl: `${oauth.issuer.url}/authorize`,
      tokenUrl: `${oauth.issuer.url}/token`,
    },
    secrets: {},
    allowedHosts: [hostOf(apiUrl)],
  })
  oauth.service.once(Events.BeforeResponse, ({ body }: { body: Record<string, unknown> }) => {
    body.expires_in = 0.001
  })
  assert.equal((await consent(id)).status, 200)
  oauth.service.once(Events.BeforeResponse, (answer: { body: unknown; statusCode: number }) => {
    answer.statusCode = 400
    answer.body = { error: 'invalid_grant' }
  })
  const { status, error } = await run(id, { url: apiUrl })
  assert.deepEqual([status, error?.code], ['failed', 'credential.needs_reconnect'])
  assert.equal((await send<Made>('GET', `${PATH}/${id}`)).body.status, 'needs_reconnect')
})

test('a store that verifies signatures accepts and returns what is written, and refuses another key', async () => {
  const keys = (secretAccessKey: string) => ({
    type: 'aws-s3',
    name: `Bucket ${secretAccessKey}`,
    config: { bucket: 'sample-bucket', region: 'us-east-1', endpoint: storeUrl, pathStyle: true },
    secrets: { accessKeyId: 'S3RVER', secretAccessKey },
  })
  const [good, bad] = [await create(keys('S3RVER')), await create(keys('another'))]
  const test = async ({ id }: Made) =>
    (await send<{ outcome: string }>('POST', `${PATH}/${id}/test`)).body.outcome
  assert.deepEqual([await test(good), await test(bad)], ['ok', 'refused'])
  const url = `${storeUrl}/sample-bucket/a%20folder/Grüße.txt`
  const written = await run(good.id, {
    url,
    method: 'PUT',
    body: 'hello',
    headers: { 'content-type': 'text/plain' },
  })
  assert.deepEqual([written.status, written.output?.status], ['succeeded', 200])
  const read = await run(good.id, { url, responseType: 'text' })
  assert.equal(read.output?.body, 'hello')
  const refused = await run(bad.id, { url })
  assert.deepEqual([refused.status, refused.error?.code], ['failed', 'http.status'])
})
