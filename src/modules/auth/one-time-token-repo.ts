import { type Statement, statement } from '../../db/commit.ts'
import type { OneTimePurpose } from '../../db/schema/index.ts'
import { IS_UNPROVEN } from './account-repo.ts'

export const insertOneTimeToken = (token: {
  tokenHash: string
  userId: string
  purpose: OneTimePurpose
  email: string
  createdAt: number
  expiresAt: number
}): Statement =>
  statement(
    'INSERT INTO one_time_tokens (token_hash, user_id, purpose, subject, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    token.tokenHash,
    token.userId,
    token.purpose,
    token.email,
    token.createdAt,
    token.expiresAt,
  )

export type TokenOwner = { userId: string; email: string; personalTeamId: string; unproven: number }

export const findTokenOwnerByHash = (
  d1: D1Database,
  tokenHash: string,
  purpose: OneTimePurpose,
  now: number,
): Promise<TokenOwner | null> =>
  d1
    .prepare(
      `SELECT u.id AS userId, u.email AS email, u.personal_team_id AS personalTeamId,
         (${IS_UNPROVEN}) AS unproven
       FROM one_time_tokens t JOIN users u ON u.id = t.user_id AND u.email = t.subject
       WHERE t.token_hash = ? AND t.purpose = ? AND t.used_at IS NULL AND t.expires_at > ?`,
    )
    .bind(tokenHash, purpose, now)
    .first<TokenOwner>()

export const spendOneTimeTokenByHash = (tokenHash: string, purpose: OneTimePurpose, now: number): Statement =>
  statement(
    `UPDATE one_time_tokens SET used_at = ?1 WHERE token_hash = ?2 AND purpose = ?3 AND used_at IS NULL AND expires_at > ?1
       AND subject = (SELECT email FROM users WHERE id = user_id)`,
    now,
    tokenHash,
    purpose,
  )

/** Makes all unused tokens of this purpose invalid. */
export const voidOneTimeTokens = (userId: string, purpose: OneTimePurpose, now: number): Statement =>
  statement(
    'UPDATE one_time_tokens SET used_at = ? WHERE user_id = ? AND purpose = ? AND used_at IS NULL',
    now,
    userId,
    purpose,
  )
