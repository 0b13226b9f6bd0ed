import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import type { ChangePlan, Subscription } from '../schema/subscription.ts'
import { preparePlanChange, readSubscriptionOf } from './plan-change.ts'

export const readSubscription = (ctx: ServiceContext): Promise<Subscription> =>
  readSubscriptionOf(
    ctx,
    ctx.actor.teamId,
    ctx.actor.kind === 'user' && ctx.actor.teamRole === 'owner' && maySwitch(ctx),
  )

/** There is no payment: the owner switches the plan, unless the operator keeps that to administrators. */
export async function changePlan(ctx: ServiceContext, input: ChangePlan): Promise<Subscription> {
  if (!maySwitch(ctx)) {
    throw new AppError('access.denied', {
      detail: 'On this installation only an administrator changes plans.',
    })
  }
  const { teamId, userId } = ctx.actor
  const change = await preparePlanChange(ctx, teamId, input.plan, { ownerId: userId })
  if (change === null) return readSubscription(ctx)
  const done = await commit(ctx, { guard: change.guard, audit: change.audit })
  return done === 'guard_missed' ? change.overtaken() : readSubscription(ctx)
}

const maySwitch = (ctx: ServiceContext): boolean =>
  ctx.settings.PLAN_SELF_SERVICE || ctx.actor.platformRole === 'admin'
