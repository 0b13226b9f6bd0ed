// The SQL of mail that teams send. Counting and posting are one batch: the count is raised by the mails that are new, only
// as far as the limit allows, and mails are written only when the count was raised.
import type { Plan } from '../../core/plans.ts'
import { type Statement, statement } from '../../db/commit.ts'
import { POST_GRACE_MS } from '../../queue/post.ts'

/** One mail to one recipient. */
export type NewMail = { id: string; to: string }

const METRIC = 'mails'
/** The count of a day. */
const COUNTED = `(SELECT value FROM usage_counters WHERE team_id = ?1 AND period = ?2 AND metric = '${METRIC}')`

export type SenderRow = {
  plan: Plan
  /** Of the person for whom the mail goes out: who started the run, or the team's owner. */
  isVerified: 0 | 1
  isStarter: 0 | 1
  /** How many of the mails are posted already. */
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
      `SELECT t.plan, u.id = ?2 AS isStarter, u.email_verified_at IS NOT NULL AS isVerified,
         (SELECT count(*) FROM json_each(?3) m JOIN outbox o ON o.id = m.value) AS posted
       FROM teams t JOIN users u ON u.id = COALESCE((SELECT s.id FROM users s WHERE s.id = ?2), t.owner_id) WHERE t.id = ?1`,
    )
    .bind(teamId, startedBy ?? '', JSON.stringify(mails.map(({ id }) => id)))
    .first<SenderRow>()

/** Those to whom a team on the plan free may not send: no member, and no proven address of an account. */
export async function findStrangers(d1: D1Database, teamId: string, recipients: string[]): Promise<string[]> {
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

/** The last statement answers how many are counted today, and how many of the mails are posted. */
export function countAndPost(
  teamId: string,
  day: string,
  limit: number,
  mails: NewMail[],
  body: Record<string, unknown>,
  requestId: string,
  now: number,
): Statement[] {
  const list = JSON.stringify(mails)
  return [
    statement(
      `DELETE FROM usage_counters WHERE team_id = ? AND metric = '${METRIC}' AND period < ?`,
      teamId,
      day,
    ),
    statement(
      `INSERT INTO usage_counters (team_id, period, metric, value)
       SELECT ?1, ?2, '${METRIC}', n FROM (SELECT count(*) AS n FROM json_each(?3) m
         WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = m.value ->> 'id'))
       WHERE n > 0 AND n + COALESCE(${COUNTED}, 0) <= ?4
       ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + excluded.value`,
      teamId,
      day,
      list,
      limit,
    ),
    statement(
      `INSERT INTO outbox (id, type, body, request_id, next_at, created_at)
       SELECT m.value ->> 'id', 'mail.send', json_set(?2, '$.to', m.value ->> 'to'), ?3, ?4, ?5 FROM json_each(?1) m
       WHERE changes() = 1 ON CONFLICT (id) DO NOTHING`,
      list,
      JSON.stringify({ type: 'mail.send', ...body }),
      requestId,
      now + POST_GRACE_MS,
      now,
    ),
    statement(
      `SELECT COALESCE(${COUNTED}, 0) AS counted,
         (SELECT count(*) FROM json_each(?3) m JOIN outbox o ON o.id = m.value ->> 'id') AS posted`,
      teamId,
      day,
      list,
    ),
  ]
}
