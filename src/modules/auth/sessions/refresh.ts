// Exchanges a refresh token for a new pair. Invariants:
// 1. Using a token twice ends the session, even if both requests arrive at the same moment: one of them may be a thief's.
// 2. Exception for the console's cookie, which every tab sends: for a few seconds, the token that was used last returns the same
//    successor again, as long as that has not been used. So tabs that refresh at the same time, or a lost response, sign
//    nobody out. There is never more than one token that works.
import type { RequestContext } from '../../../context.ts'
import { fromBase64Url, hmac, randomToken, sha256Hex, toBase64Url, utf8 } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import type { KeyRing } from '../../../core/secret-box.ts'
import { commit } from '../../../db/commit.ts'
import { actingAs } from '../acting-as.ts'
import { issueTokens, REFRESH_TOKEN_LIFE_MS, requireVerified, SESSION_LIFE_MS, signTokens } from './issue.ts'
import { consumeRefreshToken, endSession, extendSession, findRefreshToken, type RefreshRow } from './repo.ts'
import type { IssuedTokens } from './schema.ts'

const GRACE_MS = 20_000

export async function refresh(
  request: RequestContext,
  token: string,
  from: 'body' | 'cookie' = 'body',
): Promise<IssuedTokens> {
  const now = request.now()
  const tokenHash = await sha256Hex(token)
  const row = await findRefreshToken(request.env.DB, tokenHash)
  if (row === null) throw refused()
  // Only tokens from the cookie have a successor that can be derived again.
  const successor = from === 'cookie' ? await successorOf(request.settings.SECRETS_KEYS, token) : null
  if (row.usedAt !== null) return again(request, row, successor)
  requireUsable(request, row)

  const user = toUser(row)
  const expiresAt = Math.min(now + REFRESH_TOKEN_LIFE_MS, row.sessionCreatedAt + SESSION_LIFE_MS)
  const { tokens, refreshRow } = await issueTokens(
    request,
    user,
    row.sessionId,
    expiresAt,
    successor ?? randomToken(),
  )
  const outcome = await commit(actingAs(request, user), {
    guard: consumeRefreshToken(tokenHash, row.tokenVersion, now),
    statements: [refreshRow, extendSession(row.sessionId, expiresAt, now)],
    audit: { action: 'session.refreshed', targetType: 'session', targetId: row.sessionId },
  })
  if (outcome === 'done') return tokens
  const after = await findRefreshToken(request.env.DB, tokenHash)
  if (after !== null && after.usedAt !== null) return again(request, after, successor)
  throw refused()
}

/** Handles a used token: returns the same successor to a second tab, and ends the session in all other cases. */
async function again(
  request: RequestContext,
  used: RefreshRow,
  successor: string | null,
): Promise<IssuedTokens> {
  if (successor !== null && request.now() - (used.usedAt ?? 0) <= GRACE_MS) {
    const row = await findRefreshToken(request.env.DB, await sha256Hex(successor))
    if (row !== null && row.usedAt === null) {
      requireUsable(request, row)
      return signTokens(request, toUser(row), row.sessionId, successor)
    }
  }
  return refuseReuse(request, used)
}

function requireUsable(request: RequestContext, row: RefreshRow): void {
  const now = request.now()
  if (row.tokenExpiresAt <= now || row.sessionExpiresAt <= now || row.revokedAt !== null) throw refused()
  if (row.status !== 'active') throw new AppError('auth.account_disabled')
  requireVerified(request, row)
}

const toUser = (row: RefreshRow) => ({ ...row, mfaEnabled: row.mfaEnabled === 1 })

/** Derived from the token and a key of the installation, so it can be computed again but not guessed. */
const successorOf = async (ring: KeyRing, token: string): Promise<string> =>
  toBase64Url(
    await hmac(
      'SHA-256',
      fromBase64Url(ring.keys[ring.current] ?? ''),
      utf8(`orrery refresh successor ${token}`),
    ),
  )

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
