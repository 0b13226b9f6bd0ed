// Starting sessions and signing their tokens. Invariants:
// 1. Only the hash of a refresh token is stored. A token works once: one conditional statement marks it used.
// 2. All refresh tokens of a session are one family. A used token means that it was stolen, and either party may be
//    presenting it, so the session ends.
// 3. A session starts only for an active user whose token version has not changed since it was checked. Changing the
//    password or disabling the account during a sign-in leaves no session behind.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Statement } from '../../../db/commit.ts'
import type { PlatformRole } from '../../../db/schema/index.ts'
import { ACCESS_TOKEN_LIFE_MS, signAccessToken } from './access-token.ts'
import { insertRefreshToken, insertSession, markSignedIn, type SignInMethod } from './repo.ts'
import type { IssuedTokens, SignedInUser } from './schema.ts'

export const REFRESH_TOKEN_LIFE_MS = 7 * DAY_MS
/** A session ends this long after the sign-in, however often it is refreshed. */
export const SESSION_LIFE_MS = 30 * DAY_MS

/** What starting a session needs to know about the user. */
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
  tokens: IssuedTokens
  /** The guard for `commit`, unless the same commit inserts the user. If it misses, the sign-in fails. */
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
  const expiresAt = now + REFRESH_TOKEN_LIFE_MS
  const { tokens, refreshRow } = await issueTokens(request, user, sessionId, expiresAt)
  const { address, userAgent } = request
  return {
    sessionId,
    tokens,
    guard: markSignedIn(user.id, user.tokenVersion, now),
    statements: [
      insertSession({
        id: sessionId,
        userId: user.id,
        method,
        address,
        userAgent,
        createdAt: now,
        expiresAt,
      }),
      refreshRow,
    ],
  }
}

/** A new token pair for a session, and the row that stores the refresh token. */
export async function issueTokens(
  request: RequestContext,
  user: SessionUser,
  sessionId: string,
  refreshExpiresAt: number,
  refreshToken = randomToken(),
): Promise<{ tokens: IssuedTokens; refreshRow: Statement }> {
  return {
    tokens: await signTokens(request, user, sessionId, refreshToken),
    refreshRow: insertRefreshToken({
      tokenHash: await sha256Hex(refreshToken),
      sessionId,
      createdAt: request.now(),
      expiresAt: refreshExpiresAt,
    }),
  }
}

/** A pair of a new access token and a refresh token that is or will be stored. */
export async function signTokens(
  request: RequestContext,
  user: SessionUser,
  sessionId: string,
  refreshToken: string,
): Promise<IssuedTokens> {
  const { id: userId, tokenVersion, personalTeamId } = user
  const claims = { userId, sessionId, tokenVersion, personalTeamId }
  return {
    accessToken: await signAccessToken(request.settings, claims, request.now()),
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: ACCESS_TOKEN_LIFE_MS / 1000,
    user: toSignedInUser(user),
  }
}

/** Throws if the installation requires verified addresses and this one is not. A password reset by mail also verifies it. */
export function requireVerified(request: RequestContext, user: { emailVerifiedAt: number | null }): void {
  if (user.emailVerifiedAt !== null || !request.settings.REQUIRE_VERIFIED_EMAIL) return
  throw new AppError('auth.email_not_verified', {
    detail: 'Confirm the address with the token from the email, or reset the password by email.',
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
