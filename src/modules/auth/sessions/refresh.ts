// One refresh token for the next. Whoever comes second with the same token ends the session, also when both came at
// the same moment: there is no grace, since a thief would have it too.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { commit, type Statement, statement } from '../../../db/commit.ts'
import type { PlatformRole, UserStatus } from '../../../db/schema/index.ts'
import type { Tokens } from '../schema.ts'
import {
  endSession,
  mintTokens,
  onBehalfOf,
  REFRESH_TOKEN_LIFE_MS,
  requireVerified,
  SESSION_LIFE_MS,
} from './issue.ts'

type RefreshRow = {
  tokenExpiresAt: number
  usedAt: number | null
  sessionId: string
  sessionCreatedAt: number
  sessionExpiresAt: number
  revokedAt: number | null
  id: string
  email: string
  emailVerifiedAt: number | null
  name: string
  role: PlatformRole
  status: UserStatus
  tokenVersion: number
  personalTeamId: string
  mfaEnabled: number
  createdAt: number
}

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
  const { tokens, refreshRow } = await mintTokens(request, user, row.sessionId, expiresAt)
  const outcome = await commit(onBehalfOf(request, user), {
    guard: spendRefreshToken(tokenHash, row.tokenVersion, now),
    statements: [refreshRow, prolong(row.sessionId, expiresAt, now)],
    audit: { action: 'session.refreshed', targetType: 'session', targetId: row.sessionId },
  })
  if (outcome === 'done') return tokens
  const after = await findRefreshToken(request, tokenHash)
  if (after !== null && after.usedAt !== null) return refuseReuse(request, after)
  throw refused()
}

async function refuseReuse(request: RequestContext, row: RefreshRow): Promise<never> {
  // Missed when the session has ended already: then there is nothing left to do.
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

const findRefreshToken = (request: RequestContext, tokenHash: string): Promise<RefreshRow | null> =>
  request.env.DB.prepare(
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

const spendRefreshToken = (tokenHash: string, tokenVersion: number, now: number): Statement =>
  statement(
    `UPDATE refresh_tokens SET used_at = ?1 WHERE token_hash = ?2 AND used_at IS NULL AND expires_at > ?1
       AND EXISTS (SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
                   WHERE s.id = session_id AND s.revoked_at IS NULL AND u.status = 'active' AND u.token_version = ?3)`,
    now,
    tokenHash,
    tokenVersion,
  )

const prolong = (sessionId: string, expiresAt: number, now: number): Statement =>
  statement(
    'UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE id = ? AND revoked_at IS NULL',
    now,
    expiresAt,
    sessionId,
  )
