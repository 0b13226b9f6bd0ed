import type { ServiceContext } from '../../context.ts'
import { periodOf } from '../../core/clock.ts'
import { toUsd } from '../../core/money.ts'
import { FLOWS } from './repo/counters.ts'
import { findSpend } from './repo/spend.ts'
import { findUsage } from './repo/usage.ts'
import type { TeamUsage, UsageQuery } from './schema.ts'

const KNOWN = new Set<string>(FLOWS)

export async function getTeamUsage(ctx: ServiceContext, query: UsageQuery): Promise<TeamUsage> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const period = query.period ?? periodOf(now)
  const [usage, spend] = await Promise.all([
    findUsage(ctx.env.DB, teamId, period, now),
    findSpend(ctx.env.DB, teamId, period),
  ])
  const { flows, levels, members, pendingInvitations, apiKeys, concurrentRuns } = usage
  return {
    teamId,
    period,
    runs: flows.get('runs') ?? 0,
    inputTokens: flows.get('inputTokens') ?? 0,
    outputTokens: flows.get('outputTokens') ?? 0,
    costUsd: toUsd(spend.costMicroUsd),
    other: Object.fromEntries([...flows].filter(([metric]) => !KNOWN.has(metric))),
    live: {
      members,
      pendingInvitations,
      apiKeys,
      workflows: levels.get('workflows') ?? 0,
      concurrentRuns,
      storageBytes: levels.get('storageBytes') ?? 0,
    },
  }
}
