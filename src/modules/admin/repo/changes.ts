// Changes to users by administrators. Invariants:
// 1. Every change checks in its own statement that the actor is still an active admin. If two admins revoke each other's rights
//    at the same time, the second change fails.
// 2. Admins can only revoke rights of others. Together these keep the platform's last admin.
import { type Statement, statement } from '../../../db/commit.ts'
import type { PlatformRole, UserStatus } from '../../../db/schema/index.ts'

const IS_ADMIN = "EXISTS (SELECT 1 FROM users a WHERE a.id = ?1 AND a.role = 'admin' AND a.status = 'active')"
/** For If-Match: the expected version, or null for any. */
const atVersion = (place: string): string => `(${place} IS NULL OR users.version = ${place})`

const STAYS_ADMIN = `users.id <> ?1 AND ${IS_ADMIN}`

export const guardAdmin = (actorId: string): Statement =>
  statement(`UPDATE users SET version = version WHERE id = ?1 AND ${IS_ADMIN}`, actorId)

type UserChange = { email: string; name: string; emailVerifiedAt: number | null }

export const guardChange = (
  actorId: string,
  userId: string,
  seenVersion: number,
  { email, name, emailVerifiedAt }: UserChange,
  now: number,
): Statement =>
  statement(
    `UPDATE users SET email = ?4, name = ?5, verified_before_at = COALESCE(verified_before_at, email_verified_at),
       email_verified_at = ?6, version = version + 1, updated_at = ?7
     WHERE id = ?2 AND version = ?3 AND ${IS_ADMIN}`,
    actorId,
    userId,
    seenVersion,
    email,
    name,
    emailVerifiedAt,
    now,
  )

export const guardRole = (
  actorId: string,
  userId: string,
  seen: PlatformRole,
  role: PlatformRole,
  seenVersion: number | null,
  now: number,
): Statement =>
  statement(
    `UPDATE users SET role = ?4, version = version + 1, updated_at = ?5
     WHERE id = ?2 AND role = ?3 AND ${atVersion('?6')} AND ${STAYS_ADMIN}`,
    actorId,
    userId,
    seen,
    role,
    now,
    seenVersion,
  )

/** The new token version ends every access token, including any signed while the account is disabled. */
export const guardStatus = (
  actorId: string,
  userId: string,
  seen: UserStatus,
  status: UserStatus,
  seenVersion: number | null,
  now: number,
): Statement =>
  statement(
    `UPDATE users SET status = ?4, token_version = token_version + 1, version = version + 1, updated_at = ?5
     WHERE id = ?2 AND status = ?3 AND ${atVersion('?6')} AND ${STAYS_ADMIN}`,
    actorId,
    userId,
    seen,
    status,
    now,
    seenVersion,
  )

/** Only for other users. Otherwise an admin's stolen session could remove the admin's own second factor. */
export const guardMfaRemoval = (
  actorId: string,
  userId: string,
  seenVersion: number | null,
  now: number,
): Statement =>
  statement(
    `UPDATE users SET mfa_enabled = 0, version = version + 1, updated_at = ?3
     WHERE id = ?2 AND mfa_enabled = 1 AND ${atVersion('?4')} AND ${STAYS_ADMIN}`,
    actorId,
    userId,
    now,
    seenVersion,
  )

/** Misses if the number of owned teams has changed, or if somebody has joined one of them. */
export const guardRemoval = (
  actorId: string,
  userId: string,
  ownedTeams: number,
  seenVersion: number | null,
): Statement =>
  statement(
    `UPDATE users SET status = 'disabled', token_version = token_version + 1
     WHERE id = ?2 AND (SELECT count(*) FROM teams t WHERE t.owner_id = ?2) = ?3
       AND NOT EXISTS (SELECT 1 FROM teams t JOIN team_members m ON m.team_id = t.id
                       WHERE t.owner_id = ?2 AND m.user_id <> ?2)
       AND ${atVersion('?4')} AND ${STAYS_ADMIN}`,
    actorId,
    userId,
    ownedTeams,
    seenVersion,
  )

/** Use it only in the commit that inserts the user. */
export const setNewRole = (userId: string, role: PlatformRole): Statement =>
  statement('UPDATE users SET role = ? WHERE id = ?', role, userId)
