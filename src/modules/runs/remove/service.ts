// Deletes runs. Invariants:
// 1. The tombstone comes first, so that a report in transit cannot restore the run.
// 2. A run whose object does not respond can be deleted once this is not temporary: the run has ended, or the sweep has failed
//    to reach it for minutes. The rest of the object is removed when it responds again.
import type { Actor, RequestContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { derivedId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import { isTerminal } from '../../../engine/model/state.ts'
import { isUnreadable, type RunView, workflowRun } from '../../../objects/workflow-run.ts'
import { postMessages } from '../../../queue/post.ts'
import { cancelApprovalsOf } from '../../approvals/index.ts'
import { hasRunFiles } from '../../files/index.ts'
import { ownRun } from '../read/service.ts'
import { findUnresponsiveRun } from '../repo/runs.ts'
import { markDeleted } from './repo.ts'

type Ctx = RequestContext & { actor: Actor }

/** How long the sweep must fail to reach a run before it is listed as stuck. */
export const STUCK_MS = 5 * MINUTE_MS

export async function deleteRun(ctx: Ctx, runId: string): Promise<void> {
  const { teamId } = ctx.actor
  const view = await ownRun(ctx, runId).then(
    (own) => own.view,
    async (error: unknown) => {
      // The index says that it belongs to the caller's team, and nothing else can be done with it.
      if (error instanceof AppError && error.code === 'run.unreadable') return null
      if (error instanceof AppError || (await teamOfSilent(ctx, runId)) !== teamId) throw error
      return null
    },
  )
  if (view !== null && !isTerminal(view.status)) {
    throw new AppError('resource.conflict', { detail: `The run is ${view.status}. Cancel it first.` })
  }
  if (view !== null) await notifyFollowed(ctx, view)
  await removeRun(ctx, runId, teamId)
}

/** What a compensation undid stays undone. A run whose retry is deleted may be retried again. */
async function notifyFollowed({ env }: Ctx, { id, follows, mode }: RunView): Promise<void> {
  if (follows === null || mode === 'start') return
  const followed = workflowRun(env.RUNS, follows)
  if (mode !== 'compensate') return followed.release(mode, id)
  const compensated = await workflowRun(env.RUNS, id).undone()
  if (compensated !== null) await followed.recordUndone(id, compensated.paths)
}

/** For administrators. Only for runs that do not respond; teams delete all others themselves. */
export async function deleteUnreadable(ctx: Ctx, runId: string): Promise<void> {
  const silence = await findUnresponsiveRun(ctx.env.DB, runId)
  if (silence === null) throw notFound('The run')
  const answer = await workflowRun(ctx.env.RUNS, runId)
    .view({ output: false })
    .then(
      () => 'readable' as const,
      (error: unknown) => (isUnreadable(error) ? ('unreadable' as const) : ('silent' as const)),
    )
  if (answer === 'readable')
    throw new AppError('resource.conflict', { detail: 'The run responds, so only its team can delete it.' })
  if (answer === 'silent' && (await teamOfSilent(ctx, runId)) === null)
    throw new AppError('service.unavailable', {
      detail:
        'The run does not respond at the moment. It can be deleted after five minutes without a response; GET /api/v1/admin/runs/stuck then lists it.',
      retryAfterSeconds: 60,
    })
  await removeRun(ctx, runId, silence.teamId)
}

/** The team of the run, if it has ended or has not responded for so long that deleting it loses nothing. */
async function teamOfSilent(ctx: RequestContext, runId: string): Promise<string | null> {
  const silence = await findUnresponsiveRun(ctx.env.DB, runId)
  if (silence === null) return null
  const { teamId, finishedAt, stuckSince } = silence
  const isStuck = stuckSince !== null && stuckSince < ctx.now() - STUCK_MS
  return isStuck || finishedAt !== null ? teamId : null
}

async function removeRun(ctx: Ctx, runId: string, teamId: string): Promise<void> {
  const now = ctx.now()
  await commit(ctx, {
    statements: [...markDeleted(runId, teamId, now), cancelApprovalsOf(runId, now)],
    audit: { action: 'run.deleted', targetType: 'run', targetId: runId, teamId },
    messages: [{ message: { type: 'run.files_delete', teamId, runId }, exists: hasRunFiles(runId) }],
  })
  try {
    await workflowRun(ctx.env.RUNS, runId).remove({ forGood: true })
  } catch (error) {
    ctx.log.warn('the object of a deleted run does not answer', { runId, error })
    const id = await derivedId('msg', `run.remove ${runId}`)
    await postMessages(ctx.env, [{ id, message: { type: 'run.remove', runId } }], ctx.requestId, now)
  }
}
