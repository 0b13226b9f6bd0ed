// Deletes an account in one batch: first its teams, because they refer to their owner, then the user. ON DELETE CASCADE removes
// sessions, keys, identities, factors and memberships. Mails stored for the address are deleted too. Audit entries stay. They
// never contain the user's name; the email address appears only as its SHA-256 (in plain text in entries from before that
// rule), while network addresses and user agents stay as they were.
import { deleteUnsentMails } from '../../../db/outbox-row.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import { deleteKeptMails } from '../../mail/index.ts'
import { deleteTeamsOf, revokeInvitationsOf } from '../../teams/index.ts'

export type OwnedTeam = { id: string; name: string; personal: number; others: number }

export async function findOwnedTeams(d1: D1Database, userId: string): Promise<OwnedTeam[]> {
  const { results } = await d1
    .prepare(
      `SELECT t.id, t.name, t.personal,
         (SELECT count(*) FROM team_members m WHERE m.team_id = t.id AND m.user_id <> t.owner_id) AS others
       FROM teams t WHERE t.owner_id = ? ORDER BY t.id`,
    )
    .bind(userId)
    .all<OwnedTeam>()
  return results
}

/**
 * Disables the account, so concurrent requests fail. Misses if somebody has joined one of the teams, if the number of owned
 * teams is no longer `ownedTeams`, if the password has changed, or if no administrator would be left.
 */
export const guardDeletion = (
  userId: string,
  passwordHash: string | null,
  ownedTeams: number,
  seenVersion: number | null,
): Statement =>
  statement(
    `UPDATE users SET status = 'disabled', token_version = token_version + 1
     WHERE id = ?1 AND password_hash IS ?2 AND (?4 IS NULL OR version = ?4)
       AND (SELECT count(*) FROM teams t WHERE t.owner_id = ?1) = ?3
       AND NOT EXISTS (SELECT 1 FROM teams t JOIN team_members m ON m.team_id = t.id
                       WHERE t.owner_id = ?1 AND m.user_id <> ?1)
       AND (role <> 'admin' OR EXISTS (SELECT 1 FROM users a WHERE a.role = 'admin' AND a.status = 'active' AND a.id <> ?1))`,
    userId,
    passwordHash,
    ownedTeams,
    seenVersion,
  )

export async function isLastAdmin(d1: D1Database, userId: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS last FROM users u WHERE u.id = ?1 AND u.role = 'admin'
         AND NOT EXISTS (SELECT 1 FROM users a WHERE a.role = 'admin' AND a.status = 'active' AND a.id <> ?1)`,
    )
    .bind(userId)
    .first()
  return row !== null
}

/** Use it only in a commit with `guardDeletion`. */
export const deleteAccountRows = (userId: string, now: number): Statement[] => [
  revokeInvitationsOf(userId, now),
  // Stored mails and mails that are not sent yet: their links no longer work.
  deleteKeptMails(userId),
  deleteUnsentMails(userId),
  deleteTeamsOf(userId),
  statement('DELETE FROM users WHERE id = ?', userId),
]
