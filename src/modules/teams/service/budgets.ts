import type { ServiceContext } from '../../../context.ts'
import { toIsoOrNull } from '../../../core/clock.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commitOrStale } from '../../../db/commit.ts'
import { type BudgetRow, findBudget, upsertBudget } from '../repo/budgets.ts'
import { type Budgets, type SetBudgets, toMicroUsd, toUsd } from '../schema/budget.ts'
import { readTeamUsage } from './usage.ts'

export async function readBudgets(ctx: ServiceContext): Promise<Budgets> {
  const { teamId } = ctx.actor
  const [row, usage] = await Promise.all([findBudget(ctx.db, teamId), readTeamUsage(ctx, {})])
  const tokens = usage.inputTokens + usage.outputTokens
  return {
    teamId,
    ...limitsOf(row),
    spent: { period: usage.period, costUsd: usage.costUsd, tokens },
    version: row.version,
    updatedAt: toIsoOrNull(row.updatedAt),
  }
}

export async function setBudgets(
  ctx: ServiceContext,
  input: SetBudgets,
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
    })
  }
  return readBudgets(ctx)
}

const limitsOf = (row: BudgetRow) => ({
  monthlyCostUsd: row.monthlyCostMicroUsd === null ? null : toUsd(row.monthlyCostMicroUsd),
  monthlyTokens: row.monthlyTokens,
  alertAt: row.alertAt,
  hardStop: row.hardStop,
})
