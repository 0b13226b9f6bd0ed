// Rules of the contract that apply to every route, tested with the route table.
import { expect, test } from 'vitest'
import type { RouteInfo } from '../../src/http/route-meta.ts'
import { ruleOf } from '../../src/http/scopes.ts'
import { call, get } from '../helpers/api.ts'
import { newPerson, newTeam, type Person } from '../helpers/people.ts'
import { ask, makeForeign } from './support/foreign.ts'
import { fillPath } from './support/paths.ts'
import { bodyFor, type GuardedRoute, guardedRoutes, inputOf, queryFor, routes } from './support/routes.ts'
import { jsonSchemaOf } from './support/values.ts'

const twinOf = ({ method, path }: { method: string; path: string }) =>
  routes.find((one) => one.path === path && one.method === (method === 'PUT' ? 'PATCH' : 'PUT'))

test('every update accepts PUT and PATCH with the same result', () => {
  const updates = routes.filter(({ method }) => method === 'PUT' || method === 'PATCH')
  expect(updates.length).toBeGreaterThan(30)
  const shared = ({ access, doc, inputs, idempotent }: Partial<RouteInfo>) => ({
    access,
    doc,
    inputs,
    idempotent,
  })
  for (const route of updates) expect(shared(twinOf(route) ?? {}), route.name).toEqual(shared(route))
})

const changing = guardedRoutes.filter(({ method }) => method !== 'GET')

test('objects with an ETag are changed and deleted with If-Match', () => {
  const read = routes.filter(({ method, doc }) => method === 'GET' && doc?.versioned !== undefined)
  expect(read.length).toBeGreaterThan(5)
  for (const { path } of read)
    for (const route of changing.filter((one) => one.path === path && one.method !== 'POST'))
      expect([route.name, route.doc?.versioned]).toEqual([route.name, 'if-match'])
})

const NOOP = { nodes: [{ id: 'sample', type: 'flow.noop' }] }

/** Objects that must exist before the route can do anything. */
async function prepare(route: GuardedRoute, owner: Person, values: Record<string, string>): Promise<void> {
  const [, action] = /\/(draft|publish|restore)$/.exec(route.path) ?? []
  if (action === undefined || !route.path.includes('/workflows/')) return
  if (route.method === 'PUT' || route.method === 'PATCH') return
  const workflow = `/api/v1/workflows/${values.id}`
  const saved =
    action === 'restore'
      ? await call('PATCH', workflow, { as: owner, body: { definition: { ...NOOP, output: 1 } } })
      : await call('PUT', `${workflow}/draft`, { as: owner, body: { definition: NOOP } })
  expect(saved.status).toBe(200)
}

/** An owner who is a platform administrator too, so that no other check fails. */
const isForAdmins = ({ access }: GuardedRoute): boolean => ruleOf(access.scope).platform !== undefined

async function makeOwned(route: GuardedRoute) {
  const { values, owner } = await makeForeign(route)
  const admin = await newPerson({ platformRole: 'admin' })
  const as = isForAdmins(route) ? admin : owner
  await prepare(route, owner, values)
  return { as, values }
}

test.each(changing.map((route) => [route.name, route] as const))(
  '%s does nothing when If-Match names another version, or one where there is none',
  async (_name, route) => {
    const { as, values } = await makeOwned(route)
    for (const tag of ['"987654321"', 'W/"1"', '"x", "987654321"', '1']) {
      const answer = await ask(route, as, values, { 'if-match': tag })
      expect([tag, answer.status, answer.body.code]).toEqual([tag, 412, 'resource.stale'])
    }
  },
)

const replayed = changing.filter(({ doc, idempotent }) => doc?.versioned && idempotent === 'replayed')

test.each(
  replayed.filter(({ path }) => !path.includes(':token')).map((route) => [route.name, route] as const),
)('%s answers a repeated request with the ETag of what it made', async (_name, route) => {
  const { as, values } = await makeOwned(route)
  const body = bodyFor(route)
  const answers = []
  for (let i = 0; i < 3; i++) answers.push(await ask(route, as, values, { 'idempotency-key': 'once' }, body))
  const tags = answers.map(({ headers }) => headers.get('etag'))
  expect(tags[0]).toMatch(/^"\d+"$/)
  expect(new Set(tags).size).toBe(1)
  expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true', 'true'])
  expect(answers[2]?.body).toEqual(answers[0]?.body)
})

test('If-Match may be a list, and one with the current tag allows the change', async () => {
  const { owner, teamId } = await newTeam()
  const path = `/api/v1/teams/${teamId}`
  const change = (tags: string) =>
    call('PATCH', path, { as: owner, body: { description: tags }, headers: { 'if-match': tags } })
  for (const tags of ['"8", "1"', 'W/"2" , "x","2"', '"3"', '*'])
    expect([tags, (await change(tags)).status]).toEqual([tags, 200])
  expect((await change('"1", W/"5", "7"')).status).toBe(412)
  expect((await get(path, owner)).headers.get('etag')).toBe('"5"')
})

/** Lists that always fit on one page have no cursor. A run does not count its events. */
const lists = guardedRoutes.filter(
  (route) =>
    route.method === 'GET' &&
    isPage(route.doc?.schema) &&
    takesCursor(route) &&
    route.doc?.id !== 'runs.listEvents',
)

function takesCursor(route: GuardedRoute): boolean {
  const query = inputOf(route, 'query')
  return query !== undefined && 'cursor' in (jsonSchemaOf(query).properties ?? {})
}

function isPage(schema: unknown): boolean {
  const { shape } = (schema ?? {}) as { shape?: Record<string, unknown> }
  return shape !== undefined && 'items' in shape && 'nextCursor' in shape
}

test.each(lists.map((route) => [route.name, route] as const))(
  '%s counts with count=true what a walk through its pages finds, and does not without',
  async (_name, route) => {
    const { as, values } = await makeOwned(route)
    const known = new URLSearchParams(queryFor(route))
    const page = (more: Record<string, string>) =>
      get(`${fillPath(route.path, values)}?${new URLSearchParams([...known, ...Object.entries(more)])}`, as)
    const { body } = await page({ count: 'true', limit: '1' })
    expect(body.total).toEqual(expect.any(Number))
    expect((await page({})).body.total).toBeUndefined()
    // The lists of the administrator contain the data of all other tests.
    if (isForAdmins(route)) return
    let seen = 0
    for (let cursor: string | null = ''; cursor !== null; ) {
      const found: { items: unknown[]; nextCursor: string | null } = (
        await page({ limit: '2', ...(cursor === '' ? {} : { cursor }) })
      ).body
      seen += found.items.length
      cursor = found.nextCursor
    }
    expect(body.total).toBe(seen)
  },
)

test('there are lists to check', () => expect(lists.length).toBeGreaterThan(10))
