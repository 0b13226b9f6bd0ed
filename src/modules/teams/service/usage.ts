import type { ServiceContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { FLOWS, findUsage } from '../repo/usage.ts'
import { toUsd } from '../schema/budget.ts'
import type { TeamUsage, UsageQuery } from '../schema/usage.ts'

const KNOWN = new Set<string>(FLOWS)

export async function getTeamUsage(ctx: ServiceContext, query: UsageQuery): Promise<TeamUsage> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const period = query.period ?? periodOf(now)
  const { flows, levels, members, pendingInvitations, apiKeys, concurrentRuns } = await findUsage(
    ctx.env.DB,
    teamId,
    period,
    now,
  )
  return {
    teamId,
    period,
    runs: flows.get('runs') ?? 0,
    inputTokens: flows.get('inputTokens') ?? 0,
    outputTokens: flows.get('outputTokens') ?? 0,
    costUsd: toUsd(flows.get('costMicroUsd') ?? 0),
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
