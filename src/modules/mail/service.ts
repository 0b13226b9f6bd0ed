// Mail that the runs of a team send. Invariants:
// 1. It goes out for a person with a proven address: who started the run, or the team's owner.
// 2. A team sends at most so many mails a day (UTC) as its plan allows, however many runs send at once.
// 3. On the plan free it goes to members of the team and to proven addresses of accounts only.
// 4. The id of each mail follows from the node's key and the recipient, so a second attempt sends and counts nothing new.
import { dayOf } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import { derivedId } from '../../core/ids.ts'
import { PLAN_LIMITS } from '../../core/plans.ts'
import type { Env } from '../../env.ts'
import { tellQueue } from '../../queue/post.ts'
import { countAndPost, findSender, findStrangers, type NewMail } from './repo.ts'

export type TeamMailScope = {
  env: Pick<Env, 'DB' | 'JOBS'>
  teamId: string
  startedBy: string | null
  requestId: string
  now: () => number
}

export type TeamMail = { to: string[]; subject: string; text: string; html?: string }

/** How many refused addresses an error names. */
const MOST_NAMED = 5

export async function sendTeamMail(
  scope: TeamMailScope,
  { to, ...body }: TeamMail,
  key: string,
): Promise<void> {
  const { env, teamId, startedBy, requestId } = scope
  const mails: NewMail[] = await Promise.all(
    to.map(async (recipient) => ({ id: await derivedId('msg', `${key} ${recipient}`), to: recipient })),
  )
  const sender = await findSender(env.DB, teamId, startedBy, mails)
  if (sender === null) throw notFound('The team')
  if (sender.posted < mails.length) {
    if (sender.isVerified === 0) throw unverified(sender.isStarter === 1)
    if (sender.plan === 'free') await requireKnown(env.DB, teamId, to)
    const limit = PLAN_LIMITS[sender.plan].mailsPerDay
    const now = scope.now()
    const statements = countAndPost(teamId, dayOf(now), limit, mails, body, requestId, now)
    const results = await env.DB.batch<{ counted: number; posted: number }>(
      statements.map((one) => {
        const { sql, params } = one.toSQL()
        return env.DB.prepare(sql).bind(...params)
      }),
    )
    const { counted = 0, posted = 0 } = results.at(-1)?.results[0] ?? {}
    if (posted < mails.length) throw quotaReached(sender.plan, limit, counted, mails.length)
  }
  await tellQueue(
    env,
    mails.map(({ id }) => id),
    requestId,
  )
}

async function requireKnown(d1: D1Database, teamId: string, to: string[]): Promise<void> {
  const strangers = await findStrangers(d1, teamId, to)
  if (strangers.length === 0) return
  const named = strangers.slice(0, MOST_NAMED).join(', ')
  const more = strangers.length > MOST_NAMED ? ` and ${strangers.length - MOST_NAMED} more` : ''
  throw new AppError('mail.recipient_not_allowed', {
    detail: `On the plan free mail goes to members of the team and to verified addresses of accounts only, not to ${named}${more}.`,
  })
}

const unverified = (isStarter: boolean): AppError =>
  new AppError('auth.email_not_verified', {
    detail: isStarter
      ? 'Who started the run must verify their e-mail address before it can send mail.'
      : "The team's owner must verify their e-mail address before runs can send mail.",
  })

const quotaReached = (plan: string, limit: number, counted: number, wanted: number): AppError =>
  new AppError('plan.limit_reached', {
    detail: `The plan ${plan} allows ${limit} mails a day; ${counted} are sent, and this node sends ${wanted}. The count starts again at 00:00 UTC.`,
  })
