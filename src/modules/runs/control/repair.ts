// What platform administrators can do to a stuck run of any team.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { RunStatus } from '../../../engine/model/state.ts'
import { runActor } from '../../../objects/run-spec.ts'
import { isUnreadable, workflowRun } from '../../../objects/workflow-run.ts'
import { findUnresponsiveRun } from '../repo/runs.ts'
import { markAsked } from '../sweep/repo.ts'

type Ctx = RequestContext & { actor: Actor }

/** Wakes the run as the tick does. A run that responds reports itself and is no longer stuck. */
export async function wakeRun(ctx: Ctx, runId: string): Promise<{ teamId: string; status: RunStatus }> {
  const { teamId } = await requireIndexed(ctx, runId)
  const run = workflowRun(ctx.env.RUNS, runId)
  const status = await run
    .poke()
    .then(async () => (await run.view({ output: false }))?.status)
    .catch((error: unknown) => noAnswer(ctx, runId, error))
  if (status === undefined) throw notFound('The run')
  await markAsked(ctx.env.DB, { answered: [runId], silent: [] }, ctx.now())
  await run.report()
  return { teamId, status }
}

/** Cancels the run. Pending compensations run, as when its team cancels it. */
export async function endRun(ctx: Ctx, runId: string): Promise<{ teamId: string; status: RunStatus }> {
  const { teamId } = await requireIndexed(ctx, runId)
  const answer = await workflowRun(ctx.env.RUNS, runId)
    .control('cancel', ctx.actor.userId, runActor(ctx))
    .catch((error: unknown) => noAnswer(ctx, runId, error))
  if (answer.ok) return { teamId, status: answer.run.status }
  if (answer.reason === 'not_found') throw notFound('The run')
  throw new AppError('resource.conflict', { detail: answer.detail })
}

async function requireIndexed(ctx: Ctx, runId: string): Promise<{ teamId: string }> {
  const row = await findUnresponsiveRun(ctx.env.DB, runId)
  if (row === null) throw notFound('The run')
  return row
}

function noAnswer(ctx: Ctx, runId: string, error: unknown): never {
  if (isUnreadable(error))
    throw new AppError('run.unreadable', { detail: `Delete it with DELETE /api/v1/admin/runs/${runId}.` })
  ctx.log.warn('a run did not answer an administrator', { runId, error })
  throw new AppError('service.unavailable', {
    detail: `The run does not answer. Once it is listed as stuck it can be deleted with DELETE /api/v1/admin/runs/${runId}.`,
    retryAfterSeconds: 60,
  })
}
