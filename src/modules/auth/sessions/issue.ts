// Sessions and their refresh tokens. Invariants:
// 1. A refresh token is known here only by its hash, and is good once: it is marked used by one conditional statement.
// 2. All refresh tokens of a session are one family. Who shows a used one may be a thief or the robbed, so the session ends.
// 3. A session is only begun for an active user whose token version is still the one that was checked: a password
//    changed, or an account disabled, while a sign-in was under way leaves no session behind.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import type { PlatformRole } from '../../../db/schema/index.ts'
import type { SignedInUser, Tokens } from '../schema.ts'
import { ACCESS_TOKEN_LIFE_MS, signAccessToken } from './access-token.ts'

export const REFRESH_TOKEN_LIFE_MS = 7 * DAY_MS
/** However often it is refreshed, a session ends this long after the sign-in. */
export const SESSION_LIFE_MS = 30 * DAY_MS

export type SignInMethod = 'password' | 'oauth'

export type EndReason = 'signed_out' | 'revoked' | 'reuse' | 'password' | 'disabled'

/** What must be known of a user to begin a session. */
export type SessionUser = {
  id: string
  email: string
  emailVerifiedAt: number | null
  name: string
  role: PlatformRole
  tokenVersion: number
  personalTeamId: string
  mfaEnabled: boolean
  createdAt: number
}

export type IssuedSession = {
  sessionId: string
  tokens: Tokens
  /** Goes into `commit` as its guard, unless the user is inserted in the same commit. When it misses, nobody is signed in. */
  guard: Statement
  statements: Statement[]
}

export async function issueSession(
  request: RequestContext,
  user: SessionUser,
  method: SignInMethod,
): Promise<IssuedSession> {
  const now = request.now()
  const sessionId = newId('ses', now)
  const { tokens, refreshRow } = await mintTokens(request, user, sessionId, now + REFRESH_TOKEN_LIFE_MS)
  return {
    sessionId,
    tokens,
    guard: statement(
      "UPDATE users SET last_sign_in_at = ? WHERE id = ? AND token_version = ? AND status = 'active'",
      now,
      user.id,
      user.tokenVersion,
    ),
    statements: [
      statement(
        'INSERT INTO sessions (id, user_id, method, address, user_agent, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        sessionId,
        user.id,
        method,
        request.address,
        request.userAgent,
        now,
        now,
        now + REFRESH_TOKEN_LIFE_MS,
      ),
      refreshRow,
    ],
  }
}

/** A fresh pair for a session, and the row that makes the refresh token good. */
export async function mintTokens(
  request: RequestContext,
  user: SessionUser,
  sessionId: string,
  refreshExpiresAt: number,
): Promise<{ tokens: Tokens; refreshRow: Statement }> {
  const now = request.now()
  const refreshToken = randomToken()
  const accessToken = await signAccessToken(
    request.settings,
    { userId: user.id, sessionId, tokenVersion: user.tokenVersion, personalTeamId: user.personalTeamId },
    now,
  )
  return {
    tokens: {
      accessToken,
      refreshToken,
      tokenType: 'Bearer',
      expiresIn: ACCESS_TOKEN_LIFE_MS / 1000,
      user: toSignedInUser(user),
    },
    refreshRow: statement(
      'INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
      await sha256Hex(refreshToken),
      sessionId,
      now,
      refreshExpiresAt,
    ),
  }
}

/** Ends all sessions of a user but `exceptSessionId`. Their access tokens fail at once: each request asks for the session. */
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

/** For `commit` on a public route, once it is proven who asks: the entry stands in the log of their personal team. */
export const onBehalfOf = (request: RequestContext, user: { id: string; personalTeamId: string }) => ({
  ...request,
  actor: { kind: 'user' as const, userId: user.id, teamId: user.personalTeamId, keyId: null },
})

/** Only where the installation asks for it. A reset by mail proves the address too, so nobody is shut out for good. */
export function requireVerified(request: RequestContext, user: { emailVerifiedAt: number | null }): void {
  if (user.emailVerifiedAt !== null || !request.settings.REQUIRE_VERIFIED_EMAIL) return
  throw new AppError('auth.email_not_verified', {
    detail: 'Confirm the address with the token of the mail, or ask for a new password by mail.',
  })
}

export const toSignedInUser = (user: SessionUser): SignedInUser => ({
  id: user.id,
  email: user.email,
  emailVerified: user.emailVerifiedAt !== null,
  name: user.name,
  role: user.role,
  mfaEnabled: user.mfaEnabled,
  personalTeamId: user.personalTeamId,
  createdAt: toIso(user.createdAt),
})
