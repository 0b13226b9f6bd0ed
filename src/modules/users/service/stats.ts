import type { ServiceContext } from '../../../context.ts'
import { periodOf, toIso, toIsoOrNull } from '../../../core/clock.ts'
import { toUsd } from '../../../core/money.ts'
import { findUsage } from '../../usage/index.ts'
import { findStats } from '../repo/data.ts'
import type { UserStats } from '../schema/data.ts'
import { gone } from './profile.ts'

export async function getStats(ctx: ServiceContext): Promise<UserStats> {
  const { userId, teamId } = ctx.actor
  const now = ctx.now()
  const period = periodOf(now)
  const [found, { flows }] = await Promise.all([
    findStats(ctx.env.DB, userId, now),
    findUsage(ctx.env.DB, teamId, period, now),
  ])
  const row = found ?? gone()
  return {
    ...row,
    memberSince: toIso(row.memberSince),
    lastSignInAt: toIsoOrNull(row.lastSignInAt),
    lastActionAt: toIsoOrNull(row.lastActionAt),
    team: {
      teamId,
      period,
      runs: flows.get('runs') ?? 0,
      inputTokens: flows.get('inputTokens') ?? 0,
      outputTokens: flows.get('outputTokens') ?? 0,
      costUsd: toUsd(flows.get('costMicroUsd') ?? 0),
    },
  }
}
