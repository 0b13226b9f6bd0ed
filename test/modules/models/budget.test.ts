// Budgets that stop work: concurrent calls see each other, and at most one call exceeds the limit.
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { periodOf } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { type BudgetScope, reserveBudget, settleBudget } from '../../../src/modules/finops/index.ts'
import { call, get } from '../../helpers/api.ts'
import { clock, useRealTime } from '../../helpers/clock.ts'
import { mailTo, withContext } from '../../helpers/jobs.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { parked, runOf, start } from '../../helpers/runs.ts'
import { newModelServer } from '../integrations/integrations.ts'

const base = inject('modelProviders')
/** The cost of the fake's default answer with the prices below: 18 tokens in, 7 out. */
const CALL_USD = 0.088
const CALL = 88_000

const priced = async (scenario: string): Promise<string> => {
  const model = `${scenario}~${newId('run', clock.now())}`
  const insert = env.DB.prepare(
    `INSERT INTO price_tables (id, provider, gpu_type, model, region, valid_from, unit_price_usd, unit, above, source)
     VALUES (?, 'openai-compatible', '', ?, '', '2020-01-01', ?, ?, 0, 'test')`,
  )
  await env.DB.batch([
    insert.bind(`${model}-in`, model, '1000', 'input_mtok'),
    insert.bind(`${model}-out`, model, '10000', 'output_mtok'),
  ])
  return model
}

async function teamWith(budget: object): Promise<Person> {
  const { owner } = await newTeam()
  const answer = await call('PUT', `/api/v1/teams/${owner.teamId}/budgets`, { as: owner, body: budget })
  if (answer.status !== 200) throw new Error(answer.text)
  await newModelServer(owner)
  return owner
}

const agentRun = ({ teamId }: Person, models: object[], more: object = {}) =>
  start(
    { nodes: [{ id: 'it', type: 'ai.agent', params: { agent: {}, prompt: 'Hi', models, ...more } }] },
    { teamId },
    { waitMs: 60_000 },
  )

const rung = (model: string) => ({ provider: 'openai-compatible', model, maxTokens: 8 })
const seen = async (model: string) =>
  (await (await fetch(`${base}/seen/${encodeURIComponent(model)}`)).json()) as object[]
const inScope = <T>(teamId: string, work: (scope: BudgetScope) => Promise<T>): Promise<T> =>
  withContext((request) => work({ ...request, teamId }))

test('fifty concurrent agents under a budget of one dollar exceed it by one call at most, and the owners are notified once', async () => {
  useRealTime()
  const owner = await teamWith({ monthlyCostUsd: 1, hardStop: true, alertAt: [] })
  const model = await priced('ok')
  const runs = await Promise.all(Array.from({ length: 50 }, () => agentRun(owner, [rung(model)])))
  const reasons = runs.map(({ output }) => (output as { finishReason: string }).finishReason)
  const made = reasons.filter((reason) => reason === 'stop').length
  expect(reasons.filter((reason) => reason === 'cost')).toHaveLength(50 - made)
  expect(await seen(model)).toHaveLength(made)
  const spent = runs.reduce((sum, { cost }) => sum + cost.usd, 0)
  expect(spent).toBeCloseTo(made * CALL_USD, 6)
  expect(spent).toBeLessThanOrEqual(1 + CALL_USD)
  // No call that would have fit was refused.
  expect(spent).toBeGreaterThan(1 - CALL_USD)
  const mails = (await mailTo(owner.email)).map(({ subject }) => subject)
  expect(mails).toEqual(['The budget is used up: model calls are stopped'])
  const budget = await get(`/api/v1/teams/${owner.teamId}/budgets`, owner)
  expect(budget.body.spent.costUsd).toBeCloseTo(spent, 6)
})

test('a paid model after a free one is refused when the budget is used up, and the free one is not', async () => {
  const owner = await teamWith({ monthlyCostUsd: 0, hardStop: true })
  const model = await priced('ok')
  const missing = { provider: 'anthropic', model: 'none' }
  const paid = await agentRun(owner, [missing, rung(model)])
  expect(paid).toMatchObject({ status: 'succeeded', output: { finishReason: 'cost', steps: 0 } })
  expect(await seen(model)).toEqual([])
  const free = await agentRun(owner, [{ provider: 'offline', model: 'rules-1' }, rung(model)])
  expect(free).toMatchObject({ output: { finishReason: 'stop' } })
})

test('a question fails with the reason, and so do embeddings', async () => {
  const owner = await teamWith({ monthlyCostUsd: 0, hardStop: true })
  const model = await priced('ok')
  for (const [type, params] of [
    ['ai.generate', { prompt: 'Hi' }],
    ['ai.embed', { texts: ['Hi'] }],
  ] as const) {
    const nodes = [{ id: 'it', type, params: { ...params, models: [rung(model)] } }]
    expect(await start({ nodes }, { teamId: owner.teamId })).toMatchObject({
      status: 'failed',
      error: { code: 'budget.stopped', details: { metric: 'cost', limit: 0 } },
    })
  }
  expect(await seen(model)).toEqual([])
})

test('without hardStop nothing is stopped, and with it a model without a price is refused', async () => {
  const loose = await teamWith({ monthlyCostUsd: 0, hardStop: false })
  expect(await agentRun(loose, [rung(await priced('ok'))])).toMatchObject({
    output: { finishReason: 'stop' },
  })
  const tight = await teamWith({ monthlyCostUsd: 5, hardStop: true })
  expect(await agentRun(tight, [rung('ok~unpriced')])).toMatchObject({ output: { finishReason: 'cost' } })
  const tokens = await teamWith({ monthlyTokens: 3, hardStop: true })
  expect(await agentRun(tokens, [rung('ok~unpriced')])).toMatchObject({ output: { finishReason: 'tokens' } })
})

test('a parked run shows that the budget of the team is used up, and continues when it is raised', async () => {
  const owner = await teamWith({ monthlyCostUsd: 0, hardStop: true })
  const model = await priced('ok')
  const stopped = await parked(
    {
      nodes: [
        {
          id: 'it',
          type: 'ai.agent',
          params: { agent: {}, prompt: 'Hi', models: [rung(model)], onLimit: 'park' },
        },
      ],
    },
    { teamId: owner.teamId },
  )
  const [wait] = stopped.waitingFor
  expect(wait).toMatchObject({ detail: { title: 'The agent the agent has reached the budget of the team' } })
  await call('PUT', `/api/v1/teams/${owner.teamId}/budgets`, { as: owner, body: { monthlyCostUsd: 9 } })
  await runOf(stopped.id).decide({
    approvalId: String(wait?.name),
    by: 'usr_other',
    decision: 'approve',
    comment: null,
    data: null,
    isStarter: false,
  })
  expect(await runOf(stopped.id).view({}, 60_000)).toMatchObject({ output: { finishReason: 'stop' } })
})

const amounts = async () => ({ cost: { low: 10_000, high: CALL }, tokens: { low: 10, high: 18 } })
const never = new AbortController().signal

test('a repeated call is reserved and counted once, and a lost one expires', async () => {
  const { teamId } = await teamWith({ monthlyCostUsd: 0.1, hardStop: true })
  await inScope(teamId, async (scope) => {
    const reserve = (key: string, at = scope.now()) =>
      reserveBudget({ ...scope, now: () => at }, { key: teamId + key, timeoutMs: 1_000, amounts }, never)
    expect(await reserve('a')).toMatchObject({ ok: true })
    // The process was lost: the same call again.
    expect(await reserve('a')).toMatchObject({ ok: true })
    for (let times = 0; times < 3; times++)
      await settleBudget(scope, `${teamId}a`, { costMicroUsd: CALL, tokens: 25 })
    const spentOf = async () =>
      (
        await env.DB.prepare(
          'SELECT cost_micro_usd AS cost FROM budget_ledgers WHERE team_id = ? AND period = ?',
        )
          .bind(teamId, periodOf(scope.now()))
          .first<{ cost: number }>()
      )?.cost
    expect(await spentOf()).toBe(CALL)
    // A settled call that is repeated is paid for already.
    expect(await reserve('a')).toMatchObject({ ok: true })
    expect(await reserve('b')).toMatchObject({ ok: true })
    // `b` reserves the rest, and is then lost.
    expect(await reserve('c', scope.now() + 62_000)).toMatchObject({ ok: true })
    await settleBudget(scope, `${teamId}c`, { costMicroUsd: CALL, tokens: 25 })
    expect(await reserve('d')).toMatchObject({ ok: false, refused: { metric: 'cost', spent: 2 * CALL } })
  })
})

test('a call waits while others have reserved the rest, and continues when one of them used less', async () => {
  const { teamId } = await teamWith({ monthlyCostUsd: 0.09, hardStop: true })
  await inScope(teamId, async (scope) => {
    const reserve = (key: string, signal = never) =>
      reserveBudget(scope, { key: teamId + key, timeoutMs: 1_000, amounts }, signal)
    await reserve('a')
    const second = reserve('b')
    await settleBudget(scope, `${teamId}a`, { costMicroUsd: 1_000, tokens: 25 })
    expect(await second).toMatchObject({ ok: true })
    // A call whose run is cancelled stops waiting.
    const cancelled = new AbortController()
    const third = reserve('c', cancelled.signal)
    cancelled.abort(new Error('cancelled'))
    await expect(third).rejects.toThrow()
  })
})
