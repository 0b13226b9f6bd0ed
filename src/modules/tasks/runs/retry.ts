// Repeats a task that has ended, either from where its run failed or from the beginning.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { Versioned } from '../../../core/version.ts'
import { runBatch } from '../../../db/statement.ts'
import { followUp } from '../../runs/index.ts'
import { checkTaskInput, requireKeyMay } from '../edit/check-input.ts'
import { getTask, requireCurrentTask } from '../read/service.ts'
import type { ShortTask } from '../repo/columns.ts'
import { type TaskChanges, updateTask } from '../repo/tasks.ts'
import type { RetryTask, Task } from '../schema/task.ts'
import { change, each, lost, requireAllowed } from './change.ts'
import { claimRetry, copyRunState, failStart } from './repo.ts'
import { cancelUnowned, nextRunId } from './start.ts'

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

async function retryRow(ctx: ServiceContext, row: ShortTask, { from, input }: RetryTask): Promise<void> {
  requireAllowed(row, 'retry')
  if (input !== undefined && from === 'failed')
    throw new AppError('request.invalid', {
      errors: [
        {
          path: '/input',
          message: 'A new input starts the task from the beginning. Send "from": "start" as well',
          code: 'custom',
        },
      ],
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
async function retryRun(ctx: ServiceContext, row: ShortTask): Promise<void> {
  const before = row.runId ?? ''
  const runId = await nextRunId(ctx, row)
  const { id: taskId, teamId, attempt } = row
  const claim = claimRetry({ taskId, teamId, attempt, runId, now: ctx.now() }, ctx.actor.userId, before, [
    row.status,
  ])
  if (!(await change(ctx, row, 'retried', claim))) throw await lost(ctx, row, 'retry')
  try {
    const run = await followUp(ctx, before, { mode: 'retry' }, { idempotencyKey: `task ${attempt}`, runId })
    await runBatch(ctx.env.DB, [copyRunState(row.id)])
    await cancelUnowned(ctx, teamId, [{ taskId, runId: run.id }])
    if (run.id !== runId)
      throw new AppError('resource.conflict', { detail: `The run was retried already, by ${run.id}.` })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message } = error
    await runBatch(ctx.env.DB, [failStart(row.id, runId, { code, message }, ctx.now(), before)])
    throw error
  }
}
