// Plan changes by owners and administrators. Current usage must fit the new plan, including what is added at the same moment.
import type { RequestContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { AppError, type FieldError, notFound } from '../../../core/errors.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { AuditEntry, Statement } from '../../../db/commit.ts'
import { findSubscribedTeam, guardPlan, type LimitName, type PlanChanger } from '../../teams/index.ts'
import { findUsage } from '../../usage/index.ts'
import type { Subscription } from '../schema/subscription.ts'

const LIMIT_NAMES: LimitName[] = [
  'teams',
  'membersPerTeam',
  'apiKeys',
  'workflows',
  'agents',
  'integrations',
  'runsPerMonth',
  'concurrentRuns',
  'openTasks',
  'storageBytes',
  'webhookEndpoints',
]

export async function getSubscriptionOf(
  request: RequestContext,
  teamId: string,
  changeable: boolean,
): Promise<Subscription> {
  const now = request.now()
  const [team, used] = await Promise.all([
    findSubscribedTeam(request.env.DB, teamId),
    findUsage(request.env.DB, teamId, periodOf(now), now),
  ])
  if (team === null) throw notFound('The team')
  return {
    teamId,
    plan: team.plan,
    changeable,
    limits: PLAN_LIMITS[team.plan],
    usage: {
      teams: team.personal === 1 ? team.ownedTeams : null,
      membersPerTeam: used.members,
      apiKeys: used.maxKeysPerMember,
      workflows: used.levels.get('workflows') ?? 0,
      agents: used.agents,
      integrations: used.integrations,
      runsPerMonth: used.flows.get('runs') ?? 0,
      concurrentRuns: used.concurrentRuns,
      openTasks: used.openTasks,
      storageBytes: used.levels.get('storageBytes') ?? 0,
      webhookEndpoints: used.webhooks,
    },
  }
}

export type PlanChange = {
  /** Checks again, in the statement itself, that `by` may change the plan and that current usage fits. */
  guard: Statement
  audit: AuditEntry & { before: { plan: Plan }; after: { plan: Plan } }
  /** Throws the reason why the guard missed. */
  explainMiss: () => Promise<never>
}

/** Returns null if the team already has the plan. Throws if current usage exceeds the new plan. */
export async function preparePlanChange(
  request: RequestContext,
  teamId: string,
  plan: Plan,
  by: PlanChanger,
): Promise<PlanChange | null> {
  const current = await getSubscriptionOf(request, teamId, true)
  if (current.plan === plan) return null
  await requireRoleAllows(request, teamId, plan)
  const caps = narrowed(current.plan, plan)
  requireFit(current, plan, caps)
  const now = request.now()
  return {
    guard: guardPlan({ teamId, seen: current.plan, plan, period: periodOf(now), now }, by, caps),
    audit: {
      action: 'plan.changed',
      targetType: 'team',
      targetId: teamId,
      before: { plan: current.plan },
      after: { plan },
    },
    explainMiss: async () => {
      await requireRoleAllows(request, teamId, plan)
      requireFit(await getSubscriptionOf(request, teamId, true), plan, caps)
      throw new AppError('resource.conflict', {
        detail: 'The plan or the owner has just changed. Read the subscription again.',
      })
    },
  }
}

async function requireRoleAllows(request: RequestContext, teamId: string, plan: Plan): Promise<void> {
  if (plan !== 'free' || (await findSubscribedTeam(request.env.DB, teamId))?.ofPremium !== 1) return
  throw new AppError('resource.conflict', {
    detail: 'The owner has the premium role, which gives the personal team at least the premium plan.',
  })
}

/** The limits that become smaller. Only these can block the change. */
function narrowed(from: Plan, to: Plan): [LimitName, number][] {
  const caps: [LimitName, number][] = []
  for (const name of LIMIT_NAMES) {
    const limit = PLAN_LIMITS[to][name]
    const before = PLAN_LIMITS[from][name]
    if (limit !== null && (before === null || limit < before)) caps.push([name, limit])
  }
  return caps
}

function requireFit(current: Subscription, plan: Plan, caps: [LimitName, number][]): void {
  const over: FieldError[] = []
  for (const [name, limit] of caps) {
    const used = current.usage[name] ?? 0
    if (used > limit)
      over.push({
        path: `/limits/${name}`,
        message: `${used} in use, but the ${plan} plan allows ${limit}`,
        code: 'plan.limit_reached',
      })
  }
  if (over.length === 0) return
  throw new AppError('resource.conflict', {
    detail: `Current usage exceeds the ${plan} plan: ${over.map(({ path = '' }) => path.split('/').at(-1)).join(', ')}.`,
    errors: over,
  })
}
