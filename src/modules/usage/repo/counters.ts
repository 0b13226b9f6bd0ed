// Usage of teams. Flows (runs, tokens, cost) are counted per calendar month. Levels (current amounts) use the period `now` and go
// up and down. Add `addUsage` to the commit that causes the change.
import { type Statement, statement } from '../../../db/commit.ts'

export const FLOWS = ['runs', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const
export const LEVELS = ['workflows', 'storageBytes'] as const

export type UsageFlow = (typeof FLOWS)[number]
export type UsageLevel = (typeof LEVELS)[number]

/** The period that levels are stored under. */
export const LEVEL_PERIOD = 'now'

export const addUsage = (teamId: string, period: string, metric: string, amount: number): Statement =>
  statement(
    `INSERT INTO usage_counters (team_id, period, metric, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + excluded.value`,
    teamId,
    period,
    metric,
    amount,
  )

/** SQL for a counter of the team ?1. */
export const counterSql = (period: string, metric: string): string =>
  `COALESCE((SELECT c.value FROM usage_counters c WHERE c.team_id = ?1 AND c.period = ${period} AND c.metric = '${metric}'), 0)`

/**
 * Counts runs for their team's month, unless they are already in the index. Must come before the statement that inserts their
 * rows, in the same batch. `runs` is a JSON array of `{ id, teamId, period }`.
 */
export const countRunsOnce = (runs: string): Statement =>
  statement(
    `INSERT INTO usage_counters (team_id, period, metric, value)
     SELECT j.value ->> 'teamId', j.value ->> 'period', 'runs', count(*) FROM json_each(?1) j
     WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id = j.value ->> 'id' AND (seq > 0 OR deleted_at IS NOT NULL))
     AND EXISTS (SELECT 1 FROM teams WHERE id = j.value ->> 'teamId') GROUP BY 1, 2
     ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + excluded.value`,
    runs,
  )

/**
 * Counts the models' usage by runs since their last report. Must come before the statement that writes their rows, in the same
 * batch. A run reports totals, so a report that arrives twice, or after a newer one, adds nothing. `runs` is a JSON array of
 * `{ id, teamId, period, seq, inputTokens, outputTokens, costMicroUsd }`.
 */
export const countSpendOnce = (runs: string): Statement =>
  statement(
    `INSERT INTO usage_counters (team_id, period, metric, value)
     SELECT j.value ->> 'teamId', j.value ->> 'period', m.value,
       sum(max(0, (j.value ->> m.value) - CASE m.value
         WHEN 'inputTokens' THEN coalesce(r.input_tokens, 0) WHEN 'outputTokens' THEN coalesce(r.output_tokens, 0)
         ELSE coalesce(r.cost_micro_usd, 0) END)) AS more
     FROM json_each(?1) j CROSS JOIN json_each('["inputTokens","outputTokens","costMicroUsd"]') m
     LEFT JOIN runs r ON r.id = j.value ->> 'id'
     WHERE (r.id IS NULL OR (r.deleted_at IS NULL AND j.value ->> 'seq' > r.seq))
     AND EXISTS (SELECT 1 FROM teams WHERE id = j.value ->> 'teamId') GROUP BY 1, 2, 3 HAVING more > 0
     ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + excluded.value`,
    runs,
  )

type Day = { teamId: string; day: string; metric: string }

/** SQL for the usage of the team ?1 on the day ?2. */
export const dailyUsageSql = (metric: string): string =>
  `COALESCE((SELECT value FROM usage_counters WHERE team_id = ?1 AND period = ?2 AND metric = '${metric}'), 0)`

/**
 * Adds `n` of a query, whose parameter is ?4, to a daily counter, but only within the limit. The last statement changes a row if
 * it was added. Counters of earlier days are deleted.
 */
export const addDailyUsage = (
  { teamId, day, metric }: Day,
  limit: number,
  amount: { sql: string; param: string },
): Statement[] => [
  statement(
    'DELETE FROM usage_counters WHERE team_id = ? AND metric = ? AND period < ?',
    teamId,
    metric,
    day,
  ),
  statement(
    `INSERT INTO usage_counters (team_id, period, metric, value)
     SELECT ?1, ?2, '${metric}', n FROM (${amount.sql}) WHERE n > 0 AND n + ${dailyUsageSql(metric)} <= ?3
     ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + excluded.value`,
    teamId,
    day,
    limit,
    amount.param,
  ),
]

/** Sets a level to the result of SQL for the team `t`. */
export const recountUsage = (teamId: string, metric: UsageLevel, count: string): Statement =>
  statement(
    `INSERT INTO usage_counters (team_id, period, metric, value)
     SELECT t.id, '${LEVEL_PERIOD}', ?2, ${count} FROM teams t WHERE t.id = ?1
     ON CONFLICT (team_id, period, metric) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
    teamId,
    metric,
  )
