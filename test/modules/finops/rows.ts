// Rows of costs and usage for tests, created through the API or directly in D1.
import { env } from 'cloudflare:workers'
import { newId } from '../../../src/core/ids.ts'
import { post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'

export const COSTS = '/api/v1/costs'
export const USAGE = '/api/v1/usage'

export const cost = { date: '2026-01-31', provider: 'aws', source: 'bill', costUsd: 1 }
export const usage = { date: '2026-01-31', provider: 'aws', gpuType: 'H100', source: 'agent', hours: 1 }

export const postCost = (as: Person, body: object = {}) => post(COSTS, as, { ...cost, ...body })
export const postUsage = (as: Person, body: object = {}) => post(USAGE, as, { ...usage, ...body })

/** The content of `cost_days` and `cost_months`, as it is and as computed from the rows. */
export async function daysOf(teamId: string): Promise<{ kept: unknown[]; computed: unknown[] }> {
  const keys = 'date, provider, gpu_type, service, model, agent_id, workflow_id, user_id'
  const sums =
    'sum(cost_micro_usd), sum(original_micro), sum(micro_hours), sum(tokens), sum(cost_rows), sum(usage_rows)'
  const [kept, computed] = await Promise.all([
    env.DB.prepare(
      `SELECT ${keys}, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows FROM cost_days WHERE team_id = ? ORDER BY ${keys}, currency`,
    )
      .bind(teamId)
      .raw(),
    env.DB.prepare(
      `SELECT ${keys}, currency, ${sums} FROM (
         SELECT *, 0 AS micro_hours, 0 AS tokens, 1 AS cost_rows, 0 AS usage_rows FROM
           (SELECT ${keys}, currency, cost_micro_usd, original_micro FROM cost_snapshots WHERE team_id = ?1)
         UNION ALL
         SELECT ${keys}, '', 0, 0, micro_hours, tokens, 0, 1 FROM usage_snapshots WHERE team_id = ?1)
       GROUP BY ${keys}, currency ORDER BY ${keys}, currency`,
    )
      .bind(teamId)
      .raw(),
  ])
  const months = `substr(date, 1, 7) AS month, ${keys.replace('date, ', '')}`
  const [keptMonths, computedMonths] = await Promise.all([
    env.DB.prepare(
      `SELECT ${keys.replace('date', 'month')}, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows
       FROM cost_months WHERE team_id = ? ORDER BY ${keys.replace('date', 'month')}, currency`,
    )
      .bind(teamId)
      .raw(),
    env.DB.prepare(
      `SELECT ${months}, currency, ${sums} FROM cost_days WHERE team_id = ?
       GROUP BY ${keys.replace('date', 'month')}, currency ORDER BY ${keys.replace('date', 'month')}, currency`,
    )
      .bind(teamId)
      .raw(),
  ])
  return { kept: [...kept, ...keptMonths], computed: [...computed, ...computedMonths] }
}

export async function setRate(date: string, currency: string, usdPerUnit: number | string): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO currency_rates (currency, date, usd_per_unit, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (currency, date) DO UPDATE SET usd_per_unit = excluded.usd_per_unit`,
  )
    .bind(currency, date, String(usdPerUnit), clock.now())
    .run()
}

export const admin = (): Promise<Person> => newPerson({ platformRole: 'admin' })

export const auditOf = async (id: string): Promise<{ action: string; before: any; after: any }[]> => {
  const { results } = await env.DB.prepare(
    'SELECT action, before, after FROM audit_log WHERE target_id = ? ORDER BY seq',
  )
    .bind(id)
    .all<{ action: string; before: string | null; after: string | null }>()
  return results.map(({ action, before, after }) => ({
    action,
    before: JSON.parse(before ?? 'null'),
    after: JSON.parse(after ?? 'null'),
  }))
}

export const newCostId = (): string => newId('cst', clock.now())
