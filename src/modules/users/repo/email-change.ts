import { type Statement, statement } from '../../../db/commit.ts'

const PURPOSE = 'email_change'

/** A user has at most one pending change. A new one voids the previous token. */
export const voidEmailChanges = (userId: string, now: number): Statement =>
  statement(
    'UPDATE one_time_tokens SET used_at = ? WHERE user_id = ? AND purpose = ? AND used_at IS NULL',
    now,
    userId,
    PURPOSE,
  )

export const insertEmailChange = (
  userId: string,
  change: { tokenHash: string; email: string; expiresAt: number },
  now: number,
): Statement =>
  statement(
    'INSERT INTO one_time_tokens (token_hash, user_id, purpose, subject, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    change.tokenHash,
    userId,
    PURPOSE,
    change.email,
    now,
    change.expiresAt,
  )

const IS_VALID = `token_hash = ?1 AND user_id = ?2 AND purpose = '${PURPOSE}' AND used_at IS NULL AND expires_at > ?3`

export async function findEmailChange(
  d1: D1Database,
  tokenHash: string,
  userId: string,
  now: number,
): Promise<string | null> {
  const row = await d1
    .prepare(`SELECT subject FROM one_time_tokens WHERE ${IS_VALID}`)
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
    `UPDATE one_time_tokens SET used_at = ?3 WHERE ${IS_VALID}
       AND NOT EXISTS (SELECT 1 FROM users u WHERE u.email = one_time_tokens.subject)
       AND (?4 IS NULL OR EXISTS (SELECT 1 FROM users v WHERE v.id = ?2 AND v.version = ?4))`,
    tokenHash,
    userId,
    now,
    seenVersion,
  )

/** Use it only in a commit with `guardEmailChange`. The token was sent by mail, so the address is verified. */
export const setEmail = (userId: string, email: string, now: number): Statement =>
  statement(
    'UPDATE users SET email = ?1, email_verified_at = ?2, version = version + 1, updated_at = ?2 WHERE id = ?3',
    email,
    now,
    userId,
  )

export async function isEmailTaken(d1: D1Database, email: string): Promise<boolean> {
  const row = await d1.prepare('SELECT 1 AS taken FROM users WHERE email = ?').bind(email).first()
  return row !== null
}
