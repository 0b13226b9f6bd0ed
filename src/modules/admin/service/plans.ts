import type { ServiceContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import {
  type ChangePlan,
  preparePlanChange,
  readSubscriptionOf,
  type Subscription,
} from '../../users/index.ts'
import { PLATFORM_LOG, requireStillAdmin } from './users.ts'

export const readTeamSubscription = (ctx: ServiceContext, teamId: string): Promise<Subscription> =>
  readSubscriptionOf(ctx, teamId, true)

/** Where owners do not switch plans themselves, this is the way. What is in use has to fit, as for an owner. */
export async function changeTeamPlan(
  ctx: ServiceContext,
  teamId: string,
  input: ChangePlan,
): Promise<Subscription> {
  const change = await preparePlanChange(ctx, teamId, input.plan, { adminId: ctx.actor.userId })
  if (change === null) return readTeamSubscription(ctx, teamId)
  const done = await commit(ctx, { guard: change.guard, audit: { ...change.audit, teamId: PLATFORM_LOG } })
  if (done === 'guard_missed') {
    await requireStillAdmin(ctx)
    return change.overtaken()
  }
  return readTeamSubscription(ctx, teamId)
}
