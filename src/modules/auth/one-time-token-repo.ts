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

export const consumeOneTimeTokenByHash = (
  tokenHash: string,
  purpose: OneTimePurpose,
  now: number,
): Statement =>
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

/** Voids the tokens of every purpose, such as those that were mailed to a previous address. */
export const voidAllOneTimeTokens = (userId: string, now: number): Statement =>
  statement('UPDATE one_time_tokens SET used_at = ? WHERE user_id = ? AND used_at IS NULL', now, userId)

/** For a change of address the subject is the new one. */
const IS_VALID_CHANGE = `token_hash = ?1 AND user_id = ?2 AND purpose = 'email_change' AND used_at IS NULL AND expires_at > ?3`

export async function findEmailChange(
  d1: D1Database,
  tokenHash: string,
  userId: string,
  now: number,
): Promise<string | null> {
  const row = await d1
    .prepare(`SELECT subject FROM one_time_tokens WHERE ${IS_VALID_CHANGE}`)
    .bind(tokenHash, userId, now)
    .first<{ subject: string }>()
  return row?.subject ?? null
}

/** Spends the token unless another account has taken the address in the meantime. */
export const guardEmailChange = (
  tokenHash: string,
  userId: string,
  seenVersion: number | null,
  now: number,
): Statement =>
  statement(
    `UPDATE one_time_tokens SET used_at = ?3 WHERE ${IS_VALID_CHANGE}
       AND NOT EXISTS (SELECT 1 FROM users u WHERE u.email = one_time_tokens.subject)
       AND (?4 IS NULL OR EXISTS (SELECT 1 FROM users v WHERE v.id = ?2 AND v.version = ?4))`,
    tokenHash,
    userId,
    now,
    seenVersion,
  )
