// Changes to users. Invariants:
// 1. Every change asks in its own statement whether who makes it is an active admin still: of two admins who take each
//    other's rights away at once, the second has none any more.
// 2. Rights are only taken from others. Together: the platform never loses its last admin here.
import type { Plan } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import type { PlatformRole, UserStatus } from '../../../db/schema/index.ts'

const IS_ADMIN = "EXISTS (SELECT 1 FROM users a WHERE a.id = ?1 AND a.role = 'admin' AND a.status = 'active')"
/** For If-Match: the version that was seen, or null when any will do. */
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

/** A new token version ends every access token, also one that was signed while the account is disabled. */
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

/** Only another's, like rights: to one's own a stolen session of an admin would be enough. */
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

/** Misses when a team was added or given away since they were counted, or someone has joined one. */
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

/** Only behind the insert of the same commit. */
export const setNewRole = (userId: string, role: PlatformRole): Statement =>
  statement('UPDATE users SET role = ? WHERE id = ?', role, userId)

/**
 * The role `premium` gives its holder at least the plan of that name: the personal team, whose plan new teams get, moves
 * with the role, in the same commit. What was chosen above it stays, and what is in use is not asked: the rows stay, and
 * only what is new is refused.
 */
export function movePlan(userId: string, from: PlatformRole, to: PlatformRole, now: number): Statement[] {
  if (from === to || (from !== 'premium' && to !== 'premium')) return []
  return [
    statement(
      `UPDATE teams SET plan = ?3, version = version + 1, updated_at = ?4
       WHERE id = (SELECT u.personal_team_id FROM users u WHERE u.id = ?1) AND plan = ?2`,
      userId,
      ...(to === 'premium' ? ['free', 'premium'] : ['premium', 'free']),
      now,
    ),
  ]
}

/** What `movePlan` makes of a plan. */
export function movedPlan(plan: Plan, from: PlatformRole, to: PlatformRole): Plan {
  if (to === 'premium') return plan === 'free' ? 'premium' : plan
  return from === 'premium' && plan === 'premium' ? 'free' : plan
}

/** Links that were sent to an address that is not theirs any more. */
export const voidMailedTokens = (userId: string, now: number): Statement =>
  statement('UPDATE one_time_tokens SET used_at = ? WHERE user_id = ? AND used_at IS NULL', now, userId)
