// Deletes tasks. A task is deleted with its subtasks and occurrences. If it is being worked on, it is cancelled
// first, if requested.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { wakeDesk } from '../desk/wake.ts'
import { isAtWork, WORK_STATUSES } from '../pure/status.ts'
import { requireCurrentTask } from '../read/service.ts'
import type { ShortTask } from '../repo/columns.ts'
import { findWaiters } from '../repo/dependencies.ts'
import { deleteTree, findSubtree } from '../repo/tree.ts'
import { cancelRow } from '../runs/control.ts'
import { MAX_GRAPH } from '../schema/parts.ts'

export async function deleteTask(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  { cancel }: { cancel: boolean },
): Promise<void> {
  const { teamId } = ctx.actor
  const task = await requireCurrentTask(ctx, id)
  requireExpected(expected, task.version)
  const tree = await findSubtree(ctx.env.DB, teamId, id, MAX_GRAPH)
  const ids = tree.map((row) => row.id)
  const waiters = await findWaiters(ctx.env.DB, teamId, ids)
  if (waiters.length > 0)
    throw new AppError('resource.conflict', {
      detail: 'Other tasks wait for it. Remove the dependencies first, or waive them.',
      errors: waiters.map((waiter) => ({
        code: 'task.waited_for',
        message: `${waiter} waits for it`,
        resourceId: waiter,
      })),
    })
  const busy = tree.filter((row) => isAtWork(row.status) && row.children === 0)
  if (busy.length > 0 && !cancel) throw atWork(busy)
  for (const row of busy) await cancelRow(ctx, row)
  const [guard, ...statements] = deleteTree(teamId, ids, cancel ? [] : WORK_STATUSES)
  const outcome = await commit(ctx, {
    ...(guard === undefined ? {} : { guard }),
    statements,
    audit: {
      action: 'task.deleted',
      targetType: 'task',
      targetId: id,
      before: { name: task.title, tasks: ids.length },
    },
  })
  if (outcome === 'guard_missed') throw atWork(tree)
  wakeDesk(ctx, teamId)
}

const atWork = (rows: readonly ShortTask[]): AppError =>
  new AppError('task.status_not_allowed', {
    detail: `${rows[0]?.id ?? 'The task'} is ${rows[0]?.status ?? 'at work'}. Send cancel=true to cancel what is at work.`,
  })
