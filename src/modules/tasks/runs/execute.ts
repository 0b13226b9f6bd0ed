// Executes a task: it starts at once, or waits in the queue.
import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { findTeamStart } from '../../workflows/index.ts'
import { ALLOWED, allows } from '../pure/status.ts'
import { findBeside, getTask, requireCurrentTask, requireTask, viewOf } from '../read/service.ts'
import type { ShortTask, TaskRow } from '../repo/columns.ts'
import { findDependencies } from '../repo/dependencies.ts'
import { findTask, type TaskChanges, updateTask } from '../repo/tasks.ts'
import type { Task } from '../schema/task.ts'
import { type Ctx, change, each, notAllowed, requireAllowed } from './change.ts'
import { claimNow } from './repo.ts'
import { nextRunId, type Outcome, planOf, startClaimed } from './start.ts'

export async function executeTask(
  ctx: ServiceContext,
  id: string,
  { waitMs }: { waitMs: number },
): Promise<Versioned<Task>> {
  const row = await requireCurrentTask(ctx, id)
  if (row.children > 0) {
    await each(ctx, row, 'execute', enqueue)
    return getTask(ctx, id)
  }
  requireAllowed(row, 'execute')
  if (row.held === 1 || planOf(row) === null) {
    await enqueue(ctx, row)
    return getTask(ctx, id)
  }
  const outcome = await startAtOnce(ctx, row, waitMs)
  if (outcome === null || 'waits' in outcome) return queued(ctx, row)
  const [task, beside] = await Promise.all([
    findTask(ctx.env.DB, row.teamId, id),
    findBeside(ctx.env.DB, row.teamId, id),
  ])
  if ('started' in outcome && task?.runId !== outcome.runId)
    await workflowRun(ctx.env.RUNS, outcome.runId).control('cancel', 'parent')
  if (task === null) throw notFound('The task')
  return viewOf(ctx, task, beside)
}

async function queued(ctx: ServiceContext, row: TaskRow): Promise<Versioned<Task>> {
  const now = await requireTask(ctx, row.id)
  // A start without a slot has already queued it.
  if (now.status !== 'queued') await enqueue(ctx, now)
  return getTask(ctx, row.id)
}

/** Null if the queue is not empty. */
async function startAtOnce(ctx: ServiceContext, row: TaskRow, waitMs: number): Promise<Outcome | null> {
  const runId = await nextRunId(ctx, row)
  const { id: taskId, teamId, attempt } = row
  const claim = claimNow(
    { taskId, teamId, attempt, runId, now: ctx.now() },
    ctx.actor.userId,
    ALLOWED.execute,
  )
  // The claim needs neither the team nor the dependencies, so all three calls run at the same time.
  const [isClaimed, team, dependencies] = await Promise.all([
    change(ctx, row, 'executed', claim),
    findTeamStart(ctx.env.DB, teamId),
    findDependencies(ctx.env.DB, teamId, [taskId]),
  ])
  if (!isClaimed) return null
  const claimed = { ...row, runId, attempt: attempt + 1, startedBy: ctx.actor.userId, retryOf: null }
  return startClaimed(ctx, claimed, {
    options: waitMs > 0 ? { waitMs, waitFor: 'end' } : {},
    ...(team === null ? {} : { team }),
    dependencies,
  })
}

/** Queues the task, or holds it for its dependencies. */
export async function enqueue(ctx: Ctx, row: ShortTask): Promise<void> {
  const now = ctx.now()
  const status = row.held === 1 ? 'blocked' : 'queued'
  const changes: TaskChanges = {
    status,
    statusSince: now,
    updatedAt: now,
    queuedAt: status === 'queued' ? now : null,
    autoStart: 1,
    reason: null,
    startedBy: ctx.actor.userId,
  }
  const where = `held = ${row.held}`
  const guard = updateTask(row.teamId, row.id, changes, { statuses: ALLOWED.execute, where })
  if (await change(ctx, row, 'executed', guard)) return
  const after = await findTask(ctx.env.DB, row.teamId, row.id)
  if (after === null) throw new AppError('resource.not_found', { detail: 'The task was not found.' })
  // It was released or held at this very moment.
  if (allows(after.status, 'execute') && after.held !== row.held) return enqueue(ctx, after)
  throw notAllowed(after.status, 'execute')
}
