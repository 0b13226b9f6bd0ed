// A change of plan, whoever may make it: what is in use must fit the new plan, also what is added at the same moment.
import type { RequestContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { AppError, type FieldError, notFound } from '../../../core/errors.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { AuditEntry, Statement } from '../../../db/commit.ts'
import { findUsage } from '../../teams/index.ts'
import { findSubscribedTeam, guardPlan, type LimitName, type PlanJudge } from '../repo/subscription.ts'
import type { Subscription } from '../schema/subscription.ts'

const LIMIT_NAMES: LimitName[] = [
  'teams',
  'membersPerTeam',
  'apiKeys',
  'workflows',
  'runsPerMonth',
  'concurrentRuns',
  'storageBytes',
]

export async function readSubscriptionOf(
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
      apiKeys: used.mostKeysOfAMember,
      workflows: used.levels.get('workflows') ?? 0,
      runsPerMonth: used.flows.get('runs') ?? 0,
      concurrentRuns: used.concurrentRuns,
      storageBytes: used.levels.get('storageBytes') ?? 0,
    },
  }
}

export type PlanChange = {
  /** Asks again, in the statement itself, whether `by` may and whether what is in use fits. */
  guard: Statement
  audit: AuditEntry & { before: { plan: Plan }; after: { plan: Plan } }
  /** Says why the guard missed. */
  overtaken: () => Promise<never>
}

/** Null when the team has the plan already. Refused when more is in use than the plan allows. */
export async function preparePlanChange(
  request: RequestContext,
  teamId: string,
  plan: Plan,
  by: PlanJudge,
): Promise<PlanChange | null> {
  const current = await readSubscriptionOf(request, teamId, true)
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
    overtaken: async () => {
      await requireRoleAllows(request, teamId, plan)
      requireFit(await readSubscriptionOf(request, teamId, true), plan, caps)
      throw new AppError('resource.conflict', {
        detail: 'The plan or the owner has just changed; read again.',
      })
    },
  }
}

async function requireRoleAllows(request: RequestContext, teamId: string, plan: Plan): Promise<void> {
  if (plan !== 'free' || (await findSubscribedTeam(request.env.DB, teamId))?.ofPremium !== 1) return
  throw new AppError('resource.conflict', {
    detail: 'The owner has the role premium, which gives the personal team at least the plan premium.',
  })
}

/** Only limits that get narrower can stand in the way. */
function narrowed(from: Plan, to: Plan): [LimitName, number][] {
  const caps: [LimitName, number][] = []
  for (const name of LIMIT_NAMES) {
    const most = PLAN_LIMITS[to][name]
    const before = PLAN_LIMITS[from][name]
    if (most !== null && (before === null || most < before)) caps.push([name, most])
  }
  return caps
}

function requireFit(current: Subscription, plan: Plan, caps: [LimitName, number][]): void {
  const over: FieldError[] = []
  for (const [name, most] of caps) {
    const used = current.usage[name] ?? 0
    if (used > most)
      over.push({ path: name, message: `${used} used, ${plan} allows ${most}`, code: 'plan.limit_reached' })
  }
  if (over.length === 0) return
  throw new AppError('resource.conflict', {
    detail: `More is in use than the plan ${plan} allows: ${over.map((one) => one.path).join(', ')}.`,
    errors: over,
  })
}
