// External workers. Invariants:
// 1. A task belongs to one worker at a time. The worker has a token, of which only the hash is stored, until its
//    lease expires.
// 2. Every report needs the current token of the task. A report after the lease is refused with 409 and changes
//    nothing, even if no other worker has the task: it must be claimed again, by this worker or another.
import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { prepare } from '../../../db/statement.ts'
import { requireFilesReadable } from '../../files/index.ts'
import { wakeDesk } from '../desk/wake.ts'
import { checkTaskFiles } from '../edit/check-files.ts'
import { requireFilesRight } from '../edit/check-input.ts'
import { getTask, requireTask } from '../read/service.ts'
import { Retry } from '../schema/parts.ts'
import type { Task } from '../schema/task.ts'
import { claimLease, completeLeased, failLeased, findClaimable, LEASE_EXPIRED, renewLease } from './repo.ts'
import type { ClaimedTask, ClaimTask, CompleteTask, FailTask, ReportProgress } from './schema.ts'

const MAX_TRIES = 20

export async function claimTask(ctx: ServiceContext, body: ClaimTask): Promise<ClaimedTask> {
  const { teamId, userId, keyId } = ctx.actor
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const now = ctx.now()
    const found = await findClaimable(ctx.env.DB, teamId, body, now)
    if (found === null) return { task: null, leaseToken: null, leaseUntil: null }
    const leaseToken = randomToken()
    const until = now + body.leaseMs
    const lease = { hash: await sha256Hex(leaseToken), until, by: body.worker ?? keyId ?? userId }
    const outcome = await commit(ctx, {
      guard: claimLease(teamId, found, lease, now),
      audit: { action: 'task.claimed', targetType: 'task', targetId: found.id, after: { worker: lease.by } },
    })
    if (outcome === 'guard_missed') continue
    wakeDesk(ctx, teamId)
    return { task: (await getTask(ctx, found.id)).view, leaseToken, leaseUntil: toIso(until) }
  }
  throw new AppError('service.unavailable', {
    detail: 'Many workers are claiming tasks at the moment.',
    retryAfterSeconds: 1,
  })
}

async function lost(ctx: ServiceContext, id: string, hash: string): Promise<AppError> {
  const { status, leaseHash, reason } = await requireTask(ctx, id)
  const isBack = status === 'queued' && reason !== null && JSON.parse(reason).code === LEASE_EXPIRED
  const errors = [{ path: '/status', message: status, code: 'task.status' } as const]
  if (isBack || (status === 'running' && leaseHash === hash))
    return new AppError('task.lease_expired', {
      detail: 'The lease ran out before this report. Claim the task again.',
      errors,
    })
  return new AppError('task.lease_lost', {
    detail: `The task is ${status}, and this token does not hold it.`,
    errors,
  })
}

async function report(
  ctx: ServiceContext,
  id: string,
  { action, hash, guard }: { action: string; hash: string; guard: Statement },
): Promise<Task> {
  const outcome = await commit(ctx, { guard, audit: { action, targetType: 'task', targetId: id } })
  if (outcome === 'guard_missed') throw await lost(ctx, id, hash)
  wakeDesk(ctx, ctx.actor.teamId)
  return (await getTask(ctx, id)).view
}

export async function reportProgress(ctx: ServiceContext, id: string, body: ReportProgress): Promise<Task> {
  await requireTask(ctx, id)
  const { progress, message, step } = body
  const now = ctx.now()
  const reason =
    message === undefined && step === undefined
      ? null
      : JSON.stringify({ code: step ?? 'progress', message: message ?? `At ${step}.` })
  const hash = await sha256Hex(body.leaseToken)
  // A heartbeat does not belong in the audit log.
  const renewal = renewLease(ctx.actor.teamId, id, hash, {
    progress: progress ?? null,
    reason,
    until: now + body.leaseMs,
    now,
  })
  const { results } = await prepare(ctx.env.DB, renewal).all()
  if (results.length === 0) throw await lost(ctx, id, hash)
  wakeDesk(ctx, ctx.actor.teamId)
  return (await getTask(ctx, id)).view
}

export async function completeTask(ctx: ServiceContext, id: string, body: CompleteTask): Promise<Task> {
  const row = await requireTask(ctx, id)
  if ((body.files ?? []).length > 0) requireFilesRight(ctx.actor)
  requireFilesReadable(ctx.actor, body.result, 'The result')
  await checkTaskFiles(ctx, ctx.actor.teamId, body.files ?? [], null)
  const files = JSON.stringify([...new Set([...(JSON.parse(row.files) as string[]), ...(body.files ?? [])])])
  const result = body.result === undefined ? null : JSON.stringify(body.result)
  const hash = await sha256Hex(body.leaseToken)
  const guard = completeLeased(ctx.actor.teamId, id, hash, { result, files, now: ctx.now() })
  return report(ctx, id, { action: 'task.completed', hash, guard })
}

export async function failTask(ctx: ServiceContext, id: string, body: FailTask): Promise<Task> {
  const row = await requireTask(ctx, id)
  const retry = Retry.parse(JSON.parse(row.retry))
  const again = body.retryable && row.attempt < retry.attempts
  const delayMs = Math.min(retry.maxDelayMs, retry.delayMs * retry.factor ** Math.max(0, row.attempt - 1))
  const now = ctx.now()
  const hash = await sha256Hex(body.leaseToken)
  const error = JSON.stringify({ code: body.error.code ?? 'worker.failed', message: body.error.message })
  const againAt = again ? now + Math.round(delayMs) : null
  const guard = failLeased(ctx.actor.teamId, id, hash, { error, againAt, now })
  return report(ctx, id, { action: 'task.failed', hash, guard })
}
