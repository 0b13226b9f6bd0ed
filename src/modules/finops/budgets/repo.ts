import { type ConditionalMessage, type Statement, statement } from '../../../db/commit.ts'

export type Metric = 'cost' | 'tokens'

export type Notice = {
  teamId: string
  period: string
  metric: Metric
  limit: number
  share: number
  spent: number
}

const LIMIT_COLUMNS: Record<Metric, string> = { cost: 'monthly_cost_micro_usd', tokens: 'monthly_tokens' }

/**
 * Changes one row if the owners have not been notified of this share or a higher one for this month and limit, and
 * the limit is still that of the budget.
 */
export const guardNotice = (
  { teamId, period, metric, limit, share, spent }: Notice,
  now: number,
): Statement =>
  statement(
    `INSERT INTO budget_notices (team_id, period, metric, limit_amount, share, spent, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
     WHERE NOT EXISTS (SELECT 1 FROM budget_notices WHERE team_id = ?1 AND period = ?2 AND metric = ?3 AND limit_amount = ?4 AND share >= ?5)
       AND EXISTS (SELECT 1 FROM team_budgets WHERE team_id = ?1 AND ${LIMIT_COLUMNS[metric]} = ?4)`,
    teamId,
    period,
    metric,
    limit,
    share,
    spent,
    now,
  )

/** For a commit that changes the costs of a team. Teams without a limit have nothing to check. */
export const budgetCheckMessage = (teamId: string): ConditionalMessage => ({
  message: { type: 'budget.check', teamId },
  exists: statement(
    'SELECT 1 FROM team_budgets WHERE team_id = ? AND (monthly_cost_micro_usd IS NOT NULL OR monthly_tokens IS NOT NULL)',
    teamId,
  ),
})
