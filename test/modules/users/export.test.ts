import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { serviceContext } from '../../../src/context.ts'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { encodeCursor } from '../../../src/core/cursor.ts'
import { newId } from '../../../src/core/ids.ts'
import { userExportOf } from '../../../src/modules/account-export/schema.ts'
import { exportAccount } from '../../../src/modules/account-export/service.ts'
import { newApiKey } from '../../../src/modules/api-keys/format.ts'
import { EXPORT_LISTS } from '../../../src/modules/index.ts'
import { scansIn, tableNames } from '../../db/support/plans.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'

const EXPORT = '/api/v1/users/export'

const OF_A_TEAM = [
  'teams',
  'usage',
  'workflows',
  'workflowVersions',
  'triggers',
  'variables',
  'templates',
  'runs',
  'approvals',
  'invitations',
  'storeEntries',
  'files',
  'events',
] as const

const LISTS = [
  ...OF_A_TEAM,
  'memberships',
  'apiKeys',
  'sessions',
  'identities',
  'auditEntries',
  'members',
] as const

type Row = Record<string, any>
type ListName = (typeof LISTS)[number]
type UserExport = { complete: boolean; nextCursor: string | null; preferences: Row } & Record<ListName, Row[]>
const document = userExportOf(EXPORT_LISTS)
const parse = (body: unknown) => document.parse(body) as unknown as UserExport

/** Secrets, which must be nowhere in an export. */
const SECRETS = { token: 'tok-of-the-url', sealed: 'sealed-hmac', hash: 'hash-of-a-token' }

/** One of everything that a team can have, directly in D1. */
async function furnish(owner: Person, teamId: string): Promise<void> {
  const now = clock.now()
  const wf = newId('wf', now)
  const rows: Record<string, Record<string, unknown>> = {
    team_invitations: {
      id: newId('inv', now),
      team_id: teamId,
      email: `invited-${teamId}@example.com`,
      role: 'member',
      token_hash: SECRETS.hash + teamId,
      invited_by: owner.userId,
      created_at: now,
      expires_at: now,
    },
    team_budgets: {
      team_id: teamId,
      monthly_cost_micro_usd: 2_500_000,
      alert_at: '[0.5]',
      updated_at: now,
    },
    usage_counters: { team_id: teamId, period: '2026-01', metric: 'runs', value: 3 },
    workflows: {
      id: wf,
      team_id: teamId,
      name: 'Flow',
      tags: '["a"]',
      draft: '{"definition":{"nodes":[]}}',
      created_by: owner.userId,
      created_at: now,
      updated_at: now,
    },
    workflow_versions: {
      workflow_id: wf,
      version: 1,
      definition: '{"nodes":[{"id":"a","type":"flow.noop"}]}',
      definition_hash: 'definition-hash',
      triggers: '[]',
      created_by: owner.userId,
      created_at: now,
    },
    workflow_triggers: {
      id: newId('trg', now),
      workflow_id: wf,
      team_id: teamId,
      key: 'hook',
      type: 'webhook',
      config: '{"type":"webhook","key":"hook"}',
      token: SECRETS.token + teamId,
      secret: SECRETS.sealed,
      created_at: now,
    },
    team_variables: { team_id: teamId, name: 'rate', value: '7', updated_by: owner.userId, updated_at: now },
    workflow_templates: {
      id: newId('tpl', now),
      team_id: teamId,
      name: 'Template',
      definition: '{"nodes":[]}',
      created_by: owner.userId,
      created_at: now,
    },
    runs: {
      id: newId('run', now),
      team_id: teamId,
      workflow_id: wf,
      workflow_version: 1,
      workflow_name: 'Flow',
      status: 'failed',
      trigger_type: 'manual',
      seq: 4,
      error: '{"message":"it broke"}',
      cost_micro_usd: 1_500_000,
      created_at: now,
    },
    approvals: {
      id: newId('apr', now),
      team_id: teamId,
      run_id: 'run_x',
      path: 'ask',
      status: 'approved',
      title: 'Sure?',
      form: '{"type":"object"}',
      seq: 1,
      created_at: now,
    },
    gpu_jobs: {
      id: newId('job', now),
      team_id: teamId,
      provider: 'aws',
      gpu_type: 'H100',
      gpu_count: 8,
      model_name: 'llama',
      status: 'running',
      labels: '{"env":"prod"}',
      created_at: now,
      updated_at: now,
    },
    cost_snapshots: {
      id: newId('cst', now),
      team_id: teamId,
      date: '2026-01-31',
      provider: 'aws',
      source: 'bill',
      cost_micro_usd: 1_500_000,
      original_micro: 1_500_000,
      labels: '{}',
      created_at: now,
      updated_at: now,
    },
    usage_snapshots: {
      id: newId('use', now),
      team_id: teamId,
      date: '2026-01-31',
      provider: 'aws',
      source: 'bill',
      micro_hours: 2_000_000,
      labels: '{}',
      created_at: now,
      updated_at: now,
    },
    store_entries: { team_id: teamId, key: 'count', value: '{"n":1}', operation_id: 'op', updated_at: now },
    files: {
      id: newId('file', now),
      team_id: teamId,
      name: 'plan.pdf',
      version: 1,
      content_type: 'application/pdf',
      size_bytes: 10,
      sha256: 'ab',
      tags: '["x"]',
      created_at: now,
      updated_at: now,
    },
    inbound_events: {
      team_id: teamId,
      id: 'evt-1',
      name: 'order.made',
      data: '{"order":1}',
      created_at: now,
    },
  }
  await env.DB.batch(
    Object.entries(rows).map(([table, row]) =>
      env.DB.prepare(
        `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
          .map(() => '?')
          .join(', ')})`,
      ).bind(...Object.values(row)),
    ),
  )
}

async function exportOf(person: Person): Promise<UserExport> {
  const answer = await get(EXPORT, person)
  expect(answer.status).toBe(200)
  return parse(answer.body)
}

const inPieces = (person: Person, limits: { pages: number; rows: number }, cursor?: string) =>
  withContext(async (request) => {
    const actor = { kind: 'user', userId: person.userId, teamId: person.teamId } as never
    const stream = await exportAccount(serviceContext(request, actor), EXPORT_LISTS, cursor, limits)
    return parse(await new Response(stream).json())
  })

const listsOf = (one: UserExport) => EXPORT_LISTS.map(({ name }) => [name, one[name as ListName]] as const)

/** The audit log grows with each export, so the comparison ignores the exports. */
const withoutExports = (name: string, rows: unknown[]): unknown[] =>
  name === 'auditEntries'
    ? rows.filter((row) => (row as { action: string }).action !== 'account.exported')
    : rows

test('the export contains my data and no secret', async () => {
  const { owner, teamId } = await newTeam()
  await env.DB.prepare("UPDATE users SET password_hash = '$argon2id$x' WHERE id = ?").bind(owner.userId).run()
  const apiKey = newApiKey()
  await env.DB.prepare(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at)
     VALUES (?, ?, ?, 'k', ?, ?, '["profile:read"]', 1)`,
  )
    .bind(newId('key', clock.now()), teamId, owner.userId, await sha256Hex(apiKey), apiKey.slice(-4))
    .run()
  await env.DB.prepare(
    "INSERT INTO oauth_identities (provider, subject, user_id, email, created_at) VALUES ('github', ?, ?, ?, 1)",
  )
    .bind(owner.userId, owner.userId, owner.email)
    .run()
  await call('PUT', '/api/v1/users/preferences', { as: owner, body: { theme: 'dark' } })
  const stranger = await newPerson()
  await call('PUT', '/api/v1/users/preferences', { as: stranger, body: { theme: 'light' } })

  const answer = await get(EXPORT, owner)
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/)
  const body = parse(answer.body)
  expect([body.complete, body.nextCursor]).toEqual([true, null])
  expect(body.preferences.theme).toBe('dark')
  expect(body.memberships.map((one) => one.teamId)).toContain(teamId)
  expect(body.apiKeys.map((one) => one.masked)).toEqual([`ork_live_…${apiKey.slice(-4)}`])
  expect(body.sessions.map((one) => one.id)).toEqual([owner.sessionId])
  expect(body.identities).toMatchObject([{ provider: 'github', email: owner.email }])
  expect(body.auditEntries.map((one) => one.action)).toEqual(['preferences.updated', 'account.exported'])
  expect(answer.text).not.toContain('argon2')
  expect(answer.text).not.toContain(await sha256Hex(apiKey))
  expect(answer.text).not.toContain(stranger.userId)
})

test('it contains everything of the teams that I own, including the personal one, and nothing of those where I am only a member', async () => {
  const me = await newPerson()
  const { teamId } = await newTeam(me)
  const other = await newTeam()
  await env.DB.prepare(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'admin', 1)",
  )
    .bind(other.teamId, me.userId)
    .run()
  for (const team of [me.teamId, teamId]) await furnish(me, team)
  await furnish(other.owner, other.teamId)
  const sent = await post(`/api/v1/teams/${other.teamId}/invitations`, me, {
    email: `by-me-${me.teamId}@example.com`,
  })

  const answer = await get(EXPORT, me)
  const body = parse(answer.body)
  for (const name of OF_A_TEAM) {
    const mine = body[name].length - (name === 'invitations' ? 1 : 0)
    expect([name, mine]).toEqual([name, 2])
  }
  expect(body.invitations.map((one) => one.id)).toContain(sent.body.id)
  expect(body.members.map((one) => one.teamId).sort()).toEqual([me.teamId, teamId].sort())
  expect(body.teams.map((one) => [one.personal, one.monthlyCostUsd, one.alertAtShares])).toEqual([
    [true, 2.5, [0.5]],
    [false, 2.5, [0.5]],
  ])
  expect(body.workflows[0]).toMatchObject({ tags: ['a'], active: true, draft: { definition: { nodes: [] } } })
  expect(body.workflowVersions[0]?.definition).toEqual({ nodes: [{ id: 'a', type: 'flow.noop' }] })
  expect(body.variables[0]?.value).toBe(7)
  expect(body.runs[0]).toMatchObject({ error: { message: 'it broke' }, costUsd: 1.5 })
  expect(body.storeEntries[0]?.value).toEqual({ n: 1 })
  expect(body.events[0]).toMatchObject({ name: 'order.made', data: { order: 1 } })
  for (const secret of Object.values(SECRETS)) expect(answer.text).not.toContain(secret)
  expect(answer.text).not.toContain(`invited-${other.teamId}`)
})

test('however small the pages and the pieces are, nothing is lost or repeated', async () => {
  const me = await newPerson()
  const { teamId } = await newTeam(me)
  for (let i = 0; i < 3; i++) for (const team of [me.teamId, teamId]) await furnishMore(me, team, i)
  const whole = await exportOf(me)
  for (const limits of [
    { pages: 900, rows: 1 },
    { pages: 7, rows: 2 },
    // Each piece adds its own entry to the log, and must read more than that.
    { pages: 5, rows: 1 },
  ]) {
    const pieces: UserExport[] = []
    let cursor: string | undefined
    do {
      const piece = await inPieces(me, limits, cursor)
      expect(piece.complete).toBe(piece.nextCursor === null)
      pieces.push(piece)
      cursor = piece.nextCursor ?? undefined
    } while (cursor !== undefined && pieces.length < 100)
    for (const [name, rows] of listsOf(whole)) {
      const joined = pieces.flatMap((piece) => piece[name as ListName])
      expect([name, withoutExports(name, joined)]).toEqual([name, withoutExports(name, rows)])
    }
  }
})

/** Enough versions, entries and events for more than a page. */
async function furnishMore(owner: Person, teamId: string, i: number): Promise<void> {
  if (i === 0) return furnish(owner, teamId)
  const now = clock.now()
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO workflow_versions (workflow_id, version, definition, definition_hash, triggers, created_by, created_at)
       SELECT id, ?, '{}', 'h', '[]', 'x', ? FROM workflows WHERE team_id = ?`,
    ).bind(i + 1, now, teamId),
    env.DB.prepare(
      'INSERT INTO store_entries (team_id, key, value, operation_id, updated_at) VALUES (?, ?, ?, ?, ?)',
    ).bind(teamId, `k${i}`, '1', 'op', now),
    env.DB.prepare(
      'INSERT INTO inbound_events (team_id, id, name, data, created_at) VALUES (?, ?, ?, ?, ?)',
    ).bind(teamId, `more-${i}`, 'order.made', 'null', now),
  ])
}

test('large rows are read a few at a time', async () => {
  const me = await newPerson()
  const value = JSON.stringify('x'.repeat(400_000))
  const insert = env.DB.prepare(
    "INSERT INTO store_entries (team_id, key, value, operation_id, updated_at) VALUES (?, ?, ?, 'op', 1)",
  )
  await env.DB.batch([0, 1, 2, 3, 4].map((i) => insert.bind(me.teamId, `k${i}`, value)))
  const list = EXPORT_LISTS.find((one) => one.name === 'storeEntries')
  const { results } = await env.DB.prepare(list?.sql ?? '')
    .bind(me.userId, me.teamId, 500, '')
    .all()
  expect(results.map((row) => row.key)).toEqual(['k0', 'k1'])
  expect((await exportOf(me)).storeEntries).toHaveLength(5)
})

test('an invented cursor is refused before the answer begins', async () => {
  const me = await newPerson()
  const made = (value: string, id: unknown) => encodeCursor({ sort: 'export', value, id: JSON.stringify(id) })
  for (const cursor of ['nonsense', made('users', ['', 0]), made('runs', ['x']), made('runs', ['x', '0', 1])])
    expect((await get(`${EXPORT}?cursor=${cursor}`, me)).body.code).toBe('request.invalid_cursor')
})

test("a cursor into another's team shows nothing of it", async () => {
  const other = await newTeam()
  await furnish(other.owner, other.teamId)
  const me = await newPerson()
  const cursor = encodeCursor({ sort: 'export', value: 'runs', id: JSON.stringify([other.teamId, 0, '']) })
  const answer = await get(`${EXPORT}?cursor=${cursor}`, me)
  expect(parse(answer.body).runs).toEqual([])
  expect(answer.text).not.toContain(other.teamId)
})

test('no list of the export scans a table', async () => {
  const tables = await tableNames()
  for (const list of EXPORT_LISTS) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${list.sql}`)
      .bind('usr_x', 'team_x', 1, ...list.start)
      .all<{ detail: string }>()
    const steps = results.map((row) => row.detail)
    expect([list.name, scansIn(list.sql, steps, tables)]).toEqual([list.name, []])
  }
})
