// One conditional change of a task for a person: if another change was faster, the response is 409 with the current status. An
// action on a task with subtasks applies to these.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { wakeDesk } from '../desk/wake.ts'
import { allows, type TaskStatus, type TaskVerb } from '../pure/status.ts'
import type { ShortTask } from '../repo/columns.ts'
import { findTask } from '../repo/tasks.ts'
import { findSubtree } from '../repo/tree.ts'
import { MAX_GRAPH } from '../schema/parts.ts'

export type Ctx = RequestContext & { actor: Actor }

export const notAllowed = (status: TaskStatus, verb: string): AppError =>
  new AppError('task.status_not_allowed', {
    detail: `The task is ${status}; ${verb} is not possible now.`,
    errors: [{ path: '/status', message: status, code: 'task.status' }],
  })

export function requireAllowed(row: ShortTask, verb: TaskVerb): void {
  if (!allows(row.status, verb)) throw notAllowed(row.status, verb)
}

/** One conditional change with its audit entry. False if the task has changed in the meantime. */
export async function change(
  ctx: Ctx,
  row: ShortTask,
  verb: string,
  guard: Statement,
  statements: Statement[] = [],
): Promise<boolean> {
  const outcome = await commit(ctx, {
    guard,
    statements,
    audit: { action: `task.${verb}`, targetType: 'task', targetId: row.id, before: { status: row.status } },
  })
  wakeDesk(ctx, row.teamId)
  return outcome === 'done'
}

/** The leaves of a tree, which do the work. */
async function leavesOf(ctx: Ctx, row: ShortTask): Promise<ShortTask[]> {
  const tree = await findSubtree(ctx.env.DB, row.teamId, row.id, MAX_GRAPH)
  return tree.filter(({ children }) => children === 0)
}

/** Applies the action to each subtask that allows it. 409 if none does. */
export async function each<Given extends Ctx>(
  ctx: Given,
  row: ShortTask,
  verb: TaskVerb,
  work: (own: Given, leaf: ShortTask) => Promise<unknown>,
): Promise<void> {
  const leaves = (await leavesOf(ctx, row)).filter((leaf) => allows(leaf.status, verb))
  if (leaves.length === 0) throw notAllowed(row.status, verb)
  // The key of the request belongs to the tree, not to one of its leaves.
  await commit(ctx, {
    audit: {
      action: `task.${verb}_all`,
      targetType: 'task',
      targetId: row.id,
      after: { tasks: leaves.length },
    },
  })
  for (const leaf of leaves) {
    try {
      await work({ ...ctx, idempotency: null }, leaf)
    } catch (error) {
      // This task has changed in the meantime, or there is no room for it. The others continue.
      if (!(error instanceof AppError)) throw error
    }
  }
}

export async function lost(ctx: Ctx, row: ShortTask, verb: TaskVerb): Promise<AppError> {
  const after = await findTask(ctx.env.DB, row.teamId, row.id)
  return after === null
    ? new AppError('resource.not_found', { detail: 'The task was not found.' })
    : notAllowed(after.status, verb)
}
