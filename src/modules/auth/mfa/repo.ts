import { type Statement, statement } from '../../../db/commit.ts'

export type FactorOwner = {
  userId: string
  email: string
  passwordHash: string | null
  personalTeamId: string
  mfaEnabled: number
  /** Encrypted. Null if no setup was started. */
  secret: string | null
  confirmedAt: number | null
}

export const findFactorOwner = (d1: D1Database, userId: string): Promise<FactorOwner | null> =>
  d1
    .prepare(
      `SELECT u.id AS userId, u.email, u.password_hash AS passwordHash, u.personal_team_id AS personalTeamId,
         u.mfa_enabled AS mfaEnabled, f.secret, f.confirmed_at AS confirmedAt
       FROM users u LEFT JOIN totp_factors f ON f.user_id = u.id WHERE u.id = ?`,
    )
    .bind(userId)
    .first<FactorOwner>()

/** Starts a setup, or replaces an unconfirmed one. Changes nothing if a factor is already confirmed. */
export const upsertFactor = (userId: string, secret: string, now: number): Statement =>
  statement(
    `INSERT INTO totp_factors (user_id, secret, created_at) VALUES (?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_used_step = 0
     WHERE confirmed_at IS NULL`,
    userId,
    secret,
    now,
  )

/** Confirms only the setup that the code was checked against, and marks the code's step as used. */
export const confirmFactor = (userId: string, secret: string, step: number, now: number): Statement =>
  statement(
    'UPDATE totp_factors SET confirmed_at = ?, last_used_step = ? WHERE user_id = ? AND secret = ? AND confirmed_at IS NULL',
    now,
    step,
    userId,
    secret,
  )

export const setMfaEnabled = (userId: string, enabled: boolean, now: number): Statement =>
  statement(
    'UPDATE users SET mfa_enabled = ?, updated_at = ? WHERE id = ? AND mfa_enabled = ?',
    enabled ? 1 : 0,
    now,
    userId,
    enabled ? 0 : 1,
  )

export const deleteFactor = (userId: string): Statement =>
  statement('DELETE FROM totp_factors WHERE user_id = ?', userId)

export const deleteBackupCodes = (userId: string): Statement =>
  statement('DELETE FROM backup_codes WHERE user_id = ?', userId)

export const insertBackupCodes = (userId: string, hashes: string[]): Statement =>
  statement(
    `INSERT INTO backup_codes (code_hash, user_id) VALUES ${hashes.map(() => '(?, ?)').join(', ')}`,
    ...hashes.flatMap((hash) => [hash, userId]),
  )

/** Returns true for only one of the requests with a code of this step or an earlier one. */
export async function consumeStep(d1: D1Database, userId: string, step: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      'UPDATE totp_factors SET last_used_step = ?2 WHERE user_id = ?1 AND confirmed_at IS NOT NULL AND last_used_step < ?2',
    )
    .bind(userId, step)
    .run()
  return meta.changes === 1
}

export const consumeBackupCodeByHash = (userId: string, codeHash: string, now: number): Statement =>
  statement(
    'UPDATE backup_codes SET used_at = ? WHERE code_hash = ? AND user_id = ? AND used_at IS NULL',
    now,
    codeHash,
    userId,
  )

export async function findFactorsToRewrap(
  d1: D1Database,
  currentKeyId: string,
  limit: number,
): Promise<{ userId: string; personalTeamId: string; secret: string }[]> {
  const current = `v1.${currentKeyId}.`
  const { results } = await d1
    .prepare(
      `SELECT f.user_id AS userId, u.personal_team_id AS personalTeamId, f.secret
       FROM totp_factors f JOIN users u ON u.id = f.user_id WHERE substr(f.secret, 1, ?) <> ? LIMIT ?`,
    )
    .bind(current.length, current, limit)
    .all<{ userId: string; personalTeamId: string; secret: string }>()
  return results
}

export const replaceFactorSecret = (d1: D1Database, userId: string, from: string, to: string) =>
  d1
    .prepare('UPDATE totp_factors SET secret = ?3 WHERE user_id = ?1 AND secret = ?2')
    .bind(userId, from, to)
    .run()
