// The access token of an integration, refreshed before it expires. Invariants:
// 1. If several runs find it expired at once, in any number of isolates, only the holder of a lease in D1 refreshes it. The
//    others wait for the stored result.
// 2. A new token is stored before it is used. A lost refresh token could not be fetched again, because the provider has replaced the old one.
// 3. A refusal counts only if no newer token was stored in the meantime. Then a person must consent again and is notified once.
import { setTimeout as pause } from 'node:timers/promises'
import { randomToken } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { sealSecret } from '../../../core/secret-box.ts'
import type { Reach } from '../../../providers/outbound/index.ts'
import {
  type AccessToken,
  type Credential,
  type CredentialScope,
  open,
  openToken,
} from '../credentials/open.ts'
import type { StoredToken } from '../credentials/repo.ts'
import { secretPlace } from '../secrets.ts'
import { clientCredentials, refresh } from './client.ts'
import { type FetchedToken, GrantOver } from './endpoint.ts'
import { githubAppToken } from './github-app.ts'
import { giveUp } from './give-up.ts'
import { claimLease, findToken, releaseLease, type SealedToken, updateToken } from './repo.ts'

/** Refreshed this long before it expires, so that it is still valid when the request arrives. */
const EARLY_MS = 60_000
/** Longer than any call to a token endpoint. */
const LEASE_MS = 30_000
const LOOK_MS = 100
const MAX_WAIT_MS = 40_000

/** A token this new is not the reason for a refusal. */
const FRESH_MS = 30_000
export const mayBeStale = ({ fetchedAt }: AccessToken, now: number): boolean => now - fetchedAt > FRESH_MS

const inProgress = new WeakMap<Credential, Promise<AccessToken>>()

/** `refused` is a token that the service has answered with 401, so another one is needed. */
export async function accessToken(
  scope: CredentialScope,
  credential: Credential,
  reach: Reach,
  refused: AccessToken | null = null,
): Promise<AccessToken> {
  const known = credential.token
  if (known !== null && isUsable(known, refused, scope.now())) return known
  const waiting = inProgress.get(credential)
  if (waiting !== undefined) return waiting
  const fetching = fetchInTurn(scope, credential, reach, refused).finally(() => inProgress.delete(credential))
  inProgress.set(credential, fetching)
  const token = await fetching
  credential.token = token
  return token
}

function isUsable(
  { value, expiresAt, fetchedAt }: AccessToken,
  refused: AccessToken | null,
  now: number,
): boolean {
  if (value === refused?.value) return false
  if (expiresAt === null) return true
  const early = Math.min(EARLY_MS, (expiresAt - fetchedAt) / 2)
  return now < expiresAt - early
}

async function fetchInTurn(
  scope: CredentialScope,
  credential: Credential,
  reach: Reach,
  refused: AccessToken | null,
): Promise<AccessToken> {
  const { env, teamId } = scope
  for (let waitedMs = 0; waitedMs <= MAX_WAIT_MS; waitedMs += LOOK_MS) {
    const row = await findToken(env.DB, teamId, credential.id)
    const stored = row === null ? null : await openToken(scope, credential.id, row)
    if (stored !== null && isUsable(stored, refused, scope.now())) return stored
    requireGrant(credential, row)
    const leaseId = randomToken()
    const now = scope.now()
    const lease = {
      teamId,
      integrationId: credential.id,
      leaseId,
      generation: row?.generation ?? 0,
      now,
      until: now + LEASE_MS,
    }
    if (await claimLease(env.DB, lease)) {
      const token = await fetchUnderLease(scope, credential, reach, row, leaseId)
      if (token !== null) return token
    } else await pause(LOOK_MS)
  }
  throw new AppError('credential.no_token', {
    detail: `The token of "${credential.name}" is being fetched by another request and has not arrived. Try again.`,
  })
}

/** Without a refresh token, only a person can get a new one. */
function requireGrant(credential: Credential, row: StoredToken | null): void {
  if (credential.type.token !== 'authorization-code' || row?.refresh != null) return
  throw needsReconnect(credential)
}

const refusedBy = ({ name }: Credential, { message }: GrantOver): AppError =>
  new AppError('credential.refused', {
    detail: `The service did not return a token for "${name}" (${message}). Check its client id and secrets.`,
  })

export const needsReconnect = ({ id, name }: Pick<Credential, 'id' | 'name'>): AppError =>
  new AppError('credential.needs_reconnect', {
    detail: `The integration "${name}" has no valid token. An admin of the team can connect it with GET /api/v1/users/integrations/${id}/connect.`,
  })

/** Null if a person has connected the integration in the meantime. The caller then reads the stored token again. */
async function fetchUnderLease(
  scope: CredentialScope,
  credential: Credential,
  reach: Reach,
  row: StoredToken | null,
  leaseId: string,
): Promise<AccessToken | null> {
  const { env } = scope
  try {
    const fetched = await fetchToken(scope, credential, reach, row)
    const now = scope.now()
    const sealed = await sealToken(scope, credential.id, fetched, now)
    const isMine = await updateToken(env.DB, credential.id, leaseId, sealed, now)
    return isMine ? { value: fetched.access, expiresAt: sealed.expiresAt, fetchedAt: now } : null
  } catch (error) {
    await releaseLease(env.DB, credential.id, leaseId)
    if (!(error instanceof GrantOver)) throw error
    if (credential.type.token !== 'authorization-code') throw refusedBy(credential, error)
    const generation = row?.generation ?? 0
    const latest = await findToken(env.DB, scope.teamId, credential.id)
    if (latest !== null && latest.generation !== generation) return null
    await giveUp(scope, credential, generation)
    throw needsReconnect(credential)
  }
}

async function fetchToken(
  scope: CredentialScope,
  credential: Credential,
  reach: Reach,
  row: StoredToken | null,
): Promise<FetchedToken> {
  switch (credential.type.token) {
    case 'client-credentials':
      return clientCredentials(credential, reach)
    case 'github-app':
      return githubAppToken(credential, scope.now(), reach)
    default:
      return refresh(credential, await open(scope, credential.id, 'refresh', row?.refresh ?? ''), reach)
  }
}

export async function sealToken(
  { settings, teamId }: CredentialScope,
  integrationId: string,
  { access, refresh: refreshToken, expiresInS }: FetchedToken,
  now: number,
): Promise<SealedToken> {
  const seal = (field: string, value: string) =>
    sealSecret(settings.SECRETS_KEYS, secretPlace(teamId, integrationId, field), value)
  return {
    access: await seal('access', access),
    refresh: refreshToken === null ? null : await seal('refresh', refreshToken),
    expiresAt: expiresInS === null ? null : now + Math.floor(expiresInS * 1_000),
  }
}
