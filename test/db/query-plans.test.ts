// No request scans a table. The statements are those that the routes, the jobs and the cron tick really send.
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { fillPath, prefixOf, sampleOf } from '../contract/support/paths.ts'
import { randomFrom } from '../contract/support/random.ts'
import { bodyFor, inputOf, queryFor, type Route, routes } from '../contract/support/routes.ts'
import { type JsonSchema, jsonSchemaOf, makeValue } from '../contract/support/values.ts'
import { call, get, post } from '../helpers/api.ts'
import { runCron, runJobs } from '../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../helpers/people.ts'
import { seal, verify, write } from '../modules/audit/log.ts'
import { planOf, recordSql, scansIn, tableNames } from './support/plans.ts'

const mint = async (): Promise<Person> => (await newTeam(await newPerson({ platformRole: 'admin' }))).owner

const pathOf = (route: Route, person: Person): string => {
  const own = { team: person.teamId, usr: person.userId, ses: person.sessionId } as Record<string, string>
  return fillPath(route.path, {}, (segment) => own[prefixOf(segment) ?? ''] ?? sampleOf(segment))
}

/** Each filter alone, each sort, each flag, and the second page. */
function queriesOf(route: Route): string[] {
  const schema = inputOf(route, 'query')
  const least = queryFor(route)
  if (schema === undefined) return [least]
  const properties = Object.entries(jsonSchemaOf(schema).properties ?? {}).filter(
    ([name]) => name !== 'cursor',
  )
  const choices = ([name, property]: [string, JsonSchema]): string[] => {
    const values = property.enum ?? [makeValue(property, randomFrom(1), property, name)]
    return values.map(
      (value) => `${least === '' ? '?' : `${least}&`}${name}=${encodeURIComponent(String(value))}`,
    )
  }
  return [least, ...properties.flatMap(choices)]
}

async function send(route: Route): Promise<void> {
  const person = await mint()
  if (route.method !== 'GET') {
    const body = bodyFor(route)
    await call(route.method, pathOf(route, person), { as: person, ...(body === undefined ? {} : { body }) })
    return
  }
  const path = pathOf(route, person)
  for (const query of queriesOf(route)) {
    const page = await get(path + query, person)
    const cursor = page.body?.nextCursor
    if (cursor) await get(`${path}${query === '' ? '?' : `${query}&`}cursor=${cursor}`, person)
  }
}

let tables: string[]
beforeAll(async () => {
  tables = await tableNames()
  // A list only has a second page if there are rows.
  for (let i = 0; i < 2; i++) await mint()
})

/** By statement: most routes share some, such as the permission query. A plan depends on the text alone. */
const known = new Map<string, string[]>()

async function scansOf(sent: Awaited<ReturnType<typeof recordSql>>[number]): Promise<string[]> {
  const found = known.get(sent.sql) ?? scansIn(sent.sql, await planOf(sent), tables)
  known.set(sent.sql, found)
  return found
}

const failures = async (work: () => Promise<void>): Promise<string[]> => {
  const found: string[] = []
  for (const sent of await recordSql(work)) {
    if (!/^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)/i.test(sent.sql)) continue
    for (const step of await scansOf(sent)) found.push(`${step}: ${sent.sql}`)
  }
  return found
}

test.each(routes.map((route) => [route.name, route] as const))(
  '%s reads no whole table',
  async (_name, route) => {
    expect(await failures(() => send(route))).toEqual([])
  },
  60_000,
)

test('signing in, up and refreshing scan no table', async () => {
  const password = 'Correct-Horse-7'
  expect(
    await failures(async () => {
      const email = `plans-${crypto.randomUUID()}@example.com`
      const { refreshToken } = (await post('/api/v1/auth/register', undefined, { email, password })).body
      await post('/api/v1/auth/login', undefined, { email, password: 'Wrong-Horse-7' })
      await post('/api/v1/auth/login', undefined, { email, password })
      await post('/api/v1/auth/refresh', undefined, { refreshToken })
      await post('/api/v1/auth/password/forgot', undefined, { email })
    }),
  ).toEqual([])
})

test('the jobs and the tick of every minute scan no table', async () => {
  expect(await failures(runJobs)).toEqual([])
  expect(await failures(runCron)).toEqual([])
})

test('sealing and checking the audit log scan no table', async () => {
  const { teamId } = await mint()
  expect(
    await failures(async () => {
      await write(teamId, 'a.one', 'a.two')
      await seal()
      await verify(teamId)
    }),
  ).toEqual([])
})

test('statements of a route are recorded, also in one statement with the permission query', async () => {
  const person = await mint()
  // Jobs of the earlier requests may be in progress.
  const sent = (await recordSql(async () => void (await get('/api/v1/teams', person)))).filter((one) =>
    one.params.includes(person.userId),
  )
  expect(sent.map((one) => one.sql.match(/FROM (?:users u|team_members m JOIN)/g))).toEqual([
    ['FROM users u', 'FROM team_members m JOIN'],
  ])
})

test('unread notifications are counted along their own index', async () => {
  const person = await mint()
  const sent = await recordSql(async () => void (await get('/api/v1/users/notifications', person)))
  const counts = sent.filter(({ sql }) => sql.includes('count(') && sql.includes('"notifications"'))
  const plans = await Promise.all(counts.map(planOf))
  expect(plans.flat().filter((step) => step.includes('notifications USING'))).toEqual([
    'SEARCH notifications USING INDEX notifications_unread (user_id=?)',
  ])
  const [page, ...others] = sent.filter(({ sql }) => sql.includes('FROM notifications n'))
  expect(others).toEqual([])
  expect((await planOf(page!)).filter((step) => step.startsWith('SEARCH u '))).toContain(
    'SEARCH u USING INDEX notifications_unread (user_id=?)',
  )
})

test('a statement that scans a table is found', async () => {
  const bad = [
    "SELECT id FROM users WHERE avatar_key = 'x'",
    'SELECT u.id FROM sessions s JOIN users AS u ON u.avatar_type = s.method WHERE s.id = 1',
    'DELETE FROM mailbox WHERE text_body = 1',
    'SELECT id FROM users ORDER BY created_at, id',
  ]
  for (const sql of bad) {
    const found = await failures(async () => void (await env.DB.prepare(sql).all()))
    expect([sql, found.length]).toEqual([sql, 1])
  }
  const good = [
    'SELECT id FROM users ORDER BY created_at, id LIMIT 5',
    "SELECT id FROM users WHERE email = 'x'",
  ]
  for (const sql of good) {
    expect(await failures(async () => void (await env.DB.prepare(sql).all()))).toEqual([])
  }
})
