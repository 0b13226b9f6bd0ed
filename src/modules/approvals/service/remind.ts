// Mails to the people who must decide. Invariants:
// 1. One commit records the notification, its links and its mails, so a crash or a repeated tick sends nothing twice.
// 2. A new link voids the older ones of the same person. No link outlives the approval.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, MINUTE_MS, toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { notify } from '../../../queue/notify.ts'
import {
  type Addressee,
  claimReminder,
  type DueApproval,
  deleteOldLinks,
  findAddressees,
  findDueApprovals,
  insertLink,
  voidLinks,
} from '../repo/links.ts'
import type { Approval } from '../schema.ts'
import { mayDecide } from './judge.ts'

/** People who had little time to read the first mail get no second one. */
const LEAST_GAP_MS = 5 * MINUTE_MS
/** Longer than the time until the next reminder, which contains a new link. */
const LINK_LIFE_MS = 3 * DAY_MS
const PAGE = 100
/** If there are more, the next tick handles them. */
const MAX_PAGES = 10

/** Notifies about new approvals, and reminds of open ones. */
export async function remindApprovals(request: RequestContext): Promise<void> {
  const now = request.now()
  for (let page = 0; page < MAX_PAGES; page++) {
    const due = await findDueApprovals(request.env.DB, now, PAGE)
    for (const approval of due) await remind(request, approval, now)
    if (due.length < PAGE) break
  }
  await deleteOldLinks(request.env.DB, now - DAY_MS)
}

/** After half of the time is gone, but at most a day from now. After that, every day. */
function nextReminder({ remindedAt, expiresAt }: DueApproval, now: number): number {
  if (expiresAt === null || remindedAt !== null) return now + DAY_MS
  const half = (expiresAt - now) / 2
  return now + (half < LEAST_GAP_MS ? DAY_MS : Math.min(DAY_MS, Math.floor(half)))
}

async function remind(request: RequestContext, approval: DueApproval, now: number): Promise<void> {
  const decidedBy = (JSON.parse(approval.decisions) as Approval['decisions']).map(({ by }) => by)
  const asked = (await findAddressees(request.env.DB, approval.teamId, approval.assignees)).filter(
    ({ userId }) => !decidedBy.includes(userId) && mayDecide(approval, userId),
  )
  const statements: Statement[] = []
  const messages: QueueMessage[] = []
  for (const addressee of asked) {
    const token = randomToken()
    statements.push(
      voidLinks(approval.id, addressee.userId, now),
      insertLink({
        tokenHash: await sha256Hex(token),
        approvalId: approval.id,
        userId: addressee.userId,
        expiresAt: Math.min(now + LINK_LIFE_MS, approval.expiresAt ?? Number.MAX_SAFE_INTEGER),
      }),
    )
    messages.push(mailOf(request.settings.PUBLIC_URL, approval, addressee, token))
  }
  if (asked.length > 0 && approval.remindedAt === null) messages.push(noticeOf(approval, asked))
  await commit(
    { ...request, system: true },
    {
      guard: claimReminder(approval, now, nextReminder(approval, now)),
      statements,
      audit: {
        action: approval.remindedAt === null ? 'approval.notified' : 'approval.reminded',
        targetType: 'approval',
        targetId: approval.id,
        teamId: approval.teamId,
        after: { to: asked.map(({ userId }) => userId) },
      },
      messages,
    },
  )
}

/** Shown in the list; the mail with the link goes to this address. */
const noticeOf = (approval: DueApproval, asked: Addressee[]): QueueMessage =>
  notify({
    kind: 'approval.requested',
    to: { userIds: asked.map(({ userId }) => userId) },
    teamId: approval.teamId,
    title: `Approval needed: ${approval.title}`,
    message: approval.message,
    subject: { type: 'approval', id: approval.id },
  })

function mailOf(publicUrl: string, approval: DueApproval, { email }: Addressee, token: string): QueueMessage {
  const title = approval.title.replace(/\s+/g, ' ').slice(0, 200)
  const until = approval.expiresAt === null ? [] : [`You can decide until ${toIso(approval.expiresAt)}.`, '']
  return {
    type: 'mail.send',
    to: email,
    subject: `${approval.remindedAt === null ? 'Approval' : 'Reminder: approval'} needed: ${title}`,
    text: [
      `The workflow "${approval.workflowName ?? approval.runId}" asks you:`,
      '',
      approval.title,
      ...(approval.message === '' ? [] : ['', approval.message]),
      '',
      'To approve or reject, open this page:',
      '',
      `${publicUrl.replace(/\/+$/, '')}/approve/${token}`,
      '',
      ...until,
      'The link is only for you and works once. Opening it decides nothing.',
    ].join('\n'),
  }
}
