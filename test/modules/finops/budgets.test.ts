import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { dayOf, periodOf } from '../../../src/core/clock.ts'
import { checkBudget } from '../../../src/modules/finops/budgets/check.ts'
import { reachedShare } from '../../../src/modules/finops/budgets/threshold.ts'
import { addUsage } from '../../../src/modules/usage/index.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { call, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, withContext } from '../../helpers/jobs.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'
import { COSTS, postCost } from './rows.ts'

const today = () => dayOf(clock.now())
const setBudget = (owner: Person, body: object) =>
  call('PUT', `/api/v1/teams/${owner.teamId}/budgets`, { as: owner, body })
const spend = (as: Person, costUsd: number, more: object = {}) =>
  postCost(as, { date: today(), costUsd, ...more })
const subjectsTo = async (owner: Person) =>
  (await mailTo(owner.email)).map(({ subject }) => subject).reverse()
const check = (teamId: string) =>
  withContext((request) => checkBudget(request, { type: 'budget.check', teamId }))

test('owners get a mail at each share, once, and nobody else does', async () => {
  const { owner, join } = await newTeam()
  const admin = await join('admin')
  await setBudget(owner, { monthlyCostUsd: 100, alertAt: [0.5, 0.8, 1] })
  await spend(admin, 49.999999)
  expect(await subjectsTo(owner)).toEqual([])
  await spend(admin, 0.000001, { line: '2' })
  expect(await subjectsTo(owner)).toEqual(['50 % of the budget is used'])
  await spend(admin, 1, { line: '3' })
  await Promise.all([check(owner.teamId), check(owner.teamId), check(owner.teamId)])
  expect(await subjectsTo(owner)).toHaveLength(1)
  await spend(admin, 60, { line: '4' })
  expect(await subjectsTo(owner)).toEqual(['50 % of the budget is used', '100 % of the budget is used'])
  expect(await subjectsTo(admin)).toEqual([])
  const [mail] = await mailTo(owner.email)
  expect(mail?.text).toContain('111.00 USD')
  expect(mail?.text).toContain('limit of 100.00 USD')
})

test('a correction that falls below a share and rises again sends no second mail', async () => {
  const { owner } = await newTeam()
  await setBudget(owner, { monthlyCostUsd: 10 })
  await spend(owner, 9)
  await subjectsTo(owner)
  await spend(owner, 1)
  await subjectsTo(owner)
  await spend(owner, 9)
  expect(await subjectsTo(owner)).toHaveLength(1)
})

test('a limit below the costs is reported immediately, and again for another limit', async () => {
  const { owner } = await newTeam()
  await spend(owner, 9)
  expect(await subjectsTo(owner)).toEqual([])
  await setBudget(owner, { monthlyCostUsd: 9 })
  expect(await subjectsTo(owner)).toHaveLength(1)
  await setBudget(owner, { monthlyCostUsd: 8 })
  expect(await subjectsTo(owner)).toHaveLength(2)
  await setBudget(owner, { monthlyCostUsd: 9 })
  expect(await subjectsTo(owner)).toHaveLength(2)
})

test('costs of other months and of runs: only costs of this month are reported', async () => {
  const { owner } = await newTeam()
  await setBudget(owner, { monthlyCostUsd: 10, monthlyTokens: 100, alertAt: [1] })
  await spend(owner, 50, { date: '2020-01-15' })
  expect(await subjectsTo(owner)).toEqual([])
  const period = periodOf(clock.now())
  const use = async (metric: string, amount: number) => {
    const { sql, params } = addUsage(owner.teamId, period, metric, amount).toSQL()
    await env.DB.prepare(sql)
      .bind(...params)
      .run()
  }
  await use('costMicroUsd', 4_000_000)
  await use('inputTokens', 60)
  await use('outputTokens', 40)
  await spend(owner, 6)
  expect((await subjectsTo(owner)).sort()).toEqual([
    '100 % of the budget is used',
    '100 % of the token budget is used',
  ])
  const budgets = (await get(`/api/v1/teams/${owner.teamId}/budgets`, owner)).body
  const usage = (await get(`/api/v1/teams/${owner.teamId}/usage`, owner)).body
  expect(budgets.spent).toEqual({ period, costUsd: 10, tokens: 100 })
  expect(usage.costUsd).toBe(10)
})

test('random writes, corrections and limits: the highest share is reported, and none twice', async () => {
  const random = randomFrom(SEED)
  for (let round = 0; round < casesOf(50); round++) {
    const { owner } = await newTeam()
    const shares = [0.25, 0.5, 0.75, 1]
    const reached = new Map<number, number>()
    let limit = 40
    await setBudget(owner, { monthlyCostUsd: limit, alertAt: shares })
    const amounts = new Map<string, number>()
    for (let step = 0; step < 12; step++) {
      const choice = random.next()
      if (choice < 0.2) {
        limit = random.pick([20, 40, 60])
        await setBudget(owner, { monthlyCostUsd: limit })
      } else if (choice < 0.4 && amounts.size > 0) {
        const { body } = await get(`${COSTS}?limit=1`, owner)
        amounts.delete(body.items[0].line)
        await call('DELETE', `${COSTS}/${body.items[0].id}`, { as: owner })
      } else {
        const line = String(random.below(4))
        const costUsd = random.below(20) - 3
        amounts.set(line, costUsd)
        await spend(owner, costUsd, { line })
      }
      await Promise.all([check(owner.teamId), ...(random.chance(0.5) ? [check(owner.teamId)] : [])])
      const spent = [...amounts.values()].reduce((sum, amount) => sum + amount, 0)
      const share = reachedShare(spent, limit, shares)
      if (share !== null) reached.set(limit, Math.max(share, reached.get(limit) ?? 0))
    }
    const { results } = await env.DB.prepare(
      'SELECT limit_amount / 1000000 AS amount, share FROM budget_notices WHERE team_id = ? ORDER BY limit_amount, share',
    )
      .bind(owner.teamId)
      .all<{ amount: number; share: number }>()
    const highest = new Map(results.map(({ amount, share }) => [amount, share]))
    const name = `${repeatWith(SEED, casesOf(50))}, round ${round}`
    expect([...highest].sort(), name).toEqual([...reached].sort())
    expect((await subjectsTo(owner)).length, name).toBe(results.length)
  }
}, 120_000)
