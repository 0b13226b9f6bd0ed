// Deciding by a link. Invariants:
// 1. Looking decides nothing, however often and by whomever: mail scanners follow links.
// 2. A link is spent by one conditional statement, and the word that it was spent on is written down with it, so that
//    a crash in between loses neither; the run takes each person's word once.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import type { Decide } from '../../../objects/workflow-run.ts'
import { findLink, type LinkRow, spendLink, voidLinksNow } from '../repo/links.ts'
import type { ApprovalAnswer, DecideApproval } from '../schema.ts'
import { speak, statusAfter } from './decide.ts'
import { decisionOf, requireDecider } from './judge.ts'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Throws 400, the same for a link that is used, old, settled or made up. */
export async function openLink(request: RequestContext, token: string): Promise<LinkRow> {
  const row = TOKEN.test(token) ? await findLink(request.env.DB, await sha256Hex(token), request.now()) : null
  if (row === null) throw invalid()
  return row
}

const invalid = (): AppError =>
  new AppError('auth.invalid_one_time_token', {
    detail: 'The link was used, is too old, or the approval is settled.',
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
  const spent = await commit(
    { ...request, actor: { kind: 'user', userId: row.userId, teamId: row.teamId, keyId: null } },
    {
      guard: spendLink(await sha256Hex(token), now),
      audit: {
        action: 'approval.decided',
        targetType: 'approval',
        targetId: row.id,
        after: { decision: body.decision, by: 'link' },
      },
      messages: [{ type: 'approval.decide', runId: row.runId, decide }],
    },
  )
  if (spent === 'guard_missed') throw invalid()
  return { approvalId: row.id, decision: body.decision, status: await statusOf(request, row, decide) }
}

/** The word is written down, so a run that does not answer now will hear it from the queue. */
async function statusOf(
  request: RequestContext,
  { id, runId }: LinkRow,
  decide: Decide,
): Promise<ApprovalAnswer['status']> {
  try {
    const status = statusAfter(await speak(request, runId, decide), decide)
    if (status !== 'pending') await voidLinksNow(request.env.DB, id, null, request.now())
    return status
  } catch (error) {
    if (error instanceof AppError) throw error
    request.log.warn('a run did not hear a decision yet', { runId, error })
    return 'pending'
  }
}
