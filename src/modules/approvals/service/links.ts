// Decisions by a link. Invariants:
// 1. Opening a link decides nothing, however often and by whomever: mail scanners follow links.
// 2. One conditional statement uses up a link and stores the decision with it, so a crash in between loses neither. The run
//    accepts each person's decision once.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import type { Decide } from '../../../objects/workflow-run.ts'
import { consumeLink, findLink, type LinkRow, voidLinksNow } from '../repo/links.ts'
import type { ApprovalAnswer, DecideApproval } from '../schema.ts'
import { sendDecision, statusAfter } from './decide.ts'
import { decisionOf, requireDecider } from './judge.ts'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Throws 400, with the same error for a link that is used, expired, settled or invalid. */
export async function openLink(request: RequestContext, token: string): Promise<LinkRow> {
  const row = TOKEN.test(token) ? await findLink(request.env.DB, await sha256Hex(token), request.now()) : null
  if (row === null) throw invalid()
  return row
}

const invalid = (): AppError =>
  new AppError('auth.invalid_one_time_token', {
    detail: 'The link was already used or has expired, or the approval is settled.',
  })

export async function decideByLink(
  request: RequestContext,
  token: string,
  body: DecideApproval,
): Promise<ApprovalAnswer> {
  const row = await openLink(request, token)
  const decider = { userId: row.userId, email: row.email.toLowerCase() }
  requireDecider(row, decider)
  const decide = decisionOf(row, decider, body)
  const now = request.now()
  const consumed = await commit(
    { ...request, actor: { kind: 'user', userId: row.userId, teamId: row.teamId, keyId: null } },
    {
      guard: consumeLink(await sha256Hex(token), now),
      audit: {
        action: 'approval.decided',
        targetType: 'approval',
        targetId: row.id,
        after: { decision: body.decision, by: 'link' },
      },
      messages: [{ type: 'approval.decide', runId: row.runId, decide }],
    },
  )
  if (consumed === 'guard_missed') throw invalid()
  return { approvalId: row.id, decision: body.decision, status: await statusOf(request, row, decide) }
}

/** The decision is stored, so a run that does not respond now gets it from the queue. */
async function statusOf(
  request: RequestContext,
  { id, runId }: LinkRow,
  decide: Decide,
): Promise<ApprovalAnswer['status']> {
  try {
    const status = statusAfter(await sendDecision(request, runId, decide), decide)
    if (status !== 'pending') await voidLinksNow(request.env.DB, id, null, request.now())
    return status
  } catch (error) {
    if (error instanceof AppError) throw error
    request.log.warn('a run did not receive a decision yet', { runId, error })
    return 'pending'
  }
}
