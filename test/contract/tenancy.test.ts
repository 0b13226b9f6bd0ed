// Every route answers for an object of another team as for a missing one.
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { type Answer, call } from '../helpers/api.ts'
import { clock } from '../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../helpers/people.ts'
import { ask, idParams, makeForeign } from './support/foreign.ts'
import { fillPath, prefixOf } from './support/paths.ts'
import { bodyFor, guardedRoutes, queryFor, teamRoutes } from './support/routes.ts'

const shape = ({ status, body }: Answer<any>) => ({ status, body: { ...body, requestId: '' } })

const byHeader = guardedRoutes.filter((route) => route.access.teamParam === null)

/** All tests whose requests are rejected share them, because those requests change nothing. */
let theirTeam: string
let strangers: [user: Person, admin: Person]
beforeAll(async () => {
  theirTeam = (await newTeam()).teamId
  strangers = [await newPerson({ platformRole: 'user' }), await newPerson({ platformRole: 'admin' })]
})

test.each(byHeader.map((route) => [route.name, route] as const))(
  '%s: another team in X-Team-Id is 404, like one that does not exist',
  async (_name, route) => {
    const body = bodyFor(route)
    const path = fillPath(route.path) + queryFor(route)
    const inTeam = (id: string) =>
      call(route.method, path, {
        as: { token: strangers[1].token },
        headers: { 'x-team-id': id },
        ...(body === undefined ? {} : { body }),
      })
    const theirs = await inTeam(theirTeam)
    expect([theirs.status, theirs.body.code]).toEqual([404, 'resource.not_found'])
    expect(shape(theirs)).toEqual(shape(await inTeam(newId('team', clock.now()))))
  },
)

const inTeamPath = guardedRoutes.filter((route) => route.access.teamParam !== null)

test.each(inTeamPath.map((route) => [route.name, route] as const))(
  '%s: another team in the path is 404, like one that does not exist, also for the platform admin',
  async (_name, route) => {
    const { values } = await makeForeign(route)
    const team = route.access.teamParam as string
    for (const { token } of strangers) {
      const theirs = await ask(route, { token }, values)
      expect([theirs.status, theirs.body.code]).toEqual([404, 'resource.not_found'])
      const none = await ask(route, { token }, { ...values, [team]: newId('team', clock.now()) })
      expect(shape(theirs)).toEqual(shape(none))
    }
  },
)

const naming = teamRoutes.filter((route) => idParams(route).length > 0)

test.each(naming.map((route) => [route.name, route] as const))(
  '%s: what another team has is 404, like what does not exist',
  async (_name, route) => {
    const foreign = await makeForeign(route)
    const { owner } = await newTeam()
    const mine = route.access.teamParam === null ? {} : { [route.access.teamParam]: owner.teamId }
    const theirs = await ask(route, owner, { ...foreign.values, ...mine })
    const none = await ask(route, owner, {
      ...Object.fromEntries(
        idParams(route).map((segment) => [segment.name, newId(prefixOf(segment) ?? 'usr', clock.now())]),
      ),
      ...mine,
    })
    expect(theirs.status).toBe(404)
    expect(shape(theirs)).toEqual(shape(none))
    // The owner gets another answer, so the 404 depended on the caller. Last, because it may delete the object.
    expect(shape(await ask(route, foreign.owner, foreign.values))).not.toEqual(shape(theirs))
  },
)

test('there are routes to check', () => {
  expect([byHeader.length, inTeamPath.length, naming.length].every((count) => count > 5)).toBe(true)
})
