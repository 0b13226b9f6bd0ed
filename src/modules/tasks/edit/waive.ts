import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { insertChange } from '../desk/repo/changes.ts'
import { wakeDesk } from '../desk/wake.ts'
import { getTask, requireTask } from '../read/service.ts'
import { findDependencies, waiveDependency } from '../repo/dependencies.ts'
import type { Task, WaiveDependency } from '../schema/task.ts'

/** A dependency no longer holds the task, whatever its state. */
export async function waiveTask(
  ctx: ServiceContext,
  id: string,
  { taskId }: WaiveDependency,
): Promise<Versioned<Task>> {
  const { teamId, userId } = ctx.actor
  const row = await requireTask(ctx, id)
  const known = (await findDependencies(ctx.env.DB, teamId, [id])).find(
    ({ dependsOn }) => dependsOn === taskId,
  )
  if (known === undefined) throw notFound('The dependency')
  const outcome = await commit(ctx, {
    guard: waiveDependency(teamId, id, taskId, userId),
    statements: [insertChange(teamId, id, 'held', ctx.now())],
    audit: {
      action: 'task.dependency_waived',
      targetType: 'task',
      targetId: id,
      after: { name: row.title, taskId },
    },
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', { detail: 'It was waived already.' })
  wakeDesk(ctx, teamId)
  return getTask(ctx, id)
}
