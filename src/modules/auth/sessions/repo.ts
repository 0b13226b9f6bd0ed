import { and, count, eq, gt, isNull } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { sessions, type users } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'

export type SignInMethod = 'password' | 'oauth'

export type EndReason = 'signed_out' | 'revoked' | 'reuse' | 'password' | 'disabled'

export type SessionRow = typeof sessions.$inferSelect

const isOpen = (userId: string, now: number) =>
  and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now))

export function findSessions(
  db: Db,
  userId: string,
  options: ListOptions,
  now: number,
): Promise<SessionRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: sessions.createdAt }, sessions.id)
  return db
    .select()
    .from(sessions)
    .where(and(isOpen(userId, now), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countSessions(db: Db, userId: string, now: number): Promise<number> {
  const [row] = await db.select({ total: count() }).from(sessions).where(isOpen(userId, now))
  return row?.total ?? 0
}

const MAX_ADDRESSES = 50

/** The addresses of an account's latest sessions. Sessions that were revoked don't count: an attacker may have opened them. */
export async function findSessionAddresses(
  d1: D1Database,
  email: string,
  since: number,
): Promise<(string | null)[]> {
  const { results } = await d1
    .prepare(
      `SELECT address FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?1) AND created_at > ?2
         AND (revoked_at IS NULL OR revoked_reason = 'signed_out')
       ORDER BY created_at DESC LIMIT ${MAX_ADDRESSES}`,
    )
    .bind(email, since)
    .all<{ address: string | null }>()
  return results.map(({ address }) => address)
}

/** For a guard: misses if the account was disabled or its token version changed since it was read. */
export const markSignedIn = (userId: string, tokenVersion: number, now: number): Statement =>
  statement(
    "UPDATE users SET last_sign_in_at = ? WHERE id = ? AND token_version = ? AND status = 'active'",
    now,
    userId,
    tokenVersion,
  )

export const insertSession = (
  session: Pick<SessionRow, 'id' | 'userId' | 'method' | 'address' | 'userAgent' | 'createdAt' | 'expiresAt'>,
): Statement =>
  statement(
    'INSERT INTO sessions (id, user_id, method, address, user_agent, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    session.id,
    session.userId,
    session.method,
    session.address,
    session.userAgent,
    session.createdAt,
    session.createdAt,
    session.expiresAt,
  )

export const extendSession = (sessionId: string, expiresAt: number, now: number): Statement =>
  statement(
    'UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE id = ? AND revoked_at IS NULL',
    now,
    expiresAt,
    sessionId,
  )

/** Ends all sessions of a user except `exceptSessionId`. Their access tokens stop working at once: every request checks the session. */
export const endSessions = (
  userId: string,
  reason: EndReason,
  now: number,
  exceptSessionId: string | null = null,
): Statement =>
  statement(
    'UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE user_id = ? AND revoked_at IS NULL AND id IS NOT ?',
    now,
    reason,
    userId,
    exceptSessionId,
  )

export const endSession = (sessionId: string, userId: string, reason: EndReason, now: number): Statement =>
  statement(
    'UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL',
    now,
    reason,
    sessionId,
    userId,
  )

export type RefreshRow = Pick<
  Stored<typeof users.$inferSelect>,
  | 'id'
  | 'email'
  | 'emailVerifiedAt'
  | 'name'
  | 'role'
  | 'status'
  | 'tokenVersion'
  | 'personalTeamId'
  | 'mfaEnabled'
  | 'createdAt'
> & {
  tokenExpiresAt: number
  usedAt: number | null
  sessionId: string
  sessionCreatedAt: number
  sessionExpiresAt: number
  revokedAt: number | null
}

export const findRefreshToken = (d1: D1Database, tokenHash: string): Promise<RefreshRow | null> =>
  d1
    .prepare(
      `SELECT r.expires_at AS tokenExpiresAt, r.used_at AS usedAt, s.id AS sessionId, s.created_at AS sessionCreatedAt,
       s.expires_at AS sessionExpiresAt, s.revoked_at AS revokedAt, u.id AS id, u.email AS email,
       u.email_verified_at AS emailVerifiedAt, u.name AS name, u.role AS role, u.status AS status,
       u.token_version AS tokenVersion, u.personal_team_id AS personalTeamId, u.mfa_enabled AS mfaEnabled,
       u.created_at AS createdAt
     FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id JOIN users u ON u.id = s.user_id
     WHERE r.token_hash = ?`,
    )
    .bind(tokenHash)
    .first<RefreshRow>()

export const insertRefreshToken = (token: {
  tokenHash: string
  sessionId: string
  createdAt: number
  expiresAt: number
}): Statement =>
  statement(
    'INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    token.tokenHash,
    token.sessionId,
    token.createdAt,
    token.expiresAt,
  )

export const consumeRefreshToken = (tokenHash: string, tokenVersion: number, now: number): Statement =>
  statement(
    `UPDATE refresh_tokens SET used_at = ?1 WHERE token_hash = ?2 AND used_at IS NULL AND expires_at > ?1
       AND EXISTS (SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
                   WHERE s.id = session_id AND s.revoked_at IS NULL AND u.status = 'active' AND u.token_version = ?3)`,
    now,
    tokenHash,
    tokenVersion,
  )

/** Deletes a session's unused refresh tokens, so presenting one later is not treated as reuse. */
export const deleteUnusedRefreshTokens = (sessionId: string): Statement =>
  statement('DELETE FROM refresh_tokens WHERE session_id = ? AND used_at IS NULL', sessionId)
