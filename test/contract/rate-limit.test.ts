// The headers of a limit are on every counted answer, including problems.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { PLAN_LIMITS } from '../../src/core/plans.ts'
import { ADDRESS_REQUESTS_PER_MINUTE } from '../../src/http/rate-limit.ts'
import { app, call, get, post } from '../helpers/api.ts'
import { newPerson, newTeam } from '../helpers/people.ts'
import { fillPath } from './support/paths.ts'
import { guardedRoutes, routes } from './support/routes.ts'

const limitOf = (answer: { headers: Headers }) => Number(answer.headers.get('ratelimit-limit'))
const FOR_TEAMS = PLAN_LIMITS.team.requestsPerMinute

/** Limits with their own bucket that are stricter than the plan. */
const EXACT: Record<string, number> = { 'POST /api/v1/auth/email/resend': 10 }

test.each(guardedRoutes.map((route) => [route.name, route] as const))(
  '%s says the limit of the plan to who is known, and of the address to who is not',
  async (name, route) => {
    const { owner } = await newTeam()
    const { teamParam } = route.access
    const path = fillPath(route.path, teamParam === null ? {} : { [teamParam]: owner.teamId })
    // The ids do not exist, the bodies are not JSON, and some need another role: all are problems.
    const raw = route.method === 'GET' ? {} : { raw: 'no JSON', headers: { 'content-type': 'text/plain' } }
    expect(limitOf(await call(route.method, path, { as: owner, ...raw }))).toBe(EXACT[name] ?? FOR_TEAMS)
    expect(limitOf(await call(route.method, path, raw))).toBe(ADDRESS_REQUESTS_PER_MINUTE)
  },
)

const open = routes.filter((route) => route.access === null && route.path.startsWith('/api/'))

test.each(open.map((route) => [route.name, route] as const))(
  '%s says the limit of the address to whatever is sent',
  async (_name, route) => {
    const { method, path } = route
    const raw = method === 'GET' ? {} : { raw: 'no JSON' }
    expect(limitOf(await call(method, fillPath(path), raw))).toBe(ADDRESS_REQUESTS_PER_MINUTE)
  },
)

test('a wrong password, and the wait after many, show the rest of the exact limit', async () => {
  const { email } = await newPerson()
  const seen: [number, string | null][] = []
  for (let i = 0; i < 12; i++) {
    const { status, headers } = await post('/api/v1/auth/login', undefined, {
      email,
      password: 'Wrong-1-wrong',
    })
    seen.push([status, headers.get('ratelimit-remaining')])
    if (status === 429) break
  }
  expect(seen.at(-1)?.[0]).toBe(429)
  expect(seen.map(([, remaining]) => remaining)).not.toContain(null)
})

test("a caller beyond the plan's rate limit gets 429, even without the right for the route", async () => {
  const free = await newPerson({ plan: 'free' })
  const headers = { authorization: `Bearer ${free.token}` }
  const usedUp = { ...env, RATE_LIMITS: 'true', PLAN_LIMIT_FREE: { limit: async () => ({ success: false }) } }
  const request = new Request('http://orrery.test/api/v1/admin/stats', { headers })
  const answer = await app.fetch(request, usedUp, createExecutionContext())
  expect(answer.status).toBe(429)
  expect([limitOf(answer), answer.headers.get('retry-after')]).toEqual([
    PLAN_LIMITS.free.requestsPerMinute,
    '60',
  ])
  expect((await get('/api/v1/admin/stats', free)).status).toBe(403)
})

test('a team that the caller is not in does not reveal its plan', async () => {
  const { teamId } = await newTeam()
  const answer = await get('/api/v1/workflows', { ...(await newPerson({ plan: 'free' })), teamId })
  expect([answer.status, answer.headers.get('ratelimit-limit')]).toEqual([404, null])
})
