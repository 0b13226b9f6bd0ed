// The server behaves like the table of scopes: each scope with each kind of caller on one of its routes, and every
// route with its own scope.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import type { PlatformRole, TeamRole } from '../../src/db/schema/index.ts'
import { type AccessVerdict, judgeAccess, KEY_SCOPES, SCOPES, type Scope } from '../../src/http/scopes.ts'
import { hashApiKey, newApiKey } from '../../src/modules/api-keys/format.ts'
import { type Caller, call } from '../helpers/api.ts'
import { clock } from '../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../helpers/people.ts'
import { fillPath } from './support/paths.ts'
import { type GuardedRoute, guardedRoutes } from './support/routes.ts'

type Who = { teamRole: TeamRole; platformRole: PlatformRole; scopes: ((scope: Scope) => string[]) | null }

const NOBODY_SCOPE: string[] = []
const allBut = (scope: Scope) => KEY_SCOPES.filter((one) => one !== scope)

const WHO: Record<string, Who> = {
  viewer: { teamRole: 'viewer', platformRole: 'user', scopes: null },
  member: { teamRole: 'member', platformRole: 'user', scopes: null },
  admin: { teamRole: 'admin', platformRole: 'user', scopes: null },
  owner: { teamRole: 'owner', platformRole: 'user', scopes: null },
  'premium owner': { teamRole: 'owner', platformRole: 'premium', scopes: null },
  'platform admin who only views the team': { teamRole: 'viewer', platformRole: 'admin', scopes: null },
  "owner's key with the scope": { teamRole: 'owner', platformRole: 'user', scopes: (scope) => [scope] },
  "owner's key with every other scope": { teamRole: 'owner', platformRole: 'user', scopes: allBut },
  "owner's key without scopes": { teamRole: 'owner', platformRole: 'user', scopes: () => NOBODY_SCOPE },
  "viewer's key with the scope": { teamRole: 'viewer', platformRole: 'user', scopes: (scope) => [scope] },
  "platform admin's key with the scope": {
    teamRole: 'owner',
    platformRole: 'admin',
    scopes: (scope) => [scope],
  },
}

const CODES: Record<Exclude<AccessVerdict, 'allowed'>, string> = {
  role_missing: 'access.denied',
  scope_missing: 'access.scope_missing',
  person_needed: 'auth.fresh_sign_in_required',
}

async function mint({ teamRole, platformRole }: Who): Promise<Person> {
  const team = await newTeam(teamRole === 'owner' ? await newPerson({ platformRole }) : undefined)
  if (teamRole === 'owner') return team.owner
  const member = await team.join(teamRole)
  await env.DB.prepare('UPDATE users SET role = ? WHERE id = ?').bind(platformRole, member.userId).run()
  return member
}

async function keyOf(person: Person, scopes: string[]): Promise<Caller> {
  const apiKey = newApiKey()
  await env.DB.prepare(
    "INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at) VALUES (?, ?, ?, 'k', ?, 'xxxx', ?, ?)",
  )
    .bind(
      newId('key', clock.now()),
      person.teamId,
      person.userId,
      await hashApiKey(apiKey),
      JSON.stringify(scopes),
      clock.now(),
    )
    .run()
  return { apiKey, teamId: person.teamId }
}

type Case = { route: GuardedRoute; who: Who; scopes: string[] | null; verdict: AccessVerdict }

function caseOf(route: GuardedRoute, who: Who): Case {
  const { scope } = route.access
  const scopes = who.scopes?.(scope) ?? null
  const kind = scopes === null ? ('user' as const) : ('api_key' as const)
  return { route, who, scopes, verdict: judgeAccess(scope, { ...who, kind, scopes }) }
}

/** Routes with the same scope, method and place of the team check in the same way. */
const kindOf = ({ method, access }: GuardedRoute): string =>
  `${access.scope} ${method} ${access.teamParam !== null}`
const oneOfEachKind = [...Map.groupBy(guardedRoutes, kindOf).values()].flatMap(([route]) => route ?? [])

const matrix = oneOfEachKind.flatMap((route) =>
  Object.entries(WHO).map(([name, who]) => [`${route.name} by ${name}`, caseOf(route, who)] as const),
)

/** A key with every scope except the route's own, and the weakest person who may. A wrong scope fails for one of them. */
const ownScope = guardedRoutes.flatMap((route) => {
  const weakest = Object.entries(WHO).find(([, who]) => caseOf(route, who).verdict === 'allowed')
  if (weakest === undefined) throw new Error(`Nobody may call ${route.name}`)
  return [
    ["owner's key with every other scope", WHO["owner's key with every other scope"] as Who],
    weakest,
  ].map(([name, who]) => [`${route.name} by ${name}`, caseOf(route, who as Who)] as const)
})

const combinations = [...new Map([...matrix, ...ownScope])].map(
  ([name, one]) => [name, one.verdict, one] as const,
)

test.each(combinations)('%s: %s', async (_name, _verdict, one) => {
  const { route, verdict } = one
  const { person, as } = await (changesNothing(one) ? sharedCaller(one) : newCaller(one))
  const answer = await call(route.method, pathIn(route, person), { as, ...bodyOf(route) })
  if (verdict !== 'allowed') expect([answer.status, answer.body.code]).toEqual([403, CODES[verdict]])
  else {
    expect(answer.status).not.toBe(401)
    expect(Object.values(CODES)).not.toContain(answer.body?.code)
  }
})

type TestCaller = { person: Person; as: Caller }

async function newCaller({ who, scopes }: Case): Promise<TestCaller> {
  const person = await mint(who)
  return { person, as: scopes === null ? person : await keyOf(person, scopes) }
}

const shared = new Map<string, Promise<TestCaller>>()

function sharedCaller(one: Case): Promise<TestCaller> {
  const { teamRole, platformRole } = one.who
  const name = JSON.stringify([teamRole, platformRole, one.scopes])
  const caller = shared.get(name) ?? newCaller(one)
  shared.set(name, caller)
  return caller
}

/** Some routes end the session, the team or the account. A caller is shared only where the request or its body is rejected, or only reads. */
function changesNothing({ route, verdict }: Case): boolean {
  const input = route.inputs.find(({ target }) => target === 'json')
  const isBodyRefused = input !== undefined && !input.optional && !input.schema.safeParse(BAD_BODY).success
  return verdict !== 'allowed' || route.method === 'GET' || isBodyRefused
}

/** Team and member are real. Other ids do not exist, so that an accepted request changes little. */
const pathIn = (route: GuardedRoute, { teamId, userId }: Person): string =>
  fillPath(route.path, {
    userId,
    ...(route.access.teamParam === null ? {} : { [route.access.teamParam]: teamId }),
  })

/** Hardly a schema accepts it, so an allowed request stops at validation, after the guard. */
const BAD_BODY = { 'no such field': true }

const bodyOf = (route: GuardedRoute): { body?: unknown } =>
  route.inputs.some((input) => input.target === 'json') ? { body: BAD_BODY } : {}

test('every verdict occurs in the table', () => {
  expect(new Set(combinations.map(([, verdict]) => verdict))).toEqual(
    new Set(['allowed', 'role_missing', 'scope_missing', 'person_needed']),
  )
})

test('every scope guards a route', () => {
  const used = new Set(guardedRoutes.map((route) => route.access.scope))
  expect((Object.keys(SCOPES) as Scope[]).filter((scope) => !used.has(scope))).toEqual([])
})
