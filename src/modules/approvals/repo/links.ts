// One-time links of approvals. Only the hash of a token is stored. A link works while it is unused and not expired, its approval
// is pending, and its person may still decide in that team.
import { prepare, type Statement, statement } from '../../../db/statement.ts'
import { type ApprovalRow, COLUMNS, MAY_RUN } from './approvals.ts'

export type LinkRow = ApprovalRow & { userId: string; email: string }

export const findLink = (d1: D1Database, tokenHash: string, now: number): Promise<LinkRow | null> =>
  d1
    .prepare(
      `SELECT ${COLUMNS.list}, u.id AS userId, u.email FROM approval_links l
       JOIN approvals a ON a.id = l.approval_id AND a.status = 'pending'
       JOIN users u ON u.id = l.user_id AND u.status = 'active'
       JOIN team_members m ON m.team_id = a.team_id AND m.user_id = u.id AND m.role ${MAY_RUN}
       WHERE l.token_hash = ? AND l.used_at IS NULL AND l.expires_at > ?`,
    )
    .bind(tokenHash, now)
    .first<LinkRow>()

export const consumeLink = (tokenHash: string, now: number): Statement =>
  statement(
    'UPDATE approval_links SET used_at = ?1 WHERE token_hash = ?2 AND used_at IS NULL AND expires_at > ?1',
    now,
    tokenHash,
  )

/** All links of one approval, or those of one person. */
export const voidLinks = (approvalId: string, userId: string | null, now: number): Statement =>
  statement(
    'UPDATE approval_links SET used_at = ?1 WHERE approval_id = ?2 AND used_at IS NULL AND (?3 IS NULL OR user_id = ?3)',
    now,
    approvalId,
    userId,
  )

/** The same, without a commit to join. */
export async function voidLinksNow(
  d1: D1Database,
  ...which: [approvalId: string, userId: string | null, now: number]
): Promise<void> {
  await prepare(d1, voidLinks(...which)).run()
}

export const insertLink = (link: {
  tokenHash: string
  approvalId: string
  userId: string
  expiresAt: number
}): Statement =>
  statement(
    'INSERT INTO approval_links (token_hash, approval_id, user_id, expires_at) VALUES (?, ?, ?, ?)',
    link.tokenHash,
    link.approvalId,
    link.userId,
    link.expiresAt,
  )

export type DueApproval = ApprovalRow & { remindedAt: number | null; workflowName: string | null }

/** Pending approvals without a notification yet, and those that are due for a reminder. */
export async function findDueApprovals(d1: D1Database, now: number, limit: number): Promise<DueApproval[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS.list}, a.reminded_at AS remindedAt, w.name AS workflowName
       FROM approvals a LEFT JOIN workflows w ON w.id = a.workflow_id
       WHERE a.status = 'pending' AND (a.remind_at IS NULL OR a.remind_at <= ?)
       ORDER BY a.remind_at LIMIT ?`,
    )
    .bind(now, limit)
    .all<DueApproval>()
  return results
}

/** If two ticks find the same approval, the second changes no row. */
export const claimReminder = (approval: DueApproval, now: number, remindAt: number): Statement =>
  statement(
    "UPDATE approvals SET reminded_at = ?, remind_at = ? WHERE id = ? AND status = 'pending' AND reminded_at IS ?",
    now,
    remindAt,
    approval.id,
    approval.remindedAt,
  )

export type Addressee = { userId: string; email: string }

/** The assignees in the team, by id or verified address. Without assignees, everybody who may decide. */
export async function findAddressees(
  d1: D1Database,
  teamId: string,
  assignees: string,
): Promise<Addressee[]> {
  const { results } = await d1
    .prepare(
      `SELECT u.id AS userId, u.email FROM team_members m JOIN users u ON u.id = m.user_id
       WHERE m.team_id = ?1 AND m.role ${MAY_RUN} AND u.status = 'active' AND (?2 = '[]' OR EXISTS (
         SELECT 1 FROM json_each(?2) j WHERE j.value = u.id OR (lower(j.value) = u.email AND u.email_verified_at IS NOT NULL)))
       ORDER BY m.created_at, u.id LIMIT 100`,
    )
    .bind(teamId, assignees)
    .all<Addressee>()
  return results
}

/** Deletes a limited number of links at a time. Expired links refer to nobody. */
export const deleteOldLinks = (d1: D1Database, before: number): Promise<D1Result> =>
  d1
    .prepare(
      'DELETE FROM approval_links WHERE rowid IN (SELECT rowid FROM approval_links WHERE expires_at < ? LIMIT 1000)',
    )
    .bind(before)
    .run()
