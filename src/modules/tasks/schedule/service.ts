import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { wakeDesk } from '../desk/wake.ts'
import { requireKeyMay } from '../edit/check-input.ts'
import { getTask, requireCurrentTask } from '../read/service.ts'
import { updateTask } from '../repo/tasks.ts'
import { notAllowed } from '../runs/change.ts'
import type { TaskSchedule } from '../schema/parts.ts'
import type { Task } from '../schema/task.ts'
import { countFired, deleteSchedule, upsertSchedule } from './repo.ts'
import { firstOfSchedule } from './times.ts'

const MAY_BE_SCHEDULED = ['draft', 'blocked', 'scheduled', 'queued'] as const

export async function setSchedule(
  ctx: ServiceContext,
  id: string,
  given: TaskSchedule,
): Promise<Versioned<Task>> {
  requireKeyMay(ctx.actor, 'tasks:run', 'A task that starts by itself')
  const row = await requireCurrentTask(ctx, id)
  const now = ctx.now()
  const first = firstOfSchedule(given, now, await countFired(ctx.env.DB, row.teamId, id))
  if (row.children > 0 || row.occurrenceOf !== null)
    throw new AppError('resource.conflict', {
      detail:
        row.children > 0
          ? 'A task with subtasks has no schedule.'
          : 'It is an occurrence of a schedule itself.',
    })
  const changes = {
    status: 'scheduled',
    statusSince: now,
    updatedAt: now,
    reason: null,
    autoStart: 1,
  } as const
  const outcome = await commit(ctx, {
    guard: updateTask(row.teamId, id, changes, {
      statuses: MAY_BE_SCHEDULED,
      where: 'run_id IS NULL AND children = 0',
    }),
    statements: [
      upsertSchedule(
        {
          taskId: id,
          teamId: row.teamId,
          schedule: JSON.stringify(given),
          nextFireAt: first,
          setBy: ctx.actor.userId,
        },
        now,
      ),
    ],
    audit: {
      action: 'task.scheduled',
      targetType: 'task',
      targetId: id,
      after: { name: row.title, schedule: given },
    },
  })
  if (outcome === 'guard_missed') throw notAllowed((await requireCurrentTask(ctx, id)).status, 'schedule')
  wakeDesk(ctx, row.teamId)
  return getTask(ctx, id)
}

export async function removeSchedule(ctx: ServiceContext, id: string): Promise<void> {
  const row = await requireCurrentTask(ctx, id)
  const now = ctx.now()
  const outcome = await commit(ctx, {
    guard: deleteSchedule(row.teamId, id),
    statements: [
      updateTask(
        row.teamId,
        id,
        { status: 'draft', statusSince: now, updatedAt: now },
        { statuses: ['scheduled'] },
      ),
    ],
    audit: { action: 'task.unscheduled', targetType: 'task', targetId: id, after: { name: row.title } },
  })
  if (outcome === 'guard_missed') throw notFound('The schedule')
  wakeDesk(ctx, row.teamId)
}
