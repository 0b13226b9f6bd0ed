// The routes under test, and requests that they accept.
import type * as z from 'zod'
import type { RouteInfo } from '../../../src/http/route-meta.ts'
import { ruleOf } from '../../../src/http/scopes.ts'
import { routeTable } from '../../helpers/api.ts'
import { randomFrom } from './random.ts'
import { jsonSchemaOf, makeValue } from './values.ts'

export type Route = RouteInfo & { name: string }

export const routes: Route[] = routeTable().map((route) => ({
  ...route,
  name: `${route.method} ${route.path}`,
}))

export type GuardedRoute = Route & { access: NonNullable<Route['access']> }

export const guardedRoutes = routes.filter((route): route is GuardedRoute => route.access !== null)

/** The routes that belong to a team. The others only depend on the platform role. */
export const teamRoutes = guardedRoutes.filter((route) => ruleOf(route.access.scope).platform === undefined)

export const inputOf = (route: RouteInfo, target: 'json' | 'query'): z.ZodType | undefined =>
  route.inputs.find((input) => input.target === target)?.schema

/** Valid bodies by route, if the schema alone is not enough. */
/** Harmless for other tests: no team of a test has entries that old. */
const PLATFORM_SETTINGS = { retention: { audit: { team: 3_650 } } }

const BODIES: Record<string, unknown> = {
  'PUT /api/v1/admin/settings': PLATFORM_SETTINGS,
  'PATCH /api/v1/admin/settings': PLATFORM_SETTINGS,
  // An enabled one would be the default of all teams.
  'POST /api/v1/admin/settings/ai-providers': { provider: 'openai', apiKey: 'sample-key', enabled: false },
  'PUT /api/v1/costs/mappings/:name{[A-Za-z0-9_.-]+}': { columns: { date: 'Day' } },
  'PATCH /api/v1/costs/mappings/:name{[A-Za-z0-9_.-]+}': { columns: { date: 'Day' } },
  'POST /api/v1/costs': { date: '2026-01-31', provider: 'aws', source: 'sample', costUsd: 1 },
  'POST /api/v1/usage': { date: '2026-01-31', provider: 'aws', source: 'sample', hours: 1 },
  'PUT /api/v1/costs/rates': [{ date: '2026-01-31', currency: 'EUR', usdPerUnit: '1.1' }],
  'PATCH /api/v1/costs/rates': [{ date: '2026-01-31', currency: 'EUR', usdPerUnit: '1.1' }],
  'POST /api/v1/deployments': {
    ...{ platform: 'aws-s3', integrationId: 'Sample', project: '/', source: { prefix: 'sample' } },
  },
  'POST /api/v1/deployments/plan': {
    ...{ platform: 'aws-s3', integrationId: 'Sample', project: '/', source: { prefix: 'sample' } },
  },
  'POST /api/v1/jobs': { provider: 'aws', gpuType: 'H100', externalId: 'sample' },
  'PUT /api/v1/jobs/:id{job_[0-9a-hjkmnp-tv-z]+}': { notes: 'sample' },
  'PATCH /api/v1/jobs/:id{job_[0-9a-hjkmnp-tv-z]+}': { notes: 'sample' },
  'POST /api/v1/users/integrations': {
    type: 'http.bearer',
    name: 'Sample',
    secrets: { token: 'a-sample-token' },
    allowedHosts: ['api.example.com'],
  },
  'PUT /api/v1/users/integrations/:id{int_[0-9a-hjkmnp-tv-z]+}': { description: 'Sample' },
  'PATCH /api/v1/users/integrations/:id{int_[0-9a-hjkmnp-tv-z]+}': { description: 'Sample' },
  'POST /api/v1/users/integrations/:id{int_[0-9a-hjkmnp-tv-z]+}/rotate': {
    secrets: { token: 'another-sample-token' },
  },
  'POST /api/v1/workflows/templates': { name: 'Sample', definition: { nodes: [] } },
  'POST /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/plan': {},
  'POST /api/v1/workflows': { name: 'Sample', definition: { nodes: [{ id: 'sample', type: 'flow.noop' }] } },
  'POST /api/v1/agents': { name: 'Sample' },
  'POST /api/v1/agents/templates': { agentId: 'writer', name: 'Sample' },
  'POST /api/v1/agents/templates/:id{tpl_[0-9a-hjkmnp-tv-z]+}/use': {},
  'POST /api/v1/agents/:id{agt_[0-9a-hjkmnp-tv-z]+}/tools': { name: 'calculator' },
  'POST /api/v1/agents/:id{agt_[0-9a-hjkmnp-tv-z]+}/capabilities': { name: 'sample' },
  'POST /api/v1/tasks/bulk/cancel': { filter: { status: 'failed' } },
  'POST /api/v1/tasks/bulk/retry': { filter: { status: 'failed' } },
  'POST /api/v1/tasks/bulk/delete': { filter: { status: 'failed' } },
  'POST /api/v1/tasks/templates': { name: 'Sample', task: { title: 'Sample', type: 'custom' } },
  'POST /api/v1/tasks/templates/:id{tpl_[0-9a-z-]+}/use': {},
  'POST /api/v1/tasks': { title: 'Sample', type: 'custom' },
  'POST /api/v1/tasks/:id{tsk_[0-9a-hjkmnp-tv-z]+}/waive': { taskId: 'tsk_00000000000000000000000000' },
  'PUT /api/v1/tasks/:id{tsk_[0-9a-hjkmnp-tv-z]+}': { priority: 1 },
  'PATCH /api/v1/tasks/:id{tsk_[0-9a-hjkmnp-tv-z]+}': { priority: 1 },
  'PUT /api/v1/tasks/:id{tsk_[0-9a-hjkmnp-tv-z]+}/schedule': { everyMs: 60_000 },
  'PATCH /api/v1/tasks/:id{tsk_[0-9a-hjkmnp-tv-z]+}/schedule': { everyMs: 60_000 },
  'POST /api/v1/files/uploads': { name: 'sample.txt', sizeBytes: 6 },
  'POST /api/v1/files/zip': { prefix: 'sample' },
  'POST /api/v1/teams/invitations/lookup': { token: 'A'.repeat(43) },
  'POST /api/v1/workflows/import': { nodes: [{ id: 'sample', type: 'flow.noop' }] },
  'PUT /api/v1/workflows/by-key/:key': { nodes: [{ id: 'sample', type: 'flow.noop' }] },
  'PATCH /api/v1/workflows/by-key/:key': { nodes: [{ id: 'sample', type: 'flow.noop' }] },
  'PUT /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/draft': { definition: { nodes: [] } },
  'PATCH /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/draft': { definition: { nodes: [] } },
}

/** Queries that find something. */
const QUERIES: Record<string, string> = {
  'GET /api/v1/admin/audit-logs/archives': '?team=system',
  'GET /api/v1/realtime/events': '?channels=runs',
  'GET /api/v1/costs/summary': '?groupBy=provider,month',
  'GET /api/v1/usage/summary': '?groupBy=label:project',
  'GET /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/versions/diff': '?from=1&to=1',
}

/** A body that the route's schema accepts. Undefined if it has none. */
export function bodyFor(route: Route): unknown {
  const schema = inputOf(route, 'json')
  if (schema === undefined) return undefined
  if (route.name in BODIES) return BODIES[route.name]
  const json = jsonSchemaOf(schema)
  for (let seed = 1; seed <= 200; seed++) {
    const body = makeValue(json, randomFrom(seed))
    if (schema.safeParse(body).success) return body
  }
  throw new Error(
    `No valid body could be made up for ${route.name}: put one into test/contract/support/routes.ts`,
  )
}

/** The required query of the route. */
export function queryFor(route: Route): string {
  const known = QUERIES[route.name]
  if (known !== undefined) return known
  const schema = inputOf(route, 'query')
  if (schema === undefined || schema.safeParse({}).success) return ''
  const json = jsonSchemaOf(schema)
  for (let seed = 1; seed <= 200; seed++) {
    const query = makeValue(json, randomFrom(seed)) as Record<string, unknown>
    if (schema.safeParse(query).success)
      return `?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`
  }
  throw new Error(`No valid query could be made up for ${route.name}`)
}
