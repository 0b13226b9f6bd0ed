// The SQL of mail that teams send. Counting and posting are one batch. It adds the new mails to the counter only if they are within
// the limit, and posts them only if it added them.
import type { Plan } from '../../core/plans.ts'
import { mailRowsIfChanged } from '../../db/outbox-row.ts'
import { type Statement, statement } from '../../db/statement.ts'
import { addDailyUsage, dailyUsageSql } from '../usage/index.ts'

/** One mail to one recipient. */
export type NewMail = { id: string; to: string }

const METRIC = 'mails'

export type SenderRow = {
  plan: Plan
  teamName: string
  /** The person in whose name the mail is sent: the one who started the run, or the team's owner. */
  isVerified: 0 | 1
  isStarter: 0 | 1
  /** How many of the mails have already been posted. */
  posted: number
}

export const findSender = (
  d1: D1Database,
  teamId: string,
  startedBy: string | null,
  mails: NewMail[],
): Promise<SenderRow | null> =>
  d1
    .prepare(
      `SELECT t.plan, t.name AS teamName, u.id = ?2 AS isStarter, u.email_verified_at IS NOT NULL AS isVerified,
         (SELECT count(*) FROM json_each(?3) m JOIN outbox o ON o.id = m.value) AS posted
       FROM teams t JOIN users u ON u.id = COALESCE((SELECT s.id FROM users s WHERE s.id = ?2), t.owner_id) WHERE t.id = ?1`,
    )
    .bind(teamId, startedBy ?? '', JSON.stringify(mails.map(({ id }) => id)))
    .first<SenderRow>()

/** Recipients that a team on the plan free may not send to: neither members nor verified addresses of accounts. */
export async function findNonMembers(
  d1: D1Database,
  teamId: string,
  recipients: string[],
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT r.value AS recipient FROM json_each(?2) r WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.email = lower(r.value)
         AND (u.email_verified_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = ?1 AND m.user_id = u.id)))`,
    )
    .bind(teamId, JSON.stringify(recipients))
    .all<{ recipient: string }>()
  return results.map(({ recipient }) => recipient)
}

/** The last statement returns today's count and how many of the mails are posted. */
export function countAndPost(
  { teamId, day, limit }: { teamId: string; day: string; limit: number },
  mails: NewMail[],
  body: Record<string, unknown>,
  by: { requestId: string; now: number },
): Statement[] {
  const list = JSON.stringify(mails)
  const notPosted = `SELECT count(*) AS n FROM json_each(?4) m
    WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = m.value ->> 'id')`
  return [
    ...addDailyUsage({ teamId, day, metric: METRIC }, limit, { sql: notPosted, param: list }),
    mailRowsIfChanged(mails, body, by),
    statement(
      `SELECT ${dailyUsageSql(METRIC)} AS counted,
         (SELECT count(*) FROM json_each(?3) m JOIN outbox o ON o.id = m.value ->> 'id') AS posted`,
      teamId,
      day,
      list,
    ),
  ]
}

/** Posts one mail if its query returns 1. The last statement changes a row if the daily limit allows it. */
export const countMail = (
  { teamId, day, limit }: { teamId: string; day: string; limit: number },
  amount: { sql: string; param: string },
): Statement[] => addDailyUsage({ teamId, day, metric: METRIC }, limit, amount)

type KeptMail = {
  to: string
  subject: string
  text: string
  html?: string | undefined
  attachments?: readonly { filename: string; sizeBytes: number }[]
}

/** The id is derived from the message, so a mail that is sent again after a crash is stored once. */
export const insertStoredMail = (
  d1: D1Database,
  id: string,
  { to, subject, text, html, attachments = [] }: KeptMail,
  now: number,
): Promise<unknown> =>
  d1
    .prepare(
      `INSERT INTO mailbox (id, recipient, subject, text_body, html_body, created_at, attachments) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    )
    .bind(
      id,
      to.toLowerCase(),
      subject,
      text,
      html ?? null,
      now,
      attachments.length > 0 ? JSON.stringify(attachments) : null,
    )
    .run()

/** The stored mail for the address of a user. */
export const deleteKeptMails = (userId: string): Statement =>
  statement('DELETE FROM mailbox WHERE recipient = (SELECT email FROM users WHERE id = ?)', userId)
