import type { Plan } from '../../core/plans.ts'
import { columns, hotRead } from '../../db/hot-read.ts'
import { SETTINGS_TEXT } from '../../db/platform-settings.ts'
import type { PlatformRole, TeamRole } from '../../db/schema/index.ts'

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
  platformSettings: string | null
}
export type TokenRow = UserRow & { sessionId: string | null }
export type KeyRow = UserRow & {
  keyId: string
  scopes: string
  keyExpiresAt: number | null
  keyLastUsedAt: number | null
}
export type PrincipalRow = UserRow & Partial<TokenRow & KeyRow>

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
  platformSettings: SETTINGS_TEXT,
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

export const findPrincipalByToken = (userId: string, sessionId: string, teamId: string | null) =>
  hotRead(TOKEN_COLUMNS, BY_TOKEN, [userId, sessionId, teamId])

export const findPrincipalByKey = (keyHash: string, teamId: string | null) =>
  hotRead(KEY_COLUMNS, BY_KEY, [keyHash, teamId])
