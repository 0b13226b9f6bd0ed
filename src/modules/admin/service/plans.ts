import type { ServiceContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import {
  getSubscriptionOf,
  preparePlanChange,
  type Subscription,
  type UpdateSubscription,
} from '../../users/index.ts'
import { PLATFORM_LOG, requireStillAdmin } from './users.ts'

export const getTeamSubscription = (ctx: ServiceContext, teamId: string): Promise<Subscription> =>
  getSubscriptionOf(ctx, teamId, true)

/** Changes a team's plan as an administrator. Current usage must fit, as for an owner. */
export async function updateTeamSubscription(
  ctx: ServiceContext,
  teamId: string,
  input: UpdateSubscription,
): Promise<Subscription> {
  const change = await preparePlanChange(ctx, teamId, input.plan, { adminId: ctx.actor.userId })
  if (change === null) return getTeamSubscription(ctx, teamId)
  const outcome = await commit(ctx, { guard: change.guard, audit: { ...change.audit, teamId: PLATFORM_LOG } })
  if (outcome === 'guard_missed') {
    await requireStillAdmin(ctx)
    return change.explainMiss()
  }
  return getTeamSubscription(ctx, teamId)
}
