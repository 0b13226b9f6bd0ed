// A team's spending in a calendar month: the recorded costs of its days, and the usage of its runs.

export type Spend = { costMicroUsd: number; tokens: number }

export async function findSpend(d1: D1Database, teamId: string, period: string): Promise<Spend> {
  const row = await d1
    .prepare(
      `SELECT (SELECT total(d.cost_micro_usd) FROM cost_days d WHERE d.team_id = ?1 AND d.date BETWEEN ?2 || '-01' AND ?2 || '-31')
         + total(CASE WHEN c.metric = 'costMicroUsd' THEN c.value END) AS costMicroUsd,
         total(CASE WHEN c.metric <> 'costMicroUsd' THEN c.value END) AS tokens
       FROM usage_counters c WHERE c.team_id = ?1 AND c.period = ?2 AND c.metric IN ('costMicroUsd', 'inputTokens', 'outputTokens')`,
    )
    .bind(teamId, period)
    .first<Spend>()
  return { costMicroUsd: row?.costMicroUsd ?? 0, tokens: row?.tokens ?? 0 }
}
