// Mails of notifications. Invariants:
// 1. The batch that writes a mail to the outbox also deletes the table rows it contains. So two concurrent ticks, or a crash
//    in between, send one mail.
// 2. Mails count against the daily limit of the team that they are about. Mails above the limit wait until the next day, except
//    urgent ones. Notifications about other teams are sent without them.
// 3. Nobody gets mails about a team that they have left.
// 4. Each mail has a link to unsubscribe from its kind, which works without signing in.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, dayOf } from '../../../core/clock.ts'
import { newId } from '../../../core/ids.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import { mailRowsIfChanged, outboxRow } from '../../../db/outbox-row.ts'
import { loadSettings } from '../../../db/platform-settings.ts'
import { runBatch } from '../../../db/statement.ts'
import type { MailSend } from '../../../queue/messages/mail.ts'
import { notifyQueue } from '../../../queue/post.ts'
import { countMail } from '../../mail/index.ts'
import { kindOf, type NotificationKind } from '../kinds.ts'
import {
  type DueMail,
  deleteIfPosted,
  findDueMails,
  findUsersWithDueMails,
  hasAllMails,
  hasAllMailsSql,
  postponeMails,
} from '../repo/mails.ts'
import { unsubscribeToken } from '../unsubscribe-token.ts'

const MAX_USERS = 500

export async function mailUsers(request: RequestContext, userIds: readonly string[]): Promise<void> {
  for (const userId of new Set(userIds)) await mailUser(request, userId)
}

/** For the tick: mails that waited for the end of quiet hours or a digest, and mails that a crash left behind. */
export async function mailDueUsers(request: RequestContext): Promise<void> {
  await mailUsers(request, await findUsersWithDueMails(request.env.DB, request.now(), MAX_USERS))
}

/** Repeats for each team that has reached its limit. */
async function mailUser(request: RequestContext, userId: string): Promise<void> {
  while (await isPostponed(request, userId));
}

/** Mails a user everything that is due, or postpones what belongs to a team that has reached its daily limit. */
async function isPostponed(request: RequestContext, userId: string): Promise<boolean> {
  const { env, requestId } = request
  const now = request.now()
  const due = await findDueMails(env.DB, userId, now)
  if (due.length === 0) return false
  const ids = due.map(({ id }) => id)
  const outboxId = newId('msg', now)
  const message = await mailOf(request, due)
  const payer = payerOf(due)
  let postponed = 0
  if (payer === null) {
    await runBatch(env.DB, [
      outboxRow({ message, exists: hasAllMails(ids) }, { id: outboxId, requestId, now }),
      deleteIfPosted(ids),
    ])
  } else {
    await loadSettings(env.DB)
    const limit = PLAN_LIMITS[payer.plan].mailsPerDay
    const results = await runBatch(env.DB, [
      ...countMail({ teamId: payer.teamId, day: dayOf(now), limit }, hasAllMailsSql(ids)),
      // Only if the count was increased.
      mailRowsIfChanged([{ id: outboxId, to: message.to }], message, { requestId, now }),
      deleteIfPosted(ids),
      postponeMails(ids, payer.teamId, now - (now % DAY_MS) + DAY_MS),
    ])
    postponed = results.at(-1)?.meta.changes ?? 0
  }
  if (postponed > 0) return true
  request.defer(notifyQueue(env, [outboxId], requestId))
  return false
}

/** The mail counts against the team that it is about. Urgent mails count against no team and are never postponed. */
function payerOf(due: readonly DueMail[]): { teamId: string; plan: Plan } | null {
  if (due.some(({ kind }) => kindOf(kind as NotificationKind).urgent === true)) return null
  const of = due.find(({ teamId, plan }) => teamId !== null && plan !== null)
  return of?.teamId && of.plan ? { teamId: of.teamId, plan: of.plan } : null
}

async function mailOf({ settings }: RequestContext, due: DueMail[]): Promise<MailSend> {
  const [first] = due as [DueMail, ...DueMail[]]
  const isOne = due.length === 1
  const base = settings.PUBLIC_URL.replace(/\/+$/, '')
  const kind = isOne ? first.kind : 'all'
  const isMandatory = isOne && kindOf(first.kind as NotificationKind).always === true
  const token = await unsubscribeToken(settings.SECRETS_KEYS, { userId: first.userId, kind })
  const unsubscribeUrl = `${base}/notifications/unsubscribe/${token}`
  const footer = isMandatory
    ? []
    : [
        '',
        '--',
        `${isOne ? 'Unsubscribe from this kind of email' : 'Unsubscribe from these emails'}: ${unsubscribeUrl}`,
      ]
  return {
    type: 'mail.send',
    to: first.email,
    subject: isOne ? first.title : `${due.length} notifications`,
    text: [...(isOne ? bodyOf(first) : due.flatMap(listed)), ...footer].join('\n'),
    ...(isMandatory ? {} : { unsubscribeUrl }),
  }
}

const bodyOf = ({ title, message, link, teamName, count }: DueMail): string[] => [
  title + (count > 1 ? ` (${count} times)` : ''),
  ...(message === '' ? [] : ['', message]),
  ...(link === null ? [] : ['', link]),
  ...(teamName === null ? [] : ['', `Team: ${teamName}`]),
]

const listed = (mail: DueMail, index: number): string[] => [
  ...(index === 0 ? [] : ['', '']),
  ...bodyOf(mail).filter((line) => line !== ''),
]
