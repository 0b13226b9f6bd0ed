// Cancels, pauses and resumes a task. The run of a task does this itself, once it has reported; otherwise, the row is changed.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { runActor } from '../../../objects/run-spec.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { ALLOWED } from '../pure/status.ts'
import { getTask, requireCurrentTask } from '../read/service.ts'
import type { ShortTask } from '../repo/columns.ts'
import { updateTask } from '../repo/tasks.ts'
import type { Task } from '../schema/task.ts'
import { type Ctx, change, each, lost, requireAllowed } from './change.ts'

export async function cancelTask(ctx: ServiceContext, id: string): Promise<Versioned<Task>> {
  const row = await requireCurrentTask(ctx, id)
  if (row.children > 0) await each(ctx, row, 'cancel', cancelRow)
  else await cancelRow(ctx, row)
  return getTask(ctx, id)
}

/**
 * The work of a run is cancelled by the run, which reports it; everything else by one change of the row. A run that
 * is being started loses its task by that change: the later of the two, this or the start (`startClaimed`), cancels
 * the run.
 */
export async function cancelRow(ctx: Ctx, row: ShortTask): Promise<void> {
  requireAllowed(row, 'cancel')
  if (row.runId !== null && (await controlRun(ctx, row, 'cancel')).ok) return
  const now = ctx.now()
  const changes = {
    status: 'cancelled',
    statusSince: now,
    finishedAt: now,
    updatedAt: now,
    runId: null,
    runSeq: 0,
    leaseHash: null,
    leaseUntil: null,
    leaseBy: null,
    reason: JSON.stringify({ code: 'cancelled', message: 'The task was cancelled before it started.' }),
  } as const
  // Once its run has reported, only the run decides how the task ends.
  const where = '(run_id IS NULL OR run_seq = 0)'
  const guard = updateTask(row.teamId, row.id, changes, { statuses: ALLOWED.cancel, where })
  if (!(await change(ctx, row, 'cancelled', guard))) throw await lost(ctx, row, 'cancel')
  if (row.runId !== null) await controlRun(ctx, row, 'cancel')
}

/** `ok` false: the run does not exist, because its start is in progress or was lost. */
async function controlRun(
  ctx: Ctx,
  row: ShortTask,
  verb: 'cancel' | 'pause' | 'resume',
): Promise<{ ok: boolean }> {
  const run = workflowRun(ctx.env.RUNS, row.runId ?? '')
  const answer = await run.control(verb, ctx.actor.userId, runActor(ctx))
  if (answer.ok) {
    await run.report()
    return { ok: true }
  }
  if (answer.reason === 'not_found') return { ok: false }
  throw new AppError('task.status_not_allowed', { detail: answer.detail })
}

export async function pauseTask(ctx: ServiceContext, id: string): Promise<Versioned<Task>> {
  const row = await requireCurrentTask(ctx, id)
  if (row.children > 0) await each(ctx, row, 'pause', pauseRow)
  else await pauseRow(ctx, row)
  return getTask(ctx, id)
}

async function pauseRow(ctx: Ctx, row: ShortTask): Promise<void> {
  requireAllowed(row, 'pause')
  if (row.leaseHash !== null)
    throw new AppError('task.status_not_allowed', {
      detail: 'An external worker has the task; it can be cancelled.',
    })
  if (row.runId !== null && (await controlRun(ctx, row, 'pause')).ok) return
  const now = ctx.now()
  const guard = updateTask(
    row.teamId,
    row.id,
    { status: 'paused', statusSince: now, updatedAt: now },
    { statuses: ['queued'], where: 'run_id IS NULL AND lease_hash IS NULL' },
  )
  if (!(await change(ctx, row, 'paused', guard))) throw await lost(ctx, row, 'pause')
}

export async function resumeTask(ctx: ServiceContext, id: string): Promise<Versioned<Task>> {
  const row = await requireCurrentTask(ctx, id)
  if (row.children > 0) await each(ctx, row, 'resume', resumeRow)
  else await resumeRow(ctx, row)
  return getTask(ctx, id)
}

async function resumeRow(ctx: Ctx, row: ShortTask): Promise<void> {
  requireAllowed(row, 'resume')
  if (row.runId !== null && (await controlRun(ctx, row, 'resume')).ok) return
  const now = ctx.now()
  const status = row.held === 1 ? 'blocked' : 'queued'
  const guard = updateTask(
    row.teamId,
    row.id,
    { status, statusSince: now, updatedAt: now },
    { statuses: ['paused'], where: `run_id IS NULL AND held = ${row.held}` },
  )
  if (!(await change(ctx, row, 'resumed', guard))) throw await lost(ctx, row, 'resume')
}
