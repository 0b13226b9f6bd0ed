import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { runOf } from '../../helpers/runs.ts'
import { deliver, echo, hooked, inputOf, JSON_TYPE, responding } from './deliver.ts'

const coded = (answer: { status: number; body: any }) => [answer.status, answer.body.code]

test('a delivery starts a run immediately and is answered with its id', async () => {
  const hook = await hooked()
  const answer = await deliver(hook, { body: '{"a":1}', headers: JSON_TYPE })
  expect(answer.status).toBe(202)
  expect(answer.body).toEqual({ runId: expect.stringMatching(/^run_/), status: 'succeeded' })
  expect(answer.headers.get('location')).toBe(`/api/v1/workflows/executions/${answer.body.runId}`)
  const view = await runOf(answer.body.runId).view({ output: true })
  expect(view).toMatchObject({ teamId: hook.person.teamId, trigger: { type: 'webhook', key: 'webhook' } })
})

test('the run sees method, path, query, headers and body, and no credentials', async () => {
  const hook = await hooked({ methods: ['PUT'], path: 'orders/:id/:part' })
  const answer = await deliver(hook, {
    method: 'PUT',
    path: '/orders/a%2Fb/7?x=1&y=2&x=3',
    body: '{"total":5}',
    headers: {
      ...JSON_TYPE,
      'x-shop': 'north',
      authorization: 'Bearer secret',
      cookie: 'a=b',
      'x-api-key': 'ork_live_x',
    },
  })
  const input = await inputOf(answer)
  expect(input).toMatchObject({
    method: 'PUT',
    path: '/orders/a%2Fb/7',
    params: { id: 'a/b', part: '7' },
    query: { x: ['1', '3'], y: '2' },
    headers: { 'x-shop': 'north', 'content-type': 'application/json' },
    body: { total: 5 },
  })
  for (const name of ['authorization', 'cookie', 'x-api-key']) expect(input.headers).not.toHaveProperty(name)
})

test.each([
  ['application/x-www-form-urlencoded', 'a=1&b=x+y&a=2', { a: ['1', '2'], b: 'x y' }],
  ['text/plain; charset=utf-8', 'häppy', 'häppy'],
  ['application/vnd.shop+json', '[1,2]', [1, 2]],
  ['application/xml', '<a/>', '<a/>'],
  ['', '', null],
])('a body of the type %j is parsed', async (type, body, expected) => {
  const hook = await hooked()
  const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
  expect((await inputOf(await deliver(hook, { body, headers }))).body).toEqual(expected)
})

test('a form with files gives its fields, and its files as bytes', async () => {
  const form = new FormData()
  form.append('note', 'hi')
  form.append('tag', 'a')
  form.append('tag', 'b')
  form.append('scan', new File([Uint8Array.of(0, 255, 16)], 'scan.bin', { type: 'application/x-scan' }))
  expect((await inputOf(await deliver(await hooked(), { body: form }))).body).toEqual({
    note: 'hi',
    tag: ['a', 'b'],
    scan: { filename: 'scan.bin', contentType: 'application/x-scan', encoding: 'base64', content: 'AP8Q' },
  })
})

test.each(['application/octet-stream', 'image/png'])(
  'a body of the type %s is passed as bytes',
  async (type) => {
    const bytes = new Uint8Array(100_000).map((_, i) => i)
    const delivered = await deliver(await hooked(), { body: bytes, headers: { 'content-type': type } })
    const { body } = await inputOf(delivered)
    expect(body).toMatchObject({ contentType: type, encoding: 'base64' })
    expect(Uint8Array.from(atob(body.content), (char) => char.charCodeAt(0))).toEqual(bytes)
  },
)

test.each([
  ['application/json', '{"a":', 400, 'request.malformed_json'],
  ['application/json', '{"__proto__":{"a":1}}', 400, 'request.forbidden_key'],
  ['application/json', `${'['.repeat(65)}${']'.repeat(65)}`, 400, 'request.too_deep'],
  ['application/x-www-form-urlencoded', '__proto__=1', 400, 'request.forbidden_key'],
  ['text/plain', Uint8Array.of(0xff), 400, 'request.malformed'],
  ['multipart/form-data; boundary=x', 'x', 400, 'request.malformed'],
  ['multipart/form-data', 'x', 400, 'request.malformed'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--\r\n',
    400,
    'request.forbidden_key',
  ],
  ['text/plain', 'x'.repeat(1024 * 1024 + 1), 413, 'request.too_large'],
])('a body of the type %s that cannot be taken starts nothing', async (type, body, status, code) => {
  const hook = await hooked()
  expect(coded(await deliver(hook, { body, headers: { 'content-type': type } }))).toEqual([status, code])
})

test('bytes that are not text are refused', async () => {
  const hook = await hooked()
  const answer = await deliver(hook, {
    body: new Uint8Array([0xff, 0xfe, 0x80]),
    headers: { 'content-type': 'text/plain' },
  })
  expect(coded(answer)).toEqual([400, 'request.malformed'])
})

test('other methods are answered with the accepted ones, POST alone by default', async () => {
  const any = await hooked()
  const refused = await deliver(any, { method: 'GET' })
  expect([...coded(refused), refused.headers.get('allow')]).toEqual([405, 'route.method_not_allowed', 'POST'])
  const two = await hooked({ methods: ['GET', 'PATCH'] })
  expect((await deliver(two, { method: 'GET' })).status).toBe(202)
  expect((await deliver(two, { method: 'PATCH', body: 'x' })).status).toBe(202)
  expect((await deliver(two, { method: 'DELETE' })).headers.get('allow')).toBe('GET, PATCH')
  expect((await deliver(two, { method: 'HEAD' })).status).toBe(405)
})

test('another path than that of the trigger is answered like an unknown webhook', async () => {
  const bare = await hooked()
  const fixed = await hooked({ path: '/orders/:id' })
  for (const [hook, path] of [
    [bare, '/more'],
    [fixed, ''],
    [fixed, '/orders'],
    [fixed, '/orders/1/2'],
    [fixed, '/Orders/1'],
  ] as const)
    expect(coded(await deliver(hook, { path }))).toEqual([404, 'resource.not_found'])
  expect((await deliver(fixed, { path: '/orders/1/' })).status).toBe(202)
})

test('a disabled trigger or workflow, and an unknown token, get the same answer', async () => {
  const off = await hooked()
  const sleeping = await hooked()
  await env.DB.prepare('UPDATE workflow_triggers SET active = 0 WHERE id = ?').bind(off.trigger.id).run()
  await env.DB.prepare('UPDATE workflows SET active = 0 WHERE id = ?').bind(sleeping.workflowId).run()
  const none = { trigger: { ...off.trigger, token: 'x'.repeat(43) } }
  const short = { trigger: { ...off.trigger, token: 'x' } }
  const bodies = []
  for (const hook of [off, sleeping, none, short]) {
    const answer = await deliver(hook)
    expect(answer.status).toBe(404)
    bodies.push({ ...answer.body, requestId: '' })
  }
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
})

test('on-respond answers with the response of flow.respond', async () => {
  const hook = await hooked(
    { respond: 'on-respond' },
    responding({ status: 201, headers: { 'X-Shop': 'north' }, body: { got: '{{ input.body.a }}' } }),
  )
  const answer = await deliver(hook, { body: '{"a":7}', headers: JSON_TYPE })
  expect([answer.status, answer.body, answer.headers.get('x-shop')]).toEqual([201, { got: 7 }, 'north'])
  expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox/)
})

test('a text is answered as text, and a response without a body has none', async () => {
  const text = await hooked({ respond: 'on-respond' }, responding({ body: 'hello' }))
  const answer = await deliver(text)
  expect([answer.status, answer.text]).toEqual([200, 'hello'])
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
  const empty = await hooked({ respond: 'on-respond' }, responding({ status: 204, body: 'ignored' }))
  expect([(await deliver(empty)).status, (await deliver(empty)).text]).toEqual([204, ''])
})

test('a response sets no cookie, no policy and no header that a proxy acts upon', async () => {
  const headers = {
    'Set-Cookie': 'a=b',
    'Content-Security-Policy': 'default-src *',
    'Access-Control-Allow-Origin': '*',
    'X-Accel-Redirect': '/etc/passwd',
    'X-Frame-Options': 'ALLOWALL',
    'Strict-Transport-Security': 'max-age=0',
    'Content-Type': 'text/html',
  }
  const hook = await hooked({ respond: 'on-respond' }, responding({ headers, body: '<b>x</b>' }))
  const answer = await deliver(hook)
  expect(answer.headers.get('content-type')).toBe('text/html')
  for (const name of ['set-cookie', 'access-control-allow-origin', 'x-accel-redirect'])
    expect([name, answer.headers.get(name)]).toEqual([name, null])
  expect(answer.headers.get('x-frame-options')).toBe('DENY')
  expect(answer.headers.get('content-security-policy')).not.toContain('*')
})

test('the first response of a run counts, and is sent before the run has ended', async () => {
  const hook = await hooked(
    { respond: 'on-respond' },
    {
      nodes: [
        { id: 'answer', type: 'flow.respond', params: { body: 'first' } },
        { id: 'wait', type: 'flow.wait', params: { durationMs: 3_600_000 } },
        { id: 'again', type: 'flow.respond', params: { body: 'second' } },
      ],
      edges: [
        { from: 'answer', to: 'wait' },
        { from: 'wait', to: 'again' },
      ],
    },
  )
  expect((await deliver(hook)).text).toBe('first')
})

test('on-respond without a response is the receipt if the run succeeds, and an error if it fails', async () => {
  const silent = await deliver(await hooked({ respond: 'on-respond' }))
  expect([silent.status, silent.body.status]).toEqual([200, 'succeeded'])
  const failing = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'a secret reason' } }] }
  for (const respond of ['on-respond', 'on-finish']) {
    const failed = await deliver(await hooked({ respond }, failing))
    expect(coded(failed)).toEqual([500, 'run.failed'])
    expect(failed.text).not.toContain('secret reason')
  }
})

test('on-finish answers with the output of the run', async () => {
  const hook = await hooked(
    { respond: 'on-finish', methods: ['GET'] },
    { nodes: echo.nodes, output: { n: '{{ input.query.n * 2 }}' } },
  )
  const answer = await deliver(hook, { method: 'GET', path: '?n=21' })
  expect([answer.status, answer.body]).toEqual([200, { n: 42 }])
})

test('a trigger starts at its entry', async () => {
  const definition = {
    nodes: [
      { id: 'one', type: 'data.set', params: { values: { at: 'one' } } },
      { id: 'two', type: 'data.set', params: { values: { at: 'two' } } },
    ],
  }
  const answer = await deliver(await hooked({ respond: 'on-finish', entry: 'two' }, definition))
  expect(JSON.stringify(answer.body)).not.toContain('one')
})

test('an invalid input for the workflow is refused', async () => {
  const definition = { ...echo, inputs: { type: 'object', properties: { body: { type: 'object' } } } }
  const answer = await deliver(await hooked({}, definition), { body: 'text' })
  expect(coded(answer)).toEqual([422, 'run.invalid_input'])
})

test('the same Idempotency-Key and delivery is one run, another delivery is refused', async () => {
  const hook = await hooked()
  const send = (body: string) => deliver(hook, { body, headers: { ...JSON_TYPE, 'idempotency-key': 'k1' } })
  const first = await send('{"a":1}')
  expect((await send('{"a":1}')).body.runId).toBe(first.body.runId)
  expect(coded(await send('{"a":2}'))).toEqual([422, 'idempotency.mismatch'])
})
