// Actions of people on a task. Each is one conditional change: if another change was faster, the response is 409 with
// the current status. An action on a task with subtasks applies to these.
import type { Actor, RequestContext, ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { runActor, workflowRun } from '../../../objects/workflow-run.ts'
import { loadTeamStart } from '../../workflows/index.ts'
import { wakeDesk } from '../desk/wake.ts'
import { ALLOWED, allows, type TaskStatus, type TaskVerb } from '../pure/status.ts'
import { getTask, requireCurrentTask, requireTask, viewOf } from '../read/service.ts'
import {
  findDependencies,
  findSubtree,
  findTask,
  type ShortTask,
  type TaskChanges,
  type TaskRow,
  updateTask,
} from '../repo/tasks.ts'
import { claimAtOnce } from '../repo/work.ts'
import { MAX_GRAPH } from '../schema/parts.ts'
import type { Task } from '../schema/task.ts'
import { nextRunId, type Outcome, planOf, startClaimed } from './start.ts'

type Ctx = RequestContext & { actor: Actor }

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
  const task = await findTask(ctx.env.DB, row.teamId, id)
  if ('started' in outcome && task?.runId !== outcome.runId)
    await workflowRun(ctx.env.RUNS, outcome.runId).control('cancel', 'parent')
  if (task === null) throw notFound('The task')
  return viewOf(ctx, task)
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
  const claim = claimAtOnce(
    { taskId, teamId, attempt, runId, now: ctx.now() },
    ctx.actor.userId,
    ALLOWED.execute,
  )
  // Read at the same time: the claim depends on neither.
  const [isClaimed, team, dependencies] = await Promise.all([
    change(ctx, row, 'executed', claim),
    loadTeamStart(ctx.env.DB, teamId),
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

export async function lost(ctx: Ctx, row: ShortTask, verb: TaskVerb): Promise<AppError> {
  const after = await findTask(ctx.env.DB, row.teamId, row.id)
  return after === null
    ? new AppError('resource.not_found', { detail: 'The task was not found.' })
    : notAllowed(after.status, verb)
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
      detail: 'A worker outside has the task; it can be cancelled.',
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
