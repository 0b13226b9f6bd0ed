// Turns a credential into an actor: first checks its signature or form, then one query checks that it is still valid.
import type { Actor, RequestContext } from '../../context.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import type { Plan } from '../../core/plans.ts'
import { takeSettings } from '../../db/platform-settings.ts'
import type { TeamRole } from '../../db/schema/index.ts'
import type { Authenticator, Credential } from '../../http/authenticator.ts'
import { hashApiKey, isWellFormedApiKey, markKeyUsed, startsLikeApiKey } from '../api-keys/index.ts'
import {
  findPrincipalByKey,
  findPrincipalByToken,
  type KeyRow,
  type PrincipalRow,
  type TokenRow,
} from './principal-repo.ts'
import { verifyAccessToken } from './sessions/access-token.ts'
import { redeemSocketTicket } from './socket-tickets/service.ts'

/** A key's last use is stored at most this often. It is a hint for people, not a counter. */
const KEY_USE_INTERVAL_MS = MINUTE_MS

export const authenticator: Authenticator = {
  async readCredential(request, text) {
    if (isWellFormedApiKey(text)) return { kind: 'api_key', keyHash: await hashApiKey(text) }
    if (startsLikeApiKey(text)) throw new AppError('auth.invalid_key')
    return { kind: 'user', ...(await verifyAccessToken(request.settings, text, request.now())) }
  },

  readTicket: redeemSocketTicket,

  principalQuery(credential, teamId) {
    return credential.kind === 'user'
      ? findPrincipalByToken(credential.userId, credential.sessionId, teamId)
      : findPrincipalByKey(credential.keyHash, teamId)
  },

  toActor(request, credential, found) {
    if (credential.kind === 'user') requireValidToken(credential, found as TokenRow | undefined)
    else requireValidKey(request, found as KeyRow | undefined)
    const row = found as PrincipalRow
    takeSettings(row.platformSettings)
    if (row.status !== 'active') throw new AppError('auth.account_disabled')
    if (row.teamId === null || row.teamRole === null || row.plan === null) throw notFound('The team')
    if (row.keyId) recordKeyUse(request, row.keyId, row.keyLastUsedAt ?? null)
    return toActor(credential, row, { teamId: row.teamId, teamRole: row.teamRole, plan: row.plan })
  },
}

function requireValidToken(
  credential: Extract<Credential, { kind: 'user' }>,
  row: TokenRow | undefined,
): void {
  if (!row || row.tokenVersion !== credential.tokenVersion || row.sessionId === null) {
    throw new AppError('auth.invalid_token', { detail: 'The session has ended; sign in again.' })
  }
}

function requireValidKey(request: RequestContext, row: KeyRow | undefined): void {
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

function recordKeyUse(request: RequestContext, keyId: string, lastUsedAt: number | null): void {
  const now = request.now()
  if (lastUsedAt !== null && now - lastUsedAt < KEY_USE_INTERVAL_MS) return
  request.defer(markKeyUsed(request.env.DB, keyId, now).catch(() => undefined))
}
