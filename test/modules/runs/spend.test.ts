// The model usage of runs is counted for their team, once, however often and in whatever order it is reported.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { applyRunReports } from '../../../src/modules/runs/repo/projection.ts'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'

const report = (teamId: string, id: string, seq: number, more: Record<string, Json>) =>
  applyRunReports(env.DB, [
    {
      started: null,
      view: {
        id,
        teamId,
        workflowId: null,
        workflowVersion: 1,
        workflowName: 'Spends',
        status: 'running',
        triggerType: 'manual',
        seq,
        createdAt: clock.now(),
        progress: 0,
        waitingFor: '[]',
        ...more,
      },
    },
  ])

const usageOf = async (person: Person) => {
  const { body } = await get(`/api/v1/teams/${person.teamId}/usage`, person)
  const { runs, inputTokens, outputTokens, costUsd } = body
  return { runs, inputTokens, outputTokens, costUsd }
}

test('a newer report adds the difference; an older or repeated one adds nothing', async () => {
  const person = await newPerson()
  const id = `run_spend_${person.teamId}`
  const first = { costMicroUsd: 150, inputTokens: 100, outputTokens: 20 }
  const second = { costMicroUsd: 400, inputTokens: 250, outputTokens: 60 }
  await report(person.teamId, id, 3, first)
  await report(person.teamId, id, 3, first)
  await report(person.teamId, id, 9, second)
  await report(person.teamId, id, 5, first)
  await report(person.teamId, id, 9, second)
  expect(await usageOf(person)).toEqual({ runs: 1, inputTokens: 250, outputTokens: 60, costUsd: 0.0004 })
})

test('runs of one batch are added up, and one without a model costs nothing', async () => {
  const person = await newPerson()
  await report(person.teamId, `run_a_${person.teamId}`, 2, {
    costMicroUsd: 1,
    inputTokens: 1,
    outputTokens: 1,
  })
  await report(person.teamId, `run_b_${person.teamId}`, 2, {
    costMicroUsd: 2,
    inputTokens: 2,
    outputTokens: 2,
  })
  await report(person.teamId, `run_c_${person.teamId}`, 2, {})
  expect(await usageOf(person)).toEqual({ runs: 3, inputTokens: 3, outputTokens: 3, costUsd: 0.000003 })
  const { body } = await get('/api/v1/workflows/executions', person)
  const costs = body.items.map(({ cost }: { cost: { usd: number } }) => cost.usd)
  expect(costs.sort()).toEqual([0, 0.000001, 0.000002])
})
