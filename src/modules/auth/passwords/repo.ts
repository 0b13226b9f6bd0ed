import { type Statement, statement } from '../../../db/commit.ts'
import { deleteKeysIf } from '../../api-keys/index.ts'
import { IS_UNPROVEN } from '../account-repo.ts'

/** Stores the same password with current hash parameters, unless the password has changed in the meantime. */
export const replaceHash = (userId: string, before: string, after: string): Statement =>
  statement('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', after, userId, before)

/** For a guard: misses if another request has changed the password in the meantime. */
export const replacePassword = (userId: string, before: string, after: string, now: number): Statement =>
  statement(
    `UPDATE users SET password_hash = ?, token_version = token_version + 1, version = version + 1, updated_at = ?
     WHERE id = ? AND password_hash = ? AND status = 'active'`,
    after,
    now,
    userId,
    before,
  )

/** A reset token is sent by mail, so using it also verifies the address. */
export const resetPassword = (userId: string, hash: string, now: number): Statement =>
  statement(
    `UPDATE users SET password_hash = ?, token_version = token_version + 1, version = version + 1, updated_at = ?,
       email_verified_at = COALESCE(email_verified_at, ?) WHERE id = ?`,
    hash,
    now,
    now,
    userId,
  )

const NEVER_PROVEN = `EXISTS (SELECT 1 FROM users WHERE id = ?1 AND ${IS_UNPROVEN})`
const OF_UNPROVEN = `user_id = ?1 AND ${NEVER_PROVEN}`

/**
 * Removes API keys and second factors from an account whose address was never verified. Somebody else may have created
 * it under that address, to keep access through a key or to lock the owner of the address out with a second factor.
 * Run it before `resetPassword`, which verifies the address. An account that was verified once keeps its keys and second factor, even if
 * an administrator has since given it an unverified address: whoever reads the mail of a mistyped address must not get past them.
 */
export const deleteCredentialsOfUnproven = (userId: string): Statement[] => [
  deleteKeysIf(NEVER_PROVEN, userId),
  statement(`DELETE FROM totp_factors WHERE ${OF_UNPROVEN}`, userId),
  statement(`DELETE FROM backup_codes WHERE ${OF_UNPROVEN}`, userId),
  statement(`UPDATE users SET mfa_enabled = 0 WHERE id = ? AND ${IS_UNPROVEN}`, userId),
]

export type OtherAccess = { kind: 'key' | 'identity'; name: string; mark: string }

/** Up to `limit` API keys and `limit` linked providers that open an account. */
export async function findOtherAccess(
  d1: D1Database,
  userId: string,
  now: number,
  limit: number,
): Promise<{ keys: OtherAccess[]; identities: OtherAccess[] }> {
  const [keys, identities] = await d1.batch<OtherAccess>([
    d1
      .prepare(
        `SELECT 'key' AS kind, name, last_four AS mark FROM api_keys
         WHERE user_id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2) LIMIT ?3`,
      )
      .bind(userId, now, limit),
    d1
      .prepare(
        `SELECT 'identity' AS kind, provider AS name, email AS mark FROM oauth_identities WHERE user_id = ?1 LIMIT ?2`,
      )
      .bind(userId, limit),
  ])
  return { keys: keys?.results ?? [], identities: identities?.results ?? [] }
}
