import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import type { Subscription, UpdateSubscription } from '../schema/subscription.ts'
import { getSubscriptionOf, preparePlanChange } from './plan-change.ts'

export const getSubscription = (ctx: ServiceContext): Promise<Subscription> =>
  getSubscriptionOf(
    ctx,
    ctx.actor.teamId,
    ctx.actor.kind === 'user' && ctx.actor.teamRole === 'owner' && maySwitch(ctx),
  )

/** Plans need no payment. The owner changes the plan, unless the operator allows only administrators to. */
export async function updateSubscription(
  ctx: ServiceContext,
  input: UpdateSubscription,
): Promise<Subscription> {
  if (!maySwitch(ctx)) {
    throw new AppError('access.denied', {
      detail: 'Only administrators can change plans on this installation.',
    })
  }
  const { teamId, userId } = ctx.actor
  const change = await preparePlanChange(ctx, teamId, input.plan, { ownerId: userId })
  if (change === null) return getSubscription(ctx)
  const outcome = await commit(ctx, { guard: change.guard, audit: change.audit })
  return outcome === 'guard_missed' ? change.explainMiss() : getSubscription(ctx)
}

const maySwitch = (ctx: ServiceContext): boolean =>
  ctx.settings.PLAN_SELF_SERVICE || ctx.actor.platformRole === 'admin'
