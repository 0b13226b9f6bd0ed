// Mail that the runs of a team send. Invariants:
// 1. It is sent in the name of a person with a verified address: the one who started the run, or the team's owner.
// 2. The plan limits how many mails a team sends per day (UTC), even if many runs send at the same time.
// 3. On the plan free, it only goes to members of the team and verified addresses of accounts.
// 4. The id of each mail is derived from the node's key and the recipient, so a second attempt sends and counts nothing.
import { openContext } from '../../context.ts'
import { dayOf } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import { derivedId } from '../../core/ids.ts'
import { PLAN_LIMITS } from '../../core/plans.ts'
import { loadSettings } from '../../db/platform-settings.ts'
import { runBatch } from '../../db/statement.ts'
import type { Env } from '../../env.ts'
import type { MailSend } from '../../queue/messages/mail.ts'
import { notifyQueue } from '../../queue/post.ts'
import { openTeamFile } from '../files/index.ts'
import { countAndPost, findNonMembers, findSender, type NewMail } from './repo.ts'

export type TeamMailScope = {
  env: Env
  teamId: string
  startedBy: string | null
  requestId: string
  now: () => number
}

export type TeamMail = {
  to: string[]
  subject: string
  text: string
  html?: string
  /** Files of the team, by id or name. */
  attachments?: string[]
}

/** The limit of mail providers, including the overhead of base64. */
const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024

/** How many refused addresses an error lists. */
const MAX_NAMED = 5

export async function sendTeamMail(
  scope: TeamMailScope,
  { to, attachments = [], ...mail }: TeamMail,
  key: string,
): Promise<void> {
  const { env, teamId, startedBy, requestId } = scope
  const mails: NewMail[] = await Promise.all(
    to.map(async (recipient) => ({ id: await derivedId('msg', `${key} ${recipient}`), to: recipient })),
  )
  const sender = await findSender(env.DB, teamId, startedBy, mails)
  if (sender === null) throw notFound('The team')
  if (sender.posted < mails.length) {
    const files = await attached(scope, attachments)
    const signed = { ...mail, ...withFooter(mail, sender.teamName) }
    const body = files.length > 0 ? { ...signed, attachments: files } : signed
    if (sender.isVerified === 0) throw unverified(sender.isStarter === 1)
    if (sender.plan === 'free') await requireKnown(env.DB, teamId, to)
    await loadSettings(env.DB)
    const limit = PLAN_LIMITS[sender.plan].mailsPerDay
    const now = scope.now()
    const statements = countAndPost({ teamId, day: dayOf(now), limit }, mails, body, { requestId, now })
    const results = await runBatch<{ counted: number; posted: number }>(env.DB, statements)
    const { counted = 0, posted = 0 } = results.at(-1)?.results[0] ?? {}
    if (posted < mails.length) throw quotaReached(sender.plan, limit, counted, mails.length)
  }
  await notifyQueue(
    env,
    mails.map(({ id }) => id),
    requestId,
  )
}

/** Tells recipients where the mail comes from. */
function withFooter(
  { text, html }: Pick<TeamMail, 'text' | 'html'>,
  teamName: string,
): Pick<TeamMail, 'text' | 'html'> {
  const line = `Sent by a workflow of the team "${teamName}".`
  const footer =
    html === undefined
      ? {}
      : {
          html: `${html}<hr><p><small>${line.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)}</small></p>`,
        }
  return { text: `${text}\n\n-- \n${line}`, ...footer }
}

async function attached(
  scope: TeamMailScope,
  wanted: readonly string[],
): Promise<NonNullable<MailSend['attachments']>> {
  const { teamId, requestId, now } = scope
  const context = openContext(scope.env, { now, requestId, defer: (work) => void work })
  const found: NonNullable<MailSend['attachments']> = []
  for (const one of wanted) {
    const open = await openTeamFile(context, teamId, one)
    if (open === null) throw new AppError('file.not_found', { detail: `The team has no file ${one}.` })
    const { ref, version, content } = open
    found.push({ teamId, fileId: ref.$file, version, filename: content.filename, sizeBytes: ref.sizeBytes })
  }
  const total = found.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (total > MAX_ATTACHMENT_BYTES)
    throw new AppError('file.too_large', {
      detail: `The attachments have ${total} bytes in total; a mail can have at most ${MAX_ATTACHMENT_BYTES}. Send a link instead.`,
    })
  return found
}

async function requireKnown(d1: D1Database, teamId: string, to: string[]): Promise<void> {
  const nonMembers = await findNonMembers(d1, teamId, to)
  if (nonMembers.length === 0) return
  const named = nonMembers.slice(0, MAX_NAMED).join(', ')
  const more = nonMembers.length > MAX_NAMED ? ` and ${nonMembers.length - MAX_NAMED} more` : ''
  throw new AppError('mail.recipient_not_allowed', {
    detail: `On the plan free, mail can only be sent to members of the team and verified addresses of accounts, not to ${named}${more}.`,
  })
}

const unverified = (isStarter: boolean): AppError =>
  new AppError('auth.email_not_verified', {
    detail: isStarter
      ? 'The person who started the run must verify their email address before the run can send mail.'
      : "The team's owner must verify their email address before runs can send mail.",
  })

const quotaReached = (plan: string, limit: number, counted: number, wanted: number): AppError =>
  new AppError('plan.limit_reached', {
    detail: `The plan ${plan} allows ${limit} mails per day; ${counted} were sent today, and this node sends ${wanted}. The limit resets at 00:00 UTC.`,
  })
