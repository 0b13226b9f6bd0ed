// Mails that are due. All due mails of a user become one mail. The batch that puts it into the outbox deletes them here.
import type { Plan } from '../../../core/plans.ts'
import { runBatch, type Statement, statement } from '../../../db/statement.ts'

export type DueMail = {
  id: string
  userId: string
  email: string
  kind: string
  teamId: string | null
  plan: Plan | null
  teamName: string | null
  title: string
  message: string
  link: string | null
  /** From the group of notifications that it belongs to. */
  count: number
}

const MAX_IN_MAIL = 100

/** Mails that the user may no longer read: the account is inactive, or has left the team. */
const dropLost = (userId: string, now: number): Statement =>
  statement(
    `DELETE FROM notification_mails AS m WHERE m.user_id = ?1 AND m.due_at <= ?2 AND (
       NOT EXISTS (SELECT 1 FROM users u WHERE u.id = m.user_id AND u.status = 'active')
       OR m.team_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM team_members o WHERE o.team_id = m.team_id AND o.user_id = m.user_id))`,
    userId,
    now,
  )

export async function findDueMails(d1: D1Database, userId: string, now: number): Promise<DueMail[]> {
  const due = statement(
    `SELECT m.id, m.user_id AS userId, u.email, m.kind, m.team_id AS teamId, t.plan, t.name AS teamName, m.title, m.message, m.link, COALESCE(n.count, 1) AS count
       FROM notification_mails m JOIN users u ON u.id = m.user_id LEFT JOIN teams t ON t.id = m.team_id
       LEFT JOIN notifications n ON n.id = m.id
       WHERE m.user_id = ? AND m.due_at <= ? ORDER BY m.due_at, m.created_at, m.id LIMIT ${MAX_IN_MAIL}`,
    userId,
    now,
  )
  const [, found] = await runBatch<DueMail>(d1, [dropLost(userId, now), due])
  return found?.results ?? []
}

export async function findUsersWithDueMails(d1: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare('SELECT DISTINCT user_id AS userId FROM notification_mails WHERE due_at <= ? LIMIT ?')
    .bind(now, limit)
    .all<{ userId: string }>()
  return results.map(({ userId }) => userId)
}

/** Returns a row only if all of them still exist, so only the first of two concurrent requests sends them. */
export const hasAllMails = (ids: readonly string[]): Statement =>
  statement(
    'SELECT 1 FROM (SELECT count(*) AS n FROM notification_mails WHERE id IN (SELECT value FROM json_each(?))) WHERE n = ?',
    JSON.stringify(ids),
    ids.length,
  )

/** The same condition as a number, for counting mails. */
export const hasAllMailsSql = (ids: readonly string[]): { sql: string; param: string } => ({
  sql: `SELECT 1 AS n FROM (SELECT count(*) AS there FROM notification_mails WHERE id IN (SELECT value FROM json_each(?4)))
    WHERE there = ${ids.length}`,
  param: JSON.stringify(ids),
})

/** Postpones mails if the daily limit prevented sending them, but not if another request sent them. Mails about other teams stay due. */
export const postponeMails = (ids: readonly string[], teamId: string, until: number): Statement =>
  statement(
    `UPDATE notification_mails SET due_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND team_id = ?4
       AND (SELECT count(*) FROM notification_mails WHERE id IN (SELECT value FROM json_each(?1))) = ?3`,
    JSON.stringify(ids),
    until,
    ids.length,
    teamId,
  )

/** Must follow the row of the outbox in the same batch, so that only sent mails are deleted. */
export const deleteIfPosted = (ids: readonly string[]): Statement =>
  statement(
    'DELETE FROM notification_mails WHERE changes() = 1 AND id IN (SELECT value FROM json_each(?))',
    JSON.stringify(ids),
  )
