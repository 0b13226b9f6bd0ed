import type { ServiceContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import { wakeDesk } from '../desk/wake.ts'
import { findLimits, replaceLimits } from './repo.ts'
import type { TaskLimits } from './schema.ts'

export const getLimits = async (ctx: ServiceContext): Promise<TaskLimits> => ({
  limits: await findLimits(ctx.env.DB, ctx.actor.teamId),
})

export async function setLimits(ctx: ServiceContext, { limits }: TaskLimits): Promise<TaskLimits> {
  const { teamId } = ctx.actor
  await commit(ctx, {
    statements: replaceLimits(teamId, limits),
    audit: { action: 'task.limits_set', targetType: 'team', targetId: teamId, after: { limits } },
  })
  wakeDesk(ctx, teamId)
  return getLimits(ctx)
}
