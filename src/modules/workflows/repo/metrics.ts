import { DAY_MS } from '../../../core/clock.ts'

export type StatusRow = {
  status: string
  runs: number
  costMicroUsd: number
  inputTokens: number
  outputTokens: number
}
export type DayRow = { day: number; status: string; runs: number; costMicroUsd: number }
export type MetricRows = {
  statuses: StatusRow[]
  days: DayRow[]
  p50: number | null
  p95: number | null
  newest: string[]
}

const RUNS = 'FROM runs WHERE workflow_id = ?1 AND team_id = ?2 AND created_at >= ?3 AND deleted_at IS NULL'

/** One batch, so that the figures are consistent with each other. */
export async function findMetrics(
  d1: D1Database,
  where: { teamId: string; workflowId: string; since: number; newest: number },
): Promise<MetricRows> {
  const { workflowId, teamId, since } = where
  const bind = (sql: string, ...more: number[]) => d1.prepare(sql).bind(workflowId, teamId, since, ...more)
  const [statuses, days, durations, newest] = await d1.batch([
    bind(
      `SELECT status, count(*) AS runs, sum(cost_micro_usd) AS costMicroUsd, sum(input_tokens) AS inputTokens,
         sum(output_tokens) AS outputTokens ${RUNS} GROUP BY status`,
    ),
    bind(
      `SELECT created_at / ${DAY_MS} AS day, status, count(*) AS runs, sum(cost_micro_usd) AS costMicroUsd
       ${RUNS} GROUP BY day, status ORDER BY day`,
    ),
    bind(
      `WITH ranked AS (SELECT duration_ms, row_number() OVER (ORDER BY duration_ms) AS place, count(*) OVER () AS total
         ${RUNS} AND status IN ('succeeded', 'failed') AND duration_ms IS NOT NULL)
       SELECT min(CASE WHEN place >= total * 0.5 THEN duration_ms END) AS p50,
         min(CASE WHEN place >= total * 0.95 THEN duration_ms END) AS p95 FROM ranked`,
    ),
    bind(
      `SELECT id ${RUNS} AND status IN ('succeeded', 'failed') ORDER BY created_at DESC, id DESC LIMIT ?4`,
      where.newest,
    ),
  ])
  const [percentiles] = (durations?.results ?? []) as { p50: number | null; p95: number | null }[]
  return {
    statuses: (statuses?.results ?? []) as StatusRow[],
    days: (days?.results ?? []) as DayRow[],
    p50: percentiles?.p50 ?? null,
    p95: percentiles?.p95 ?? null,
    newest: ((newest?.results ?? []) as { id: string }[]).map(({ id }) => id),
  }
}
