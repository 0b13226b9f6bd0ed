// Thresholds of budgets. Invariants:
// 1. A share is reported once per month and limit: its row and the mails are one commit, so a second check or a crash
//    repeats nothing.
// 2. If several shares are reached at once, only the highest is reported, and the lower ones never are.
// 3. The costs are read after the write that asked for the check, so the highest reached share is always reported.
import type { RequestContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { toUsd } from '../../../core/money.ts'
import { commit } from '../../../db/commit.ts'
import type { BudgetCheck } from '../../../queue/messages/finops.ts'
import { findBudget } from '../../teams/index.ts'
import { findSpend } from '../../usage/index.ts'
import { thresholdNotice } from './notify.ts'
import { guardNotice, type Notice } from './repo.ts'
import { reachedShare } from './threshold.ts'

export async function checkBudget(request: RequestContext, { teamId }: BudgetCheck): Promise<void> {
  const period = periodOf(request.now())
  const [budget, spend] = await Promise.all([
    findBudget(request.db, teamId),
    findSpend(request.env.DB, teamId, period),
  ])
  const limits = [
    { metric: 'cost' as const, limit: budget.monthlyCostMicroUsd, spent: spend.costMicroUsd },
    { metric: 'tokens' as const, limit: budget.monthlyTokens, spent: spend.tokens },
  ]
  for (const { metric, limit, spent } of limits) {
    const share = limit === null ? null : reachedShare(spent, limit, budget.alertAt)
    if (limit !== null && share !== null)
      await notifyOwners(request, { teamId, period, metric, limit, share, spent })
  }
}

async function notifyOwners(request: RequestContext, notice: Notice): Promise<void> {
  const { teamId, period, metric, limit, share, spent } = notice
  const inUnit = (amount: number) => (metric === 'cost' ? toUsd(amount) : amount)
  await commit(
    { ...request, system: true },
    {
      guard: guardNotice(notice, request.now()),
      audit: {
        action: 'budget.threshold_reached',
        targetType: 'team',
        targetId: teamId,
        teamId,
        after: { period, metric, share, limit: inUnit(limit), spent: inUnit(spent) },
      },
      messages: [thresholdNotice(notice, request.settings.PUBLIC_URL)],
    },
  )
}
