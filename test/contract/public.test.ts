import { expect, test } from 'vitest'
import { limitByAddress } from '../../src/http/rate-limit.ts'
import { metaOf } from '../../src/http/route-meta.ts'
import { limitByHook } from '../../src/modules/hooks/index.ts'
import { PUBLIC_ROUTES } from '../../src/modules/index.ts'
import { app, call } from '../helpers/api.ts'
import { fillPath } from './support/paths.ts'
import { bodyFor, guardedRoutes, queryFor, routes } from './support/routes.ts'

test.each(guardedRoutes.map((route) => [route.name, route] as const))(
  '%s is not served to who has not signed in',
  async (_name, route) => {
    const path = fillPath(route.path) + queryFor(route)
    const body = bodyFor(route)
    const answer = await call(route.method, path, body === undefined ? {} : { body })
    expect([answer.status, answer.body.code]).toEqual([401, 'auth.required'])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    const forged = await call(route.method, path, { as: { token: 'e30.e30.e30' }, body })
    expect([forged.status, forged.body.code]).toEqual([401, 'auth.invalid_token'])
    const noKey = await call(route.method, path, { as: { apiKey: 'ork_live_nonsense' }, body })
    expect(noKey.status).toBe(401)
  },
)

test('only the listed routes are public', () => {
  const open = routes.filter((route) => route.access === null).map((route) => route.name)
  expect(open.sort()).toEqual([...PUBLIC_ROUTES].sort())
})

test('authorization is checked before anything else', () => {
  const wrong = routes.filter((route) => {
    const [first] = app.routes.filter(({ method, path }) => method === route.method && path === route.path)
    if (route.access !== null) return metaOf(first?.handler)?.access === undefined
    // Public requests that cost us something are counted by address first.
    // Deliveries count against the plan of their team.
    const counts: unknown[] = [limitByAddress, limitByHook]
    return route.path.startsWith('/api/') && !counts.includes(first?.handler)
  })
  expect(wrong.map((route) => route.name)).toEqual([])
})

test('every route is documented', () => {
  expect(routes.filter((route) => route.doc === null).map((route) => route.name)).toEqual([])
})
