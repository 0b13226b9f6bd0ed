// Trades a refresh token for a new pair. Using a token twice ends the session, even when both requests arrive at the same
// moment. There is no grace period, because a thief could use it too.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { actingAs } from '../acting-as.ts'
import { issueTokens, REFRESH_TOKEN_LIFE_MS, requireVerified, SESSION_LIFE_MS } from './issue.ts'
import { endSession, extendSession, findRefreshToken, type RefreshRow, spendRefreshToken } from './repo.ts'
import type { Tokens } from './schema.ts'

export async function refresh(request: RequestContext, refreshToken: string): Promise<Tokens> {
  const now = request.now()
  const tokenHash = await sha256Hex(refreshToken)
  const row = await findRefreshToken(request, tokenHash)
  if (row === null) throw refused()
  if (row.usedAt !== null) return refuseReuse(request, row)
  if (row.tokenExpiresAt <= now || row.sessionExpiresAt <= now || row.revokedAt !== null) throw refused()
  if (row.status !== 'active') throw new AppError('auth.account_disabled')
  requireVerified(request, row)

  const user = { ...row, mfaEnabled: row.mfaEnabled === 1 }
  const expiresAt = Math.min(now + REFRESH_TOKEN_LIFE_MS, row.sessionCreatedAt + SESSION_LIFE_MS)
  const { tokens, refreshRow } = await issueTokens(request, user, row.sessionId, expiresAt)
  const outcome = await commit(actingAs(request, user), {
    guard: spendRefreshToken(tokenHash, row.tokenVersion, now),
    statements: [refreshRow, extendSession(row.sessionId, expiresAt, now)],
    audit: { action: 'session.refreshed', targetType: 'session', targetId: row.sessionId },
  })
  if (outcome === 'done') return tokens
  const after = await findRefreshToken(request, tokenHash)
  if (after !== null && after.usedAt !== null) return refuseReuse(request, after)
  throw refused()
}

async function refuseReuse(request: RequestContext, row: RefreshRow): Promise<never> {
  // The guard misses if the session has already ended. Then there is nothing to do.
  await commit(request, {
    guard: endSession(row.sessionId, row.id, 'reuse', request.now()),
    audit: {
      action: 'session.reuse_detected',
      targetType: 'session',
      targetId: row.sessionId,
      teamId: row.personalTeamId,
    },
    messages: [{ type: 'live.revoke', of: 'user', id: row.id }],
  })
  throw refused()
}

const refused = (): AppError => new AppError('auth.invalid_refresh_token')
