import type { RequestContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { type RunActor, runActor } from '../../../objects/run-spec.ts'
import { type Decide, type RunView, workflowRun } from '../../../objects/workflow-run.ts'
import { requireFilesReadable } from '../../files/index.ts'
import { voidLinksNow } from '../repo/links.ts'
import type { Approval, DecideApproval } from '../schema.ts'
import { type Decider, decisionOf, requireDecider, requirePending } from './judge.ts'
import { requireApproval } from './read.ts'
import { toApproval } from './view.ts'

export async function decideApproval(
  ctx: ServiceContext,
  id: string,
  body: DecideApproval,
): Promise<Approval> {
  const row = await requireApproval(ctx, ctx.actor, id)
  const { userId, email, emailVerified } = ctx.actor
  const decider: Decider = { userId, email: emailVerified ? email.toLowerCase() : null }
  requireDecider(row, decider)
  requirePending(row)
  requireFilesReadable(ctx.actor, body.data, 'The decision')
  const decide = decisionOf(row, decider, body)
  const run = await sendDecision(ctx, row.runId, decide, runActor(ctx))
  const now = ctx.now()
  const status = statusAfter(run, decide)
  // Only cleans up: the run refuses a link that a crash leaves open here.
  await voidLinksNow(ctx.env.DB, id, status === 'pending' ? userId : null, now)
  const { by, decision, comment, data, isStarter } = decide
  const said = { by, decision, comment, data, at: toIso(now), ...(isStarter ? { self: true as const } : {}) }
  const view = toApproval(row)
  return {
    ...view,
    status,
    decisions: [...view.decisions, said],
    decidedAt: status === 'pending' ? null : toIso(now),
  }
}

/**
 * Sends the decision to the run, which is authoritative: 409 if it is settled there or this person has already decided. With
 * `who`, the run writes the audit entry. A decision by link was audited when the link was used.
 */
export async function sendDecision(
  request: RequestContext,
  runId: string,
  decide: Decide,
  who?: RunActor,
): Promise<RunView> {
  const answer = await workflowRun(request.env.RUNS, runId).decide(decide, who)
  if (answer.ok) return answer.run
  if (answer.reason === 'not_found') throw notFound('The run')
  throw new AppError('resource.conflict', { detail: answer.detail })
}

/** Settled once the run no longer waits for it: after the first rejection, or the last approval needed. */
export const statusAfter = (run: RunView, { approvalId, decision }: Decide): Approval['status'] =>
  run.waitingFor.some((wait) => wait.kind === 'approval' && wait.name === approvalId)
    ? 'pending'
    : decision === 'approve'
      ? 'approved'
      : 'rejected'

/** For the consumer of a decision by link. Repeating it changes nothing, and a run that no longer exists is ignored. */
export async function deliverDecision(
  request: RequestContext,
  { runId, decide }: { runId: string; decide: Decide },
): Promise<void> {
  await workflowRun(request.env.RUNS, runId).decide(decide)
}
