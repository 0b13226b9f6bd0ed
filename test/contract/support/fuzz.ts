// Sends hostile input to routes: none may break, and each answers as documented. The test client checks the form of
// each answer. TEST_SEED and TEST_CASES repeat a run.
import { expect, test } from 'vitest'
import { ERRORS } from '../../../src/core/errors.ts'
import { type Answer, call } from '../../helpers/api.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'
import { hostileBody, hostileHeaders, hostileQuery, hostileSegment } from './hostile.ts'
import { fillPath, prefixOf, sampleOf } from './paths.ts'
import { type Random, randomFrom } from './random.ts'
import { inputOf, type Route, routes } from './routes.ts'
import { jsonSchemaOf } from './values.ts'

const ROUNDS = casesOf(100)
/** In development there is a server to retry against. */
const FAILS_ON_PURPOSE = ['GET /dev/flaky/:key{[A-Za-z0-9_-]+}']
const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Renewed from time to time, because some requests end the session or the account. */
async function mint(): Promise<Person> {
  const { owner } = await newTeam(await newPerson({ platformRole: 'admin' }))
  return owner
}

const CASES = routes.map((route, i) => [route.name, route, SEED + i * 1_000_003] as const)

/** They change settings of the whole installation. */
export const isOfInstallation = ({ path }: Route): boolean => path.startsWith('/api/v1/admin/settings')

export function fuzz(isWanted: (route: Route) => boolean): void {
  test.each(CASES.filter(([, route]) => isWanted(route)))(
    '%s takes anything without breaking (seed %#)',
    async (_name, route, seed) => {
      let person = await mint()
      for (let round = 0; round < ROUNDS; round++) {
        const random = randomFrom(seed + round)
        const request = hostileRequest(route, person, random)
        const sent = `${repeatWith(SEED, ROUNDS)}, round ${round}: ${route.method} ${request.path.slice(0, 300)} ${JSON.stringify(
          request.headers,
        ).slice(0, 300)} ${String(request.raw).slice(0, 300)}`
        const answer: Answer<any> = await call(route.method, request.path, {
          ...(random.chance(0.9) ? { as: person } : {}),
          headers: request.headers,
          ...(request.raw === undefined ? {} : { raw: request.raw }),
        }).catch((error: unknown) => {
          throw new Error(`${sent}\n${String(error)}`)
        })
        if (answer.status === 503 && FAILS_ON_PURPOSE.includes(route.name)) continue
        expect(answer.status, `${sent}\n${answer.text.slice(0, 500)}`).toBeLessThan(500)
        // Anything except a problem is a page, if the route has pages. The client checks that.
        const isProblem = answer.status >= 400 && typeof answer.body === 'object'
        if (isProblem) expect(Object.keys(ERRORS), sent).toContain(answer.body.code)
        expect(answer.headers.get('x-request-id'), sent).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/)
        if (answer.status === 401) person = await mint()
      }
    },
    60_000,
  )
}

function hostileRequest(
  route: Route,
  person: Person,
  random: Random,
): { path: string; headers: Record<string, string>; raw?: string } {
  const query = inputOf(route, 'query')
  const json = inputOf(route, 'json')
  const right = { team: person.teamId, usr: person.userId, ses: person.sessionId } as Record<string, string>
  const path =
    fillPath(route.path, {}, (segment) =>
      hostileSegment(right[prefixOf(segment) ?? ''] ?? sampleOf(segment), random),
    ) + hostileQuery(query ? jsonSchemaOf(query) : null, random)
  const headers = hostileHeaders(random)
  if (!METHODS_WITH_BODY.includes(route.method) || (json === undefined && random.chance(0.8)))
    return { path, headers }
  headers['content-type'] ??= 'application/json'
  return { path, headers, raw: hostileBody(json ? jsonSchemaOf(json) : {}, random) }
}
