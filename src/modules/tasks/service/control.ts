// Actions of people on a task. Each is one conditional change: if another change was faster, the response is 409 with
// the current status. An action on a task with subtasks applies to these.
import type { Actor, RequestContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { runBatch } from '../../../db/statement.ts'
import { runActor, workflowRun } from '../../../objects/workflow-run.ts'
import { followUp } from '../../runs/index.ts'
import { ALLOWED, allows, type TaskStatus, type TaskVerb } from '../pure/status.ts'
import { findSubtree, findTask, type TaskChanges, type TaskRow, updateTask } from '../repo/tasks.ts'
import { catchUp, claimAtOnce, claimRetry, failStart } from '../repo/work.ts'
import { MAX_GRAPH } from '../schema/parts.ts'
import type { RetryTask, Task } from '../schema/task.ts'
import { checkTaskInput, requireKeyMay } from './check-input.ts'
import { wakeDesk } from './desk.ts'
import { getTask, requireCurrentTask, requireTask } from './read.ts'
import { cancelUnowned, nextRunId, planOf, startClaimed } from './run-task.ts'

type Ctx = RequestContext & { actor: Actor }

export const notAllowed = (status: TaskStatus, verb: string): AppError =>
  new AppError('task.status_not_allowed', {
    detail: `The task is ${status}; ${verb} is not possible now.`,
    errors: [{ path: '/status', message: status, code: 'task.status' }],
  })

export function requireAllowed(row: TaskRow, verb: TaskVerb): void {
  if (!allows(row.status, verb)) throw notAllowed(row.status, verb)
}

/** One conditional change with its audit entry. False if the task has changed in the meantime. */
async function change(
  ctx: Ctx,
  row: TaskRow,
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
async function leavesOf(ctx: Ctx, row: TaskRow): Promise<TaskRow[]> {
  const tree = await findSubtree(ctx.env.DB, row.teamId, row.id, MAX_GRAPH)
  return tree.filter(({ children }) => children === 0)
}

/** Applies the action to each subtask that allows it. 409 if none does. */
async function each<Given extends Ctx>(
  ctx: Given,
  row: TaskRow,
  verb: TaskVerb,
  work: (own: Given, leaf: TaskRow) => Promise<unknown>,
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
  return (await startAtOnce(ctx, row, waitMs)) ? getTask(ctx, id) : queued(ctx, row)
}

async function queued(ctx: ServiceContext, row: TaskRow): Promise<Versioned<Task>> {
  const now = await requireTask(ctx, row.id)
  // A start without a slot has already queued it.
  if (now.status !== 'queued') await enqueue(ctx, now)
  return getTask(ctx, row.id)
}

/** False if the queue is not empty, or there is no slot. */
async function startAtOnce(ctx: ServiceContext, row: TaskRow, waitMs: number): Promise<boolean> {
  const runId = await nextRunId(ctx, row)
  const { id: taskId, teamId, attempt } = row
  const claim = claimAtOnce(
    { taskId, teamId, attempt, runId, now: ctx.now() },
    ctx.actor.userId,
    ALLOWED.execute,
  )
  if (!(await change(ctx, row, 'executed', claim))) return false
  const claimed = { ...row, runId, attempt: attempt + 1, startedBy: ctx.actor.userId, retryOf: null }
  const outcome = await startClaimed(ctx, claimed, { options: waitMs > 0 ? { waitMs, waitFor: 'end' } : {} })
  return !('waits' in outcome)
}

/** Queues the task, or holds it for its dependencies. */
export async function enqueue(ctx: Ctx, row: TaskRow): Promise<void> {
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
export async function cancelRow(ctx: Ctx, row: TaskRow): Promise<void> {
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

async function lost(ctx: Ctx, row: TaskRow, verb: TaskVerb): Promise<AppError> {
  const after = await findTask(ctx.env.DB, row.teamId, row.id)
  return after === null
    ? new AppError('resource.not_found', { detail: 'The task was not found.' })
    : notAllowed(after.status, verb)
}

/** `ok` false: the run does not exist, because its start is in progress or was lost. */
async function controlRun(
  ctx: Ctx,
  row: TaskRow,
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

async function pauseRow(ctx: Ctx, row: TaskRow): Promise<void> {
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

async function resumeRow(ctx: Ctx, row: TaskRow): Promise<void> {
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

export async function retryTask(ctx: ServiceContext, id: string, body: RetryTask): Promise<Versioned<Task>> {
  const row = await requireCurrentTask(ctx, id)
  if (row.children > 0) {
    if (body.input !== undefined)
      throw new AppError('request.invalid', {
        errors: [{ path: '/input', message: 'A task with subtasks has no input of its own', code: 'custom' }],
      })
    // In a tree, only tasks that have not succeeded are repeated, unless all are requested.
    await each(ctx, row, 'retry', async (own, leaf) => {
      if (leaf.status !== 'succeeded' || body.from === 'start') await retryRow(own, leaf, body)
    })
  } else await retryRow(ctx, row, body)
  return getTask(ctx, id)
}

async function retryRow(ctx: ServiceContext, row: TaskRow, { from, input }: RetryTask): Promise<void> {
  requireAllowed(row, 'retry')
  if (input !== undefined && from === 'failed')
    throw new AppError('request.invalid', {
      errors: [{ path: '/input', message: 'Another input starts anew: send from: start', code: 'custom' }],
    })
  if (input !== undefined) requireKeyMay(ctx.actor, 'tasks:write', 'Another input')
  const keeps = from !== 'start' && input === undefined && row.runId !== null && row.status !== 'succeeded'
  if (keeps) return retryRun(ctx, row)
  const now = ctx.now()
  const checked = input === undefined ? null : await checkTaskInput(ctx, row.type, input as Json)
  const changes: TaskChanges = {
    ...(checked === null ? {} : { input: JSON.stringify(checked) }),
    status: row.held === 1 ? 'blocked' : 'queued',
    statusSince: now,
    updatedAt: now,
    queuedAt: now,
    runId: null,
    runSeq: 0,
    retryOf: null,
    progress: 0,
    error: null,
    result: null,
    reason: null,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    leaseHash: null,
    leaseUntil: null,
    leaseBy: null,
    startedBy: ctx.actor.userId,
  }
  const guard = updateTask(row.teamId, row.id, changes, {
    statuses: [row.status],
    where: `attempt = ${row.attempt}`,
  })
  if (!(await change(ctx, row, 'retried', guard))) throw await lost(ctx, row, 'retry')
}

/** Keeps completed steps: retries the run of the task. */
async function retryRun(ctx: ServiceContext, row: TaskRow): Promise<void> {
  const before = row.runId ?? ''
  const runId = await nextRunId(ctx, row)
  const { id: taskId, teamId, attempt } = row
  const claim = claimRetry({ taskId, teamId, attempt, runId, now: ctx.now() }, ctx.actor.userId, before, [
    row.status,
  ])
  if (!(await change(ctx, row, 'retried', claim))) throw await lost(ctx, row, 'retry')
  try {
    const run = await followUp(ctx, before, { mode: 'retry' }, { idempotencyKey: `task ${attempt}`, runId })
    await runBatch(ctx.env.DB, [catchUp(row.id)])
    await cancelUnowned(ctx, row, run.id)
    if (run.id !== runId)
      throw new AppError('resource.conflict', { detail: `The run was retried already, by ${run.id}.` })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message } = error
    await runBatch(ctx.env.DB, [failStart(row.id, runId, { code, message }, ctx.now(), before)])
    throw error
  }
}
