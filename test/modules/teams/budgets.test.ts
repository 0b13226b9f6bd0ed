import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { periodOf } from '../../../src/core/clock.ts'
import { addUsage, LEVEL_PERIOD } from '../../../src/modules/usage/index.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'

const budgets = (teamId: string) => `/api/v1/teams/${teamId}/budgets`

const put = (as: Person, teamId: string, body: unknown, headers = {}) =>
  call('PUT', budgets(teamId), { as, body, headers })

async function use(teamId: string, period: string, metric: string, amount: number): Promise<void> {
  const { sql, params } = addUsage(teamId, period, metric, amount).toSQL()
  await env.DB.prepare(sql)
    .bind(...params)
    .run()
}

test('a team begins without a budget', async () => {
  const { owner, teamId } = await newTeam()
  const answer = await get(budgets(teamId), owner)
  expect(answer.body).toMatchObject({
    monthlyCostUsd: null,
    monthlyTokens: null,
    hardStop: false,
    version: 0,
  })
  expect(answer.headers.get('etag')).toBe('"0"')
})

test('dollars are stored to the micro-dollar, and missing fields stay', async () => {
  const { owner, teamId } = await newTeam()
  const set = await put(owner, teamId, { monthlyCostUsd: 1234.567891, alertAt: [1, 0.5, 0.5] })
  expect(set.body).toMatchObject({ monthlyCostUsd: 1234.567891, alertAt: [0.5, 1], version: 1 })
  const stored = await env.DB.prepare(
    'SELECT monthly_cost_micro_usd AS n FROM team_budgets WHERE team_id = ?',
  )
    .bind(teamId)
    .first()
  expect(stored).toEqual({ n: 1_234_567_891 })
  const more = await put(owner, teamId, { monthlyTokens: 1000, hardStop: true })
  expect(more.body).toMatchObject({
    monthlyCostUsd: 1234.567891,
    monthlyTokens: 1000,
    hardStop: true,
    version: 2,
  })
  expect((await put(owner, teamId, { monthlyCostUsd: null })).body.monthlyCostUsd).toBeNull()
})

test('every amount of whole micro-dollars is returned unchanged', async () => {
  const { owner, teamId } = await newTeam()
  for (const usd of [0, 0.000001, 0.1, 0.3, 1.005, 99_999_999.999999, 100_000_000])
    expect((await put(owner, teamId, { monthlyCostUsd: usd })).body.monthlyCostUsd).toBe(usd)
})

test('of several first budgets set concurrently with If-Match exactly one is kept', async () => {
  const { owner, teamId } = await newTeam()
  const answers = await Promise.all(
    [1, 2, 3].map((monthlyCostUsd) => put(owner, teamId, { monthlyCostUsd }, { 'if-match': '"0"' })),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412, 412])
  expect((await put(owner, teamId, { hardStop: true }, { 'if-match': '"0"' })).status).toBe(412)
  expect((await put(owner, teamId, { hardStop: true }, { 'if-match': '"1"' })).status).toBe(200)
})

test.each([
  ['a negative amount', { monthlyCostUsd: -1 }],
  ['seven decimals', { monthlyCostUsd: 0.0000001 }],
  ['half a token', { monthlyTokens: 0.5 }],
  ['a share above one', { alertAt: [1.5] }],
  ['a version', { version: 3 }],
])('a budget with %s is refused', async (_what, body) => {
  const { owner, teamId } = await newTeam()
  expect((await put(owner, teamId, body)).status).toBe(422)
})

test('everybody in the team sees budgets and usage, administrators set budgets, strangers see nothing', async () => {
  const { teamId, join } = await newTeam()
  for (const [role, status] of [
    ['viewer', 403],
    ['member', 403],
    ['admin', 200],
  ] as const) {
    const person = await join(role)
    expect((await get(budgets(teamId), person)).status).toBe(200)
    expect((await get(`/api/v1/teams/${teamId}/usage`, person)).status).toBe(200)
    expect((await put(person, teamId, { hardStop: true })).status).toBe(status)
  }
  const stranger = await newPerson()
  expect((await get(budgets(teamId), stranger)).status).toBe(404)
  expect((await put(stranger, teamId, { hardStop: true })).status).toBe(404)
  expect((await get(`/api/v1/teams/${teamId}/usage`, stranger)).status).toBe(404)
})

test('setting a budget is audited with before and after', async () => {
  const { owner, teamId } = await newTeam()
  await put(owner, teamId, { monthlyCostUsd: 5 })
  await put(owner, teamId, { monthlyCostUsd: 7 })
  const row = await env.DB.prepare(
    "SELECT before, after FROM audit_log WHERE action = 'budget.updated' AND target_id = ? ORDER BY seq DESC",
  )
    .bind(teamId)
    .first<{ before: string; after: string }>()
  expect(JSON.parse(row?.before ?? '')).toMatchObject({ monthlyCostUsd: 5 })
  expect(JSON.parse(row?.after ?? '')).toEqual({ monthlyCostUsd: 7 })
})

test('usage shows the counts of one month and the current amounts', async () => {
  const { owner, teamId, join } = await newTeam()
  await join('viewer')
  await post(`/api/v1/teams/${teamId}/invitations`, owner, { email: `u-${teamId}@example.com` })
  const period = periodOf(clock.now())
  await use(teamId, period, 'runs', 2)
  await use(teamId, period, 'runs', 3)
  await use(teamId, period, 'inputTokens', 70)
  await use(teamId, period, 'outputTokens', 30)
  await use(teamId, period, 'costMicroUsd', 1_500_000)
  await use(teamId, period, 'gpuSeconds', 9)
  await use(teamId, '2020-01', 'runs', 100)
  await use(teamId, LEVEL_PERIOD, 'storageBytes', 4096)
  const now = await get(`/api/v1/teams/${teamId}/usage`, owner)
  expect(now.body).toMatchObject({ period, runs: 5, inputTokens: 70, costUsd: 1.5, other: { gpuSeconds: 9 } })
  expect(now.body.live).toMatchObject({ members: 2, pendingInvitations: 1, apiKeys: 0, storageBytes: 4096 })
  const then = await get(`/api/v1/teams/${teamId}/usage?period=2020-01`, owner)
  expect(then.body).toMatchObject({ period: '2020-01', runs: 100, costUsd: 0, live: { storageBytes: 4096 } })
  expect((await get(`/api/v1/teams/${teamId}/usage?period=2020-13`, owner)).status).toBe(422)
  expect((await get(budgets(teamId), owner)).body.spent).toEqual({ period, costUsd: 1.5, tokens: 100 })
})
