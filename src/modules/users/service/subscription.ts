import type { ServiceContext } from '../../../context.ts'
import { AppError, type FieldError, notFound } from '../../../core/errors.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { findUsage, periodOf } from '../../teams/index.ts'
import { findSubscribedTeam, guardPlan, type LimitName } from '../repo/subscription.ts'
import type { ChangePlan, Subscription } from '../schema/subscription.ts'

const LIMIT_NAMES: LimitName[] = [
  'teams',
  'membersPerTeam',
  'apiKeys',
  'workflows',
  'runsPerMonth',
  'concurrentRuns',
  'storageBytes',
]

export async function readSubscription(ctx: ServiceContext): Promise<Subscription> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const [team, used] = await Promise.all([
    findSubscribedTeam(ctx.env.DB, teamId),
    findUsage(ctx.env.DB, teamId, periodOf(now), now),
  ])
  if (team === null) throw notFound('The team')
  return {
    teamId,
    plan: team.plan,
    changeable: ctx.actor.kind === 'user' && ctx.actor.teamRole === 'owner' && maySwitch(ctx),
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

/** There is no payment: the owner switches the plan, unless the operator keeps that to administrators. */
export async function changePlan(ctx: ServiceContext, input: ChangePlan): Promise<Subscription> {
  if (!maySwitch(ctx)) {
    throw new AppError('access.denied', {
      detail: 'On this installation only an administrator changes plans.',
    })
  }
  const current = await readSubscription(ctx)
  if (current.plan === input.plan) return current
  const caps = narrowed(current.plan, input.plan)
  requireFit(current, input.plan, caps)
  const { teamId, userId } = ctx.actor
  const now = ctx.now()
  const done = await commit(ctx, {
    guard: guardPlan(
      { teamId, ownerId: userId, seen: current.plan, plan: input.plan, period: periodOf(now), now },
      caps,
    ),
    audit: {
      action: 'plan.changed',
      targetType: 'team',
      targetId: teamId,
      before: { plan: current.plan },
      after: { plan: input.plan },
    },
  })
  if (done === 'guard_missed') {
    requireFit(await readSubscription(ctx), input.plan, caps)
    throw new AppError('resource.conflict', { detail: 'The plan or the owner has just changed; read again.' })
  }
  return readSubscription(ctx)
}

const maySwitch = (ctx: ServiceContext): boolean =>
  ctx.settings.PLAN_SELF_SERVICE || ctx.actor.platformRole === 'admin'

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
