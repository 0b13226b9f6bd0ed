// What is sent after a redirect, between two real servers of different origins.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callOutbound, type OutboundCall, type Reach } from '../../src/providers/outbound/index.ts'
import { bodyOf, type Served, sendJson, serve } from '../fakes/serve.ts'

type Seen = { at: string; method: string; headers: Record<string, unknown>; body: string }

let first: Served
let second: Served
let reach: Reach
const seen: Seen[] = []

const server = (name: string) =>
  serve(() => async (request, response) => {
    const body = await bodyOf(request)
    seen.push({ at: name, method: request.method ?? '', headers: { ...request.headers }, body })
    const url = new URL(request.url ?? '', 'http://x')
    const to = url.searchParams.getAll('to')
    const [next, ...rest] = to
    if (next === undefined) return sendJson(response, 200, {})
    const target = new URL(next.replace('first:', first.url).replace('second:', second.url), first.url)
    for (const one of rest) target.searchParams.append('to', one)
    target.searchParams.set('status', url.searchParams.get('status') ?? '307')
    response.writeHead(Number(url.searchParams.get('status')), { location: target.href }).end()
  })

beforeAll(async () => {
  first = await server('first')
  second = await server('second')
  const allowHosts = [first, second].map(({ url }) => new URL(url).host)
  reach = { allowHosts, fetchPublic: fetch, fetchNamed: fetch, faultLog: null }
})
afterAll(async () => {
  await first.close()
  await second.close()
})
beforeEach(() => {
  seen.length = 0
})

const call = (status: number, to: string[], more: Partial<OutboundCall> = {}) => {
  const url = new URL(first.url)
  url.searchParams.set('status', String(status))
  for (const one of to) url.searchParams.append('to', one)
  return callOutbound(
    {
      url: url.href,
      method: 'GET',
      headers: {},
      maxBytes: 1_000,
      timeoutMs: 5_000,
      followRedirects: true,
      ...more,
    },
    reach,
  )
}

const SECRETS =
  `authorization proxy-authorization cookie cookie2 x-api-key api-key apikey x-apikey x-auth-token x-access-token
  access-token auth-token token x-token x-csrf-token x-xsrf-token x-session session-id x-amz-security-token x-goog-api-key
  x-functions-key ocp-apim-subscription-key x-vault-token private-token job-token x-gitlab-token x-shopify-access-token
  x-auth x-auth-key x-authentication x-secret secret x-hub-signature x-signature stripe-signature idempotency-key
  x-custom-password x-user-credentials dd-api-key x-algolia-api-key referer`.split(/\s+/)
const PLAIN = { accept: 'text/csv', 'accept-language': 'nl', 'user-agent': 'Orrery' }
const withSecrets = { ...PLAIN, ...Object.fromEntries(SECRETS.map((name) => [name, 'hidden'])) }

test.each([301, 302, 303, 307, 308])(
  '%i to another origin carries no header that may contain a secret',
  async (status) => {
    await call(status, ['second:/'], { headers: withSecrets })
    expect(seen.map(({ at }) => at)).toEqual(['first', 'second'])
    expect(seen[0]?.headers).toMatchObject(withSecrets)
    expect(JSON.stringify(seen[1])).not.toContain('hidden')
    expect(seen[1]?.headers).toMatchObject(PLAIN)
  },
)

test('the same origin gets all headers, and on the way back they are not restored', async () => {
  await call(307, ['/next'], { headers: withSecrets })
  expect(seen[1]?.headers).toMatchObject(withSecrets)
  seen.length = 0
  await call(307, ['second:/', 'first:/'], { headers: withSecrets })
  expect(seen.map(({ at }) => at)).toEqual(['first', 'second', 'first'])
  expect(JSON.stringify(seen.slice(1))).not.toContain('hidden')
})

const body = {
  method: 'PUT',
  headers: { 'content-type': 'text/plain', 'content-language': 'nl' },
  body: 'the body',
}

test.each([301, 302, 307, 308])('%i to another origin does not send the body there', async (status) => {
  await expect(call(status, ['second:/'], body)).rejects.toMatchObject({
    code: 'outbound.redirect_refused',
    message: expect.stringContaining(new URL(second.url).host),
  })
  expect(seen.map(({ at }) => at)).toEqual(['first'])
})

test('`any` sends the whole body, and no secret with it', async () => {
  await call(307, ['second:/'], {
    ...body,
    headers: { ...withSecrets, ...body.headers },
    followRedirects: 'any',
  })
  expect(seen[1]).toMatchObject({ at: 'second', method: 'PUT', body: 'the body' })
  expect(seen[1]?.headers).toMatchObject({ 'content-type': 'text/plain' })
  expect(JSON.stringify(seen[1])).not.toContain('hidden')
})

test('a body is sent completely within its origin, and a redirect to GET drops it with its headers', async () => {
  await call(308, ['/next'], body)
  expect(seen[1]).toMatchObject({ method: 'PUT', body: 'the body' })
  seen.length = 0
  await call(303, ['second:/'], body)
  expect(seen[1]).toMatchObject({ at: 'second', method: 'GET', body: '' })
  expect(seen[1]?.headers).not.toHaveProperty('content-type')
  seen.length = 0
  await call(302, ['second:/'], { ...body, method: 'POST' })
  expect(seen[1]).toMatchObject({ at: 'second', method: 'GET', body: '' })
})

test('a request without a body keeps its method', async () => {
  await call(307, ['second:/'], { method: 'DELETE' })
  expect(seen[1]).toMatchObject({ at: 'second', method: 'DELETE' })
})
