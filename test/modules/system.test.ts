import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { readSettings } from '../../src/env.ts'
import { openApiPath } from '../../src/http/route-meta.ts'
import { app, call, get, routeTable } from '../helpers/api.ts'
import { newPerson, newTeam } from '../helpers/people.ts'

test('the root names the product and its URLs', async () => {
  const answer = await get('/')
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({ name: 'Orrery', links: { docs: '/docs' } })
})

test.each(['/health', '/health/db', '/health/ready'])('%s says ok', async (path) => {
  const answer = await get(path)
  expect([answer.status, answer.body.status]).toEqual([200, 'ok'])
})

test('a part that does not answer makes the Worker not ready, and is named', async () => {
  const broken = { ...env, FILES: { head: () => Promise.reject(new Error('no bucket')) } }
  const response = await app.fetch(
    new Request('http://orrery.test/health/ready'),
    broken as never,
    createExecutionContext(),
  )
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(await response.json()).toMatchObject({
    code: 'service.unavailable',
    errors: [{ path: '/checks/files' }],
  })
})

test('metrics count requests by route, for administrators and for the metrics token', async () => {
  const person = await newPerson()
  const admin = await newPerson({ platformRole: 'admin' })
  const token = readSettings(env).METRICS_TOKEN as string
  await get('/api/v1/teams', person)
  expect((await get('/metrics')).status).toBe(401)
  expect((await get('/metrics', person)).status).toBe(403)
  expect((await get('/metrics', { token })).status).toBe(200)
  const { text } = await get('/metrics', admin)
  expect(text).toMatch(/orrery_http_requests_total\{method="GET",route="\/api\/v1\/teams",status="200"\} \d+/)
  expect(text).toMatch(
    /orrery_http_request_duration_seconds_bucket\{method="GET",route="\/api\/v1\/teams",le="\+Inf"\} \d+/,
  )
  expect(text).toContain('orrery_outbox_messages{status="dead"}')
})

test('metrics name routes like the contract, and buckets in the order of their bounds', async () => {
  const { owner, teamId } = await newTeam()
  await get(`/api/v1/teams/${teamId}`, owner)
  await get('/made/up/path')
  const { text } = await get('/metrics', { token: readSettings(env).METRICS_TOKEN as string })
  expect(text).toContain('method="GET",route="/api/v1/teams/{id}",status="200"')
  const known = routeTable().map(({ path }) => openApiPath(path))
  for (const [, route] of text.matchAll(/route="([^"]*)"/g)) expect(['unmatched', ...known]).toContain(route)
  const histograms = new Map<string, number[]>()
  for (const [, labels = '', le] of text.matchAll(/_bucket\{(.*),le="([^"]*)"\}/g))
    histograms.set(labels, [
      ...(histograms.get(labels) ?? []),
      le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    ])
  expect(histograms.size).toBeGreaterThan(1)
  for (const bounds of histograms.values()) {
    expect(bounds).toHaveLength(12)
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b))
  }
})

test('the contract is OpenAPI 3.1 and contains the scope of each route', async () => {
  const { body } = await get('/openapi.json')
  expect(body.openapi).toBe('3.1.0')
  expect(body.paths['/api/v1/teams'].post).toMatchObject({
    'x-scope': 'teams:create',
    operationId: 'teams.create',
  })
  expect(body.components.schemas.Team).toBeDefined()
})

test('another method on a known path is 405 and names the methods', async () => {
  const answer = await call('POST', '/health')
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
})
