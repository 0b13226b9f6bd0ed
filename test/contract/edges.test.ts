// What all routes share: request ids, headers, CORS, and the answers to malformed requests.
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { metaOf } from '../../src/http/route-meta.ts'
import { app, call, get } from '../helpers/api.ts'
import { newPerson, type Person } from '../helpers/people.ts'
import { fillPath } from './support/paths.ts'
import { routes } from './support/routes.ts'

const TEAMS = '/api/v1/teams'
const JSON_TYPE = { 'content-type': 'application/json' }

const postRaw = async (raw: BodyInit | undefined, headers: Record<string, string> = JSON_TYPE) =>
  call('POST', TEAMS, { as: await newPerson(), headers, ...(raw === undefined ? {} : { raw }) })

const coded = (answer: { status: number; body: { code: string } }) => [answer.status, answer.body.code]

test('two Host headers, which the runtime joins, are refused', async () => {
  expect(coded(await call('GET', '/health', { headers: { host: 'localhost, evil.test' } }))).toEqual([
    400,
    'request.malformed',
  ])
})

test('a request without an id gets one, which the answer and a problem contain', async () => {
  const [one, two] = [await get('/health'), await get('/nowhere')]
  expect(one.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
  expect(two.body.requestId).toBe(two.headers.get('x-request-id'))
  expect(two.body.requestId).not.toBe(one.headers.get('x-request-id'))
})

test("a client's request id is kept and recorded with its changes", async () => {
  const id = `trace:${crypto.randomUUID()}`
  const made = await call('POST', TEAMS, {
    as: await newPerson(),
    body: { name: 'T' },
    headers: { 'x-request-id': id },
  })
  expect(made.headers.get('x-request-id')).toBe(id)
  const row = await env.DB.prepare('SELECT request_id AS id FROM audit_log WHERE target_id = ?')
    .bind(made.body.id)
    .first()
  expect(row).toEqual({ id })
})

test.each(['7', 'short', 'a'.repeat(128)])(
  "the client's request id %j is kept, however short",
  async (id) => {
    const answer = await call('GET', '/health', { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toBe(id)
  },
)

test.each(['', 'with space', 'a'.repeat(129), '"quoted-id"', '{"level":"error"}'])(
  'the request id %j is not one, and is replaced',
  async (id) => {
    const answer = await call('GET', '/health', { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
  },
)

test('a problem has the form of RFC 9457 and is not cacheable', async () => {
  const answer = await get('/api/v1/nowhere')
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.body).toEqual({
    type: 'urn:orrery:problem:route.not_found',
    title: 'The route does not exist',
    status: 404,
    detail: expect.any(String),
    code: 'route.not_found',
    retryable: false,
    requestId: answer.headers.get('x-request-id'),
  })
})

test('every answer has the security headers: found, refused, unknown and preflight', async () => {
  const answers = [
    await get('/health'),
    await get(TEAMS),
    await get('/nowhere'),
    await call('OPTIONS', TEAMS, {
      headers: { origin: 'http://orrery.test', 'access-control-request-method': 'POST' },
    }),
  ]
  for (const { headers } of answers) {
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-powered-by')).toBeNull()
  }
})

test('an allowed origin may send credentials; another origin gets no CORS header', async () => {
  const preflight = (origin: string) =>
    call('OPTIONS', TEAMS, {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    })
  const listed = await preflight('http://orrery.test')
  expect(listed.status).toBe(204)
  expect(listed.headers.get('access-control-allow-origin')).toBe('http://orrery.test')
  expect(listed.headers.get('access-control-allow-headers')).toContain('idempotency-key')
  for (const origin of [
    'https://evil.example',
    'null',
    'http://orrery.test.evil.example',
    'http://orrery.test:81',
  ]) {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull()
    const read = await call('GET', '/health', { headers: { origin } })
    expect(read.headers.get('access-control-allow-origin')).toBeNull()
  }
  const read = await call('GET', '/health', { headers: { origin: 'http://orrery.test' } })
  expect(read.headers.get('access-control-expose-headers')).toContain('x-request-id')
  expect(read.headers.get('vary')?.toLowerCase()).toContain('origin')
})

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const paths = [...new Set(routes.map((route) => route.path))]

let asker: Person
beforeAll(async () => {
  asker = await newPerson()
})

test.each(paths)('%s answers other methods with 405 and lists the allowed ones', async (path) => {
  // A parameter for any text, such as the name of a file, also matches the words of other paths.
  const taken = METHODS.filter((method) =>
    app.router.match(method, fillPath(path))[0].some(([[handler]]) => metaOf(handler)?.doc !== undefined),
  )
  for (const method of METHODS.filter((one) => !taken.includes(one))) {
    const answer = await call(method, fillPath(path), {
      as: asker,
      body: method === 'GET' ? undefined : {},
    })
    expect(coded(answer)).toEqual([405, 'route.method_not_allowed'])
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual([...taken].sort())
  }
})

test.each([
  '/api',
  '/api/v1',
  '/api/v1/',
  '/api/v2/teams',
  '/api/v1/teams/x',
  '/api/v1/teamsx',
  '/index.php',
])('%s is 404, signed in or not', async (path) => {
  expect(coded(await get(path))).toEqual([404, 'route.not_found'])
  expect(coded(await get(path, await newPerson()))).toEqual([404, 'route.not_found'])
})

test('a trailing slash is the same route', async () => {
  const person = await newPerson()
  const [with_, without] = [await get(`${TEAMS}/`, person), await get(TEAMS, person)]
  expect([with_.status, with_.body]).toEqual([200, without.body])
})

test('HEAD is answered like GET, without a body', async () => {
  const answer = await call('HEAD', '/health')
  expect([answer.status, answer.text]).toEqual([200, ''])
})

test.each(['{', '', 'name=x', '{"name":"x"}}', "{'name':'x'}", '{"name":"x",}', '\u0000', '{"name":NaN}'])(
  'the body %j is not JSON',
  async (raw) => {
    expect(coded(await postRaw(raw))).toEqual([400, 'request.malformed_json'])
  },
)

test('an error in JSON is located without quoting the body', async () => {
  expect((await postRaw('{"password":"secret" "name":"x"}')).body.detail).toMatch(/line 1 column 22/)
  expect((await postRaw('{"password":"secret","name":NaN}')).body.detail).toBe(
    "The body is not valid JSON: Unexpected token 'N'.",
  )
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonx',
  '',
])('a body of type %j is refused', async (type) => {
  const answer = await postRaw('{"name":"x"}', type === '' ? {} : { 'content-type': type })
  expect(coded(answer)).toEqual([415, 'request.unsupported_media_type'])
})

test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.orrery+json'])(
  'a body of type %j is accepted',
  async (type) => {
    expect((await postRaw('{"name":"x"}', { 'content-type': type })).status).toBe(201)
  },
)

const MIB = 1024 * 1024

test('a body over 1 MiB is refused, with or without an announced length', async () => {
  const large = JSON.stringify({ name: 'x'.repeat(MIB) })
  expect(coded(await postRaw(large))).toEqual([413, 'request.too_large'])
  const stream = new ReadableStream({
    start: (controller) => {
      for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(MIB / 10).fill(32))
      controller.close()
    },
  })
  expect(coded(await postRaw(stream))).toEqual([413, 'request.too_large'])
  const announced = await postRaw('{"name":"x"}', { ...JSON_TYPE, 'content-length': String(2 * MIB) })
  expect(coded(announced)).toEqual([413, 'request.too_large'])
})

test('a body of exactly 1 MiB is accepted', async () => {
  const raw = `{"name":"x"${' '.repeat(MIB - 12)}}`
  expect(new TextEncoder().encode(raw)).toHaveLength(MIB)
  expect((await postRaw(raw)).status).toBe(201)
})

test('JSON is accepted up to a depth of 64', async () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  expect(coded(await postRaw(nested(64)))).toEqual([422, 'request.invalid'])
  expect(coded(await postRaw(nested(65)))).toEqual([400, 'request.too_deep'])
  expect(coded(await postRaw('['.repeat(500_000)))).toEqual([400, 'request.too_deep'])
  expect(coded(await postRaw(`{"name":"${'['.repeat(100)}"}`))).toEqual([422, 'request.invalid'])
})

test.each([
  '{"name":"x","__proto__":{"admin":true}}',
  '{"name":"x","\\u005f_proto__":{"admin":true}}',
  '{"name":"x","constructor":{"prototype":{}}}',
  '{"name":"x","a":[{"prototype":1}]}',
])('a body with the forbidden key %s is refused and changes nothing', async (raw) => {
  expect(coded(await postRaw(raw))).toEqual([400, 'request.forbidden_key'])
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

test('the forbidden words are allowed as values', async () => {
  expect((await postRaw('{"name":"constructor","description":"__proto__"}')).status).toBe(201)
})

test('an unknown field is named in the error', async () => {
  const answer = await postRaw('{"name":"x","plan":"team"}')
  expect(coded(answer)).toEqual([422, 'request.invalid'])
  const message = 'Unknown field. The fields are name, description'
  expect(answer.body.errors).toEqual([{ path: '/plan', message, code: 'unrecognized_keys' }])
  const mistyped = await postRaw('{"name":"x","descripton":"y","plan":1}')
  expect(mistyped.body.detail).toBe(
    '/descripton: Unknown field. Did you mean "description"? 1 more in `errors`.',
  )
})

test('a field of an object inside a list is explained as well', async () => {
  const answer = await call('POST', '/api/v1/workflows/batch/execute', {
    as: await newPerson(),
    body: { items: [{ workflowId: newId('wf', 0), inputs: {} }] },
  })
  expect(answer.body.errors).toEqual([
    { path: '/items/0/inputs', message: 'Unknown field. Did you mean "input"?', code: 'unrecognized_keys' },
  ])
})

test('an id that cannot be one is named', async () => {
  const answer = await get('/api/v1/workflows/wf_nope', await newPerson())
  expect(coded(answer)).toEqual([404, 'route.not_found'])
  expect(answer.body.detail).toMatch(/^"wf_nope" is not a valid id/)
})

test('a limit out of range, an unknown sort and an unknown filter are refused', async () => {
  const person = await newPerson()
  for (const query of [
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1.5',
    'sort=owner_id',
    'colour=red',
    'limit=1&limit=2',
  ])
    expect([query, (await get(`${TEAMS}?${query}`, person)).status]).toEqual([query, 422])
})

test('every answer varies by origin, with or without one in the request', async () => {
  for (const path of ['/openapi.json', '/.well-known/jwks.json', '/health', '/nowhere', TEAMS])
    for (const headers of [
      {},
      { origin: 'http://orrery.test' },
      { origin: 'https://evil.example' },
    ] as Record<string, string>[]) {
      const answer = await call('GET', path, { headers })
      expect([path, headers.origin, answer.headers.get('vary')]).toEqual([path, headers.origin, 'Origin'])
    }
})

test('a browser may send every header of the contract', async () => {
  const preflight = await call('OPTIONS', TEAMS, {
    headers: { origin: 'http://orrery.test', 'access-control-request-method': 'GET' },
  })
  const allowed = preflight.headers.get('access-control-allow-headers')?.split(',') ?? []
  const { paths } = (await get('/openapi.json')).body as {
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>
  }
  const taken = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ parameters = [] }) => parameters.filter((one) => one.in === 'header'))
    .map(({ name }) => name.toLowerCase())
  // Last-Event-ID and the conditions of the picture belong to the protocol.
  for (const name of new Set([...taken, 'last-event-id', 'if-none-match', 'authorization', 'x-api-key']))
    expect(allowed).toContain(name)
})
