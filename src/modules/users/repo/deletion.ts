// The end of an account, in one batch: its teams first (they name their owner), then the user, with whom sessions, keys,
// identities, factors and memberships go by ON DELETE CASCADE. So does the mail that is kept for its address. Audit entries
// stay: the user's name is not in them, the address only as its SHA-256 (in clear in entries made before that was so),
// network addresses and user agents as they were.
import { type Statement, statement } from '../../../db/commit.ts'
import { revokeInvitationsOf } from '../../teams/index.ts'

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
 * Closes the account for everything that is still under way. Misses when someone has joined one of the teams, when a team
 * was added or given away since `ownedTeams` were counted, when the proof (the password) has changed, or when nobody
 * would be left to administer the platform.
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

/** Only behind `guardDeletion`. */
export const deleteAccountRows = (userId: string, now: number): Statement[] => [
  revokeInvitationsOf(userId, now),
  // Mail that is kept instead of sent, and mail under way: links for an account that is gone, and what it was told.
  statement('DELETE FROM mailbox WHERE recipient = (SELECT email FROM users WHERE id = ?)', userId),
  statement(
    `DELETE FROM outbox WHERE type = 'mail.send' AND status IN ('pending', 'dead')
       AND json_extract(body, '$.to') = (SELECT email FROM users WHERE id = ?)`,
    userId,
  ),
  statement('DELETE FROM teams WHERE owner_id = ?', userId),
  statement('DELETE FROM users WHERE id = ?', userId),
]
