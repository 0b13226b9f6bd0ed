import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { LEFTOVER_TABLES } from '../../../src/modules/team-purge/repo.ts'
import { purgeTeam } from '../../../src/modules/team-purge/service.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, runJobsOfType, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newSpec, reported, runOf } from '../../helpers/runs.ts'

test('a new team belongs to its creator and is listed newest first', async () => {
  const person = await newPerson()
  const made = await post('/api/v1/teams', person, { name: 'Rockets' })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ name: 'Rockets', role: 'owner', ownerId: person.userId, personal: false })
  const list = await get('/api/v1/teams', person)
  expect(list.body.items.map((team: { id: string }) => team.id)).toEqual([made.body.id, person.teamId])
})

test('paging the list neither repeats nor loses a team while teams are added', async () => {
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

test('another team is answered like a missing one', async () => {
  const { teamId } = await newTeam()
  const stranger = await newPerson()
  const theirs = await get(`/api/v1/teams/${teamId}`, stranger)
  const none = await get('/api/v1/teams/team_00000000000000000000000000', stranger)
  expect([theirs.status, none.status]).toEqual([404, 404])
  expect({ ...theirs.body, requestId: '' }).toEqual({ ...none.body, requestId: '' })
})

test('the same idempotency key creates one team, also concurrently', async () => {
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

test('an expired idempotency key can be used again, even before it is deleted', async () => {
  const person = await newPerson()
  const headers = { 'idempotency-key': 'make-again' }
  const first = await post('/api/v1/teams', person, { name: 'First' }, headers)
  await env.DB.prepare('UPDATE idempotency_keys SET expires_at = ? WHERE team_id = ?')
    .bind(clock.now(), person.teamId)
    .run()
  const second = await post('/api/v1/teams', person, { name: 'Second' }, headers)
  expect([first.status, second.status], second.text).toEqual([201, 201])
  expect(second.body).toMatchObject({ name: 'Second' })
  const again = await post('/api/v1/teams', person, { name: 'Second' }, headers)
  expect([again.status, again.body.id]).toEqual([201, second.body.id])
})

test('creating a team writes its audit entry in the same commit', async () => {
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

test('a team created while working in another team has the plan of its creator, not of that team', async () => {
  const { teamId } = await newTeam()
  const guest = await newPerson({ plan: 'free' })
  await env.DB.prepare(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'viewer', 0)",
  )
    .bind(teamId, guest.userId)
    .run()
  const made = await post('/api/v1/teams', { ...guest, teamId }, { name: 'Mine' })
  expect([made.status, made.body.plan]).toEqual([201, 'free'])
})

test('of many teams created concurrently no more exist than the plan allows', async () => {
  const person = await newPerson({ plan: 'free' })
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => post('/api/v1/teams', person, { name: `T${i}` })),
  )
  const statuses = answers.map((answer) => answer.status).sort()
  expect(statuses).toEqual([201, 201, 201, 402, 402, 402, 402, 402])
})

test.each(['PUT', 'PATCH'])('%s only changes the given fields and increments the version', async (method) => {
  const { owner, teamId } = await newTeam()
  const changed = await call(method, `/api/v1/teams/${teamId}`, { as: owner, body: { description: 'New' } })
  expect(changed.status).toBe(200)
  expect(changed.body).toMatchObject({ name: 'Test team', description: 'New', version: 2 })
  expect(changed.headers.get('etag')).toBe('"2"')
})

test('a change with a stale If-Match has no effect', async () => {
  const { owner, teamId } = await newTeam()
  const path = `/api/v1/teams/${teamId}`
  const rename = (name: string, tag: string) =>
    call('PUT', path, { as: owner, body: { name }, headers: { 'if-match': tag } })
  expect((await rename('First', '"1"')).status).toBe(200)
  const stale = await rename('Second', '"1"')
  expect([stale.status, stale.body.code]).toEqual([412, 'resource.stale'])
  expect((await rename('Third', '"later"')).status).toBe(412)
  expect((await call('PUT', path, { as: owner, body: {}, headers: { 'if-match': '"1"' } })).status).toBe(412)
  expect((await get(path, owner)).body.name).toBe('First')
})

test('of two concurrent changes of one version exactly one succeeds', async () => {
  const { owner, teamId } = await newTeam()
  const answers = await Promise.all(
    ['A', 'B', 'C'].map((name) =>
      call('PUT', `/api/v1/teams/${teamId}`, { as: owner, body: { name }, headers: { 'if-match': '"1"' } }),
    ),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412, 412])
})

test.each([
  ['a name of two lines', { name: 'a\nBcc: b@example.com' }],
  ['an owner', { ownerId: 'usr_00000000000000000000000000' }],
  ['a plan', { plan: 'team' }],
])('a change with %s is refused', async (_what, body) => {
  const { owner, teamId } = await newTeam()
  expect((await call('PATCH', `/api/v1/teams/${teamId}`, { as: owner, body })).status).toBe(422)
})

test.each([
  ['viewer', 403, 403],
  ['member', 403, 403],
  ['admin', 200, 403],
] as const)('the role %s may change (%i) and delete (%i) a team', async (role, change, remove) => {
  const { teamId, join } = await newTeam()
  const person = await join(role)
  const path = `/api/v1/teams/${teamId}`
  expect((await call('PUT', path, { as: person, body: { name: 'X' } })).status).toBe(change)
  expect((await call('DELETE', path, { as: person })).status).toBe(remove)
})

test('deleting a team deletes everything in it, keeps its audit log and removes its files with a job', async () => {
  const { owner, teamId, join } = await newTeam()
  const member = await join('member')
  await post(`/api/v1/teams/${teamId}/invitations`, owner, { email: 'someone@example.com' })
  await call('PUT', `/api/v1/teams/${teamId}/budgets`, { as: owner, body: { monthlyCostUsd: 5 } })
  await env.FILES.put(`teams/${teamId}/file`, 'x')
  const neighbour = `teams/${teamId}0/file`
  await env.FILES.put(neighbour, 'x')
  expect((await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })).status).toBe(204)
  expect((await get(`/api/v1/teams/${teamId}`, member)).status).toBe(404)
  for (const table of ['teams', 'team_members', 'team_invitations', 'team_budgets']) {
    const column = table === 'teams' ? 'id' : 'team_id'
    const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`)
      .bind(teamId)
      .first<{ n: number }>()
    expect([table, row?.n]).toEqual([table, 0])
  }
  const audit = await env.DB.prepare(
    "SELECT 1 FROM audit_log WHERE target_id = ? AND action = 'team.deleted'",
  )
    .bind(teamId)
    .first()
  expect(audit).not.toBeNull()
  await runJobs()
  expect(await env.FILES.head(`teams/${teamId}/file`)).toBeNull()
  expect(await env.FILES.head(neighbour)).not.toBeNull()
})

async function leaveTraces(teamId: string): Promise<string> {
  const runId = newId('run', clock.now())
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, error, created_at)
       VALUES (?, ?, 1, 'secret name', 'running', 'manual', 1, 'secret text', 1)`,
    ).bind(runId, teamId),
    env.DB.prepare(
      `INSERT INTO idempotency_keys (team_id, actor_id, key, request_hash, resource_id, created_at, expires_at)
       VALUES (?, 'usr_x', 'k', 'h', 'r', 1, 2)`,
    ).bind(teamId),
  ])
  return runId
}

const traces = async (teamId: string, runId: string) => ({
  run: await env.DB.prepare(
    'SELECT workflow_name AS name, error, deleted_at IS NOT NULL AS buried FROM runs WHERE id = ?',
  )
    .bind(runId)
    .first(),
  keys: (
    await env.DB.prepare('SELECT count(*) AS n FROM idempotency_keys WHERE team_id = ?').bind(teamId).first()
  )?.n,
})

test('the runs of a deleted team are deleted and its leftover rows removed, those of others stay', async () => {
  const [gone, stays] = [await newTeam(), await newTeam()]
  const goneRun = await leaveTraces(gone.teamId)
  const staysRun = await leaveTraces(stays.teamId)
  await call('DELETE', `/api/v1/teams/${gone.teamId}`, { as: gone.owner })
  await runJobs()
  expect(await traces(gone.teamId, goneRun)).toEqual({ run: { name: '', error: null, buried: 1 }, keys: 0 })
  expect(await traces(stays.teamId, staysRun)).toMatchObject({
    run: { name: 'secret name', buried: 0 },
    keys: 1,
  })
})

test('a purge of an existing team changes nothing', async () => {
  const { teamId } = await newTeam()
  const runId = await leaveTraces(teamId)
  await withContext((request) => purgeTeam(request, { type: 'team.purge', teamId, afterRunId: '' }))
  expect(await traces(teamId, runId)).toMatchObject({ run: { buried: 0 }, keys: 1 })
})

test('a run that reports only after its team was deleted is removed by a second pass', async () => {
  const { owner, teamId } = await newTeam()
  await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })
  await runJobsOfType('team.purge')
  const later = await env.DB.prepare(
    "SELECT id, next_at AS nextAt FROM outbox WHERE type = 'team.purge' AND status = 'pending' AND body ->> 'teamId' = ?",
  )
    .bind(teamId)
    .first<{ id: string; nextAt: number }>()
  expect(later?.nextAt).toBeGreaterThan(clock.now() + 5 * MINUTE_MS)
  const nodes = [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }]
  const spec = newSpec({ nodes }, { teamId })
  await runOf(spec.runId).start(spec)
  const row = () =>
    env.DB.prepare('SELECT deleted_at AS deletedAt FROM runs WHERE id = ?')
      .bind(spec.runId)
      .first<{ deletedAt: number | null }>()
  await reported(spec.runId)
  expect(await row()).toEqual({ deletedAt: null })
  clock.advance(20 * MINUTE_MS)
  await runJobsOfType('team.purge')
  await runJobsOfType('run.remove')
  expect((await row())?.deletedAt).toEqual(expect.any(Number))
  expect(await runOf(spec.runId).view({})).toBeNull()
})

test('a second pass that stops before it has posted its messages finds the late runs again', async () => {
  const { owner, teamId } = await newTeam()
  await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })
  await runJobsOfType('team.purge')
  const nodes = [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }]
  const spec = newSpec({ nodes }, { teamId })
  await runOf(spec.runId).start(spec)
  await reported(spec.runId)
  const pass = { type: 'team.purge', teamId, afterRunId: '', late: true } as const
  // Messages are posted in a batch.
  const DB = new Proxy(env.DB, {
    get: (d1, name) => {
      if (name === 'batch') return () => Promise.reject(new Error('lost'))
      const value = Reflect.get(d1, name)
      return typeof value === 'function' ? value.bind(d1) : value
    },
  })
  await expect(
    withContext((request) => purgeTeam({ ...request, env: { ...request.env, DB } }, pass)),
  ).rejects.toThrow('lost')
  await withContext((request) => purgeTeam(request, pass))
  await runJobsOfType('run.remove')
  expect(await runOf(spec.runId).view({})).toBeNull()
})

test('more runs than one turn handles are all deleted', async () => {
  const { owner, teamId } = await newTeam()
  const insert = env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at)
     VALUES (?, ?, 1, 'n', 'succeeded', 'manual', 1, 1)`,
  )
  await env.DB.batch(Array.from({ length: 301 }, () => insert.bind(newId('run', clock.now()), teamId)))
  await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })
  await runJobs()
  const left = await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ? AND deleted_at IS NULL')
    .bind(teamId)
    .first<{ n: number }>()
  expect(left?.n).toBe(0)
})

test('every table with a team is deleted with it, by cascade or by the purge, and is found by an index', async () => {
  expect(LEFTOVER_TABLES).toEqual(expect.arrayContaining(['approvals', 'idempotency_keys', 'inbound_events']))
  for (const table of LEFTOVER_TABLES) {
    const { results } = await env.DB.prepare(
      `EXPLAIN QUERY PLAN SELECT rowid FROM ${table} WHERE team_id = ? LIMIT 1`,
    )
      .bind('team_x')
      .all<{ detail: string }>()
    for (const { detail } of results)
      expect([table, detail]).toEqual([table, expect.stringMatching(/^SEARCH/)])
  }
})

test('the personal team cannot be deleted alone', async () => {
  const person = await newPerson()
  const answer = await call('DELETE', `/api/v1/teams/${person.teamId}`, { as: person })
  expect([answer.status, answer.body.code]).toEqual([409, 'team.personal'])
})
