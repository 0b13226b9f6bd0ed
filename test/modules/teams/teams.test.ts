import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'

test('a new team belongs to its maker and is listed newest first', async () => {
  const person = await newPerson()
  const made = await post('/api/v1/teams', person, { name: 'Rockets' })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ name: 'Rockets', role: 'owner', ownerId: person.userId, personal: false })
  const list = await get('/api/v1/teams', person)
  expect(list.body.items.map((team: { id: string }) => team.id)).toEqual([made.body.id, person.teamId])
})

test('walking the list page by page neither repeats nor loses a team while teams are added', async () => {
  const person = await newPerson()
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push((await post('/api/v1/teams', person, { name: `T${i}` })).body.id)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: { body: { items: { id: string }[]; nextCursor: string | null } } = await get(
      `/api/v1/teams?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      person,
    )
    seen.push(...page.body.items.map((team: { id: string }) => team.id))
    cursor = page.body.nextCursor
    if (seen.length === 2) await post('/api/v1/teams', person, { name: 'In between' })
  } while (cursor)
  expect(seen).toHaveLength(6)
  expect(new Set(seen)).toEqual(new Set([...ids, person.teamId]))
})

test('a cursor of another order is refused', async () => {
  const person = await newPerson()
  await post('/api/v1/teams', person, { name: 'A' })
  const page = await get('/api/v1/teams?limit=1', person)
  const other = await get(`/api/v1/teams?limit=1&sort=createdAt&cursor=${page.body.nextCursor}`, person)
  expect(other.status).toBe(400)
  expect(other.body.code).toBe('request.invalid_cursor')
})

test('a team of others is answered like one that does not exist', async () => {
  const { teamId } = await newTeam()
  const stranger = await newPerson()
  const theirs = await get(`/api/v1/teams/${teamId}`, stranger)
  const none = await get('/api/v1/teams/team_00000000000000000000000000', stranger)
  expect([theirs.status, none.status]).toEqual([404, 404])
  expect({ ...theirs.body, requestId: '' }).toEqual({ ...none.body, requestId: '' })
})

test('the same idempotency key makes one team, also when sent at the same time', async () => {
  const person = await newPerson()
  const headers = { 'idempotency-key': 'make-once' }
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => post('/api/v1/teams', person, { name: 'Once' }, headers)),
  )
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  const rows = await env.DB.prepare("SELECT count(*) AS n FROM teams WHERE owner_id = ? AND name = 'Once'")
    .bind(person.userId)
    .first<{ n: number }>()
  expect(rows?.n).toBe(1)
  const other = await post('/api/v1/teams', person, { name: 'Other' }, headers)
  expect([other.status, other.body.code]).toEqual([422, 'idempotency.mismatch'])
})

test('making a team writes its audit entry in the same breath', async () => {
  const person = await newPerson()
  const made = await post('/api/v1/teams', person, { name: 'Audited' }, { 'x-request-id': 'request-42' })
  const row = await env.DB.prepare('SELECT action, actor_id, request_id FROM audit_log WHERE target_id = ?')
    .bind(made.body.id)
    .first()
  expect(row).toEqual({ action: 'team.created', actor_id: person.userId, request_id: 'request-42' })
})

test.each([
  ['no body', undefined, 415],
  ['an unknown field', { name: 'x', plan: 'team' }, 422],
  ['an empty name', { name: ' ' }, 422],
])('creating a team with %s is refused', async (_what, body, status) => {
  const person = await newPerson()
  expect((await call('POST', '/api/v1/teams', { as: person, body })).status).toBe(status)
})

test('without signing in there is nothing to see', async () => {
  expect((await get('/api/v1/teams')).status).toBe(401)
})
