import type { ServiceContext } from '../../../context.ts'
import { toIsoOrNull } from '../../../core/clock.ts'
import { toMicroUsd, toUsd } from '../../../core/money.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commitOrStale } from '../../../db/commit.ts'
import { getTeamUsage } from '../../usage/index.ts'
import { type BudgetRow, findBudget, upsertBudget } from '../repo/budgets.ts'
import type { Budgets, UpdateBudgets } from '../schema/budget.ts'

export async function getBudgets(ctx: ServiceContext): Promise<Budgets> {
  const { teamId } = ctx.actor
  const [row, usage] = await Promise.all([findBudget(ctx.db, teamId), getTeamUsage(ctx, {})])
  const tokens = usage.inputTokens + usage.outputTokens
  return {
    teamId,
    ...limitsOf(row),
    spent: { period: usage.period, costUsd: usage.costUsd, tokens },
    version: row.version,
    updatedAt: toIsoOrNull(row.updatedAt),
  }
}

export async function updateBudgets(
  ctx: ServiceContext,
  input: UpdateBudgets,
  expected: Expected,
): Promise<Budgets> {
  const { teamId } = ctx.actor
  const before = await findBudget(ctx.db, teamId)
  const seen = requireExpected(expected, before.version)
  if (Object.keys(input).length > 0) {
    const { monthlyCostUsd, ...rest } = input
    const monthlyCostMicroUsd =
      typeof monthlyCostUsd === 'number' ? toMicroUsd(monthlyCostUsd) : monthlyCostUsd
    await commitOrStale(ctx, {
      guard: upsertBudget(ctx.db, teamId, { ...rest, monthlyCostMicroUsd }, seen, ctx.now()),
      audit: {
        action: 'budget.updated',
        targetType: 'team',
        targetId: teamId,
        before: limitsOf(before),
        after: input,
      },
      messages: [{ type: 'budget.check', teamId }],
    })
  }
  return getBudgets(ctx)
}

const limitsOf = (row: BudgetRow) => ({
  monthlyCostUsd: row.monthlyCostMicroUsd === null ? null : toUsd(row.monthlyCostMicroUsd),
  monthlyTokens: row.monthlyTokens,
  alertAt: row.alertAt,
  hardStop: row.hardStop,
})
