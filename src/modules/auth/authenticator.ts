// From a credential to an actor: what it says is checked first, then one query says whether it still holds.
import type { Actor, RequestContext } from '../../context.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import type { Plan } from '../../core/plans.ts'
import { columns, hotRead } from '../../db/hot-read.ts'
import type { PlatformRole, TeamRole } from '../../db/schema/index.ts'
import type { Authenticator, Credential } from '../../http/authenticator.ts'
import { hashApiKey, isMeantAsApiKey, looksLikeApiKey } from './api-keys/format.ts'
import { verifyAccessToken } from './sessions/access-token.ts'

type UserRow = {
  userId: string
  email: string
  emailVerifiedAt: number | null
  platformRole: PlatformRole
  status: 'active' | 'disabled'
  tokenVersion: number
  teamId: string | null
  plan: Plan | null
  teamRole: TeamRole | null
}
type TokenRow = UserRow & { sessionId: string | null }
type KeyRow = UserRow & {
  keyId: string
  scopes: string
  keyExpiresAt: number | null
  keyLastUsedAt: number | null
}
type PrincipalRow = UserRow & Partial<TokenRow & KeyRow>

const USER: Record<keyof UserRow, string> = {
  userId: 'u.id',
  email: 'u.email',
  emailVerifiedAt: 'u.email_verified_at',
  platformRole: 'u.role',
  status: 'u.status',
  tokenVersion: 'u.token_version',
  teamId: 't.id',
  plan: 't.plan',
  teamRole: 'm.role',
}
const TOKEN_COLUMNS = columns<TokenRow>({ ...USER, sessionId: 's.id' })
const KEY_COLUMNS = columns<KeyRow>({
  ...USER,
  keyId: 'k.id',
  scopes: 'k.scopes',
  keyExpiresAt: 'k.expires_at',
  keyLastUsedAt: 'k.last_used_at',
})

const BY_TOKEN = `FROM users u
LEFT JOIN sessions s ON s.id = ?2 AND s.user_id = u.id AND s.revoked_at IS NULL
LEFT JOIN team_members m ON m.team_id = COALESCE(?3, u.personal_team_id) AND m.user_id = u.id
LEFT JOIN teams t ON t.id = m.team_id
WHERE u.id = ?1`

const BY_KEY = `FROM api_keys k
JOIN users u ON u.id = k.user_id
LEFT JOIN team_members m ON m.team_id = k.team_id AND m.user_id = k.user_id AND m.team_id = COALESCE(?2, k.team_id)
LEFT JOIN teams t ON t.id = m.team_id
WHERE k.key_hash = ?1 AND k.revoked_at IS NULL`

/** A key's last use is written at most this often: it is a hint for people, not a count. */
const KEY_USE_GRAIN_MS = MINUTE_MS

export const authenticator: Authenticator = {
  async readCredential(request, text) {
    if (looksLikeApiKey(text)) return { kind: 'api_key', keyHash: await hashApiKey(text) }
    if (isMeantAsApiKey(text)) throw new AppError('auth.invalid_key')
    return { kind: 'user', ...(await verifyAccessToken(request.settings, text, request.now())) }
  },

  principalQuery(credential, teamId) {
    return credential.kind === 'user'
      ? hotRead(TOKEN_COLUMNS, BY_TOKEN, [credential.userId, credential.sessionId, teamId])
      : hotRead(KEY_COLUMNS, BY_KEY, [credential.keyHash, teamId])
  },

  toActor(request, credential, found) {
    if (credential.kind === 'user') requireLiveToken(credential, found as TokenRow | undefined)
    else requireLiveKey(request, found as KeyRow | undefined)
    const row = found as PrincipalRow
    if (row.status !== 'active') throw new AppError('auth.account_disabled')
    if (row.teamId === null || row.teamRole === null || row.plan === null) throw notFound('The team')
    if (row.keyId) noteKeyUse(request, row.keyId, row.keyLastUsedAt ?? null)
    return toActor(credential, row, { teamId: row.teamId, teamRole: row.teamRole, plan: row.plan })
  },
}

function requireLiveToken(
  credential: Extract<Credential, { kind: 'user' }>,
  row: TokenRow | undefined,
): void {
  if (!row || row.tokenVersion !== credential.tokenVersion || row.sessionId === null) {
    throw new AppError('auth.invalid_token', { detail: 'The session has ended; sign in again.' })
  }
}

function requireLiveKey(request: RequestContext, row: KeyRow | undefined): void {
  if (!row) throw new AppError('auth.invalid_key')
  if (row.keyExpiresAt !== null && row.keyExpiresAt <= request.now()) {
    throw new AppError('auth.invalid_key', { detail: 'The API key has expired.' })
  }
}

const toActor = (
  credential: Credential,
  row: PrincipalRow,
  team: { teamId: string; teamRole: TeamRole; plan: Plan },
): Actor => ({
  kind: credential.kind,
  userId: row.userId,
  email: row.email,
  emailVerified: row.emailVerifiedAt !== null,
  platformRole: row.platformRole,
  ...team,
  sessionId: row.sessionId ?? null,
  keyId: row.keyId ?? null,
  scopes: row.scopes ? (JSON.parse(row.scopes) as string[]) : null,
})

function noteKeyUse(request: RequestContext, keyId: string, lastUsedAt: number | null): void {
  const now = request.now()
  if (lastUsedAt !== null && now - lastUsedAt < KEY_USE_GRAIN_MS) return
  request.defer(
    request.env.DB.prepare('UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1')
      .bind(keyId, now)
      .run()
      .catch(() => undefined),
  )
}
