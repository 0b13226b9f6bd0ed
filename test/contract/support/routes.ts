// The routes under test, and requests that they take.
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

/** The routes that belong to a team; the others are judged by the platform role alone. */
export const teamRoutes = guardedRoutes.filter((route) => ruleOf(route.access.scope).platform === undefined)

export const inputOf = (route: RouteInfo, target: 'json' | 'query'): z.ZodType | undefined =>
  route.inputs.find((input) => input.target === target)?.schema

/** What no schema can say: by route, a body that is valid. */
const BODIES: Record<string, unknown> = {
  'POST /api/v1/workflows/templates': { name: 'Sample', definition: { nodes: [] } },
  'POST /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/plan': {},
  'POST /api/v1/workflows': { name: 'Sample', definition: { nodes: [{ id: 'sample', type: 'flow.noop' }] } },
  'POST /api/v1/teams/invitations/lookup': { token: 'A'.repeat(43) },
  'POST /api/v1/workflows/import': { nodes: [{ id: 'sample', type: 'flow.noop' }] },
  'PUT /api/v1/workflows/by-key/:key': { nodes: [{ id: 'sample', type: 'flow.noop' }] },
  'PATCH /api/v1/workflows/by-key/:key': { nodes: [{ id: 'sample', type: 'flow.noop' }] },
  'PUT /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/draft': { definition: { nodes: [] } },
  'PATCH /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/draft': { definition: { nodes: [] } },
}

/** Likewise a query that finds something. */
const QUERIES: Record<string, string> = {
  'GET /api/v1/workflows/:id{wf_[0-9a-hjkmnp-tv-z]+}/versions/diff': '?from=1&to=1',
}

/** A body that the route's schema takes; undefined where it takes none. */
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

/** The query that the route cannot do without. */
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
