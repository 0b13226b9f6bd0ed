// Decrypts secrets. Invariants:
// 1. Nothing outside this module decrypts a secret of an integration.
// 2. A credential is looked up in the caller's team. Ids of other teams are not found.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { openSecret } from '../../../core/secret-box.ts'
import type { IntegrationRow } from '../repo/integrations.ts'
import { secretPlace } from '../secrets.ts'
import type { Fields } from '../service/fields.ts'
import { typeOf } from '../types/index.ts'
import type { IntegrationType } from '../types/type.ts'
import { findStoredCredential, type StoredSecret, type StoredToken } from './repo.ts'

/** The reader of a credential: a request, a run, a job. */
export type CredentialScope = Pick<RequestContext, 'env' | 'settings' | 'now' | 'requestId' | 'defer'> & {
  teamId: string
}

export type AccessToken = {
  value: string
  /** Null: it is used until it is refused. */
  expiresAt: number | null
  fetchedAt: number
}

export type Credential = {
  id: string
  name: string
  type: IntegrationType
  config: Record<string, unknown>
  secrets: Record<string, string>
  /** The secrets before a rotation, while they are valid. */
  previous: Record<string, string> | null
  allowedHosts: string[]
  needsReconnect: boolean
  /** The last fetched token. `oauth/access-token.ts` updates it. */
  token: AccessToken | null
  hasRefreshToken: boolean
  generation: number
}

/** Throws `credential.not_found`. */
export async function openCredential(scope: CredentialScope, ref: string): Promise<Credential> {
  const row = await findStoredCredential(scope.env.DB, scope.teamId, ref)
  const type = row === null ? undefined : typeOf(row.type)
  if (row === null || type === undefined)
    throw new AppError('credential.not_found', {
      detail: `The team has no integration ${JSON.stringify(ref)}.`,
    })
  const stored = JSON.parse(row.secrets) as StoredSecret[]
  const token = row.token === null ? null : (JSON.parse(row.token) as StoredToken)
  const now = scope.now()
  const opening = stored.map(async ({ field, sealed, previous, previousUntil }) => {
    const counts = previous !== null && previousUntil !== null && previousUntil > now
    return {
      field,
      value: await open(scope, row.id, field, sealed),
      previous: counts ? await open(scope, row.id, field, previous) : null,
    }
  })
  const secrets = await Promise.all(opening)
  const current = Object.fromEntries(secrets.map(({ field, value }) => [field, value]))
  const rotated = secrets.flatMap(({ field, previous }) =>
    previous === null ? [] : [[field, previous] as const],
  )
  return {
    id: row.id,
    name: row.name,
    type,
    config: JSON.parse(row.config) as Record<string, unknown>,
    secrets: current,
    previous: rotated.length === 0 ? null : { ...current, ...Object.fromEntries(rotated) },
    allowedHosts: JSON.parse(row.allowedHosts) as string[],
    needsReconnect: row.status === 'needs_reconnect',
    token: token === null ? null : await openToken(scope, row.id, token),
    hasRefreshToken: token?.refresh != null,
    generation: token?.generation ?? 0,
  }
}

export async function openToken(
  scope: CredentialScope,
  integrationId: string,
  { access, expiresAt, updatedAt }: StoredToken,
): Promise<AccessToken | null> {
  if (access === null) return null
  return { value: await open(scope, integrationId, 'access', access), expiresAt, fetchedAt: updatedAt }
}

type Ring = Pick<RequestContext, 'settings'> & { teamId: string }

export async function open(
  { settings, teamId }: Ring,
  integrationId: string,
  field: string,
  sealed: string,
): Promise<string> {
  try {
    return await openSecret(settings.SECRETS_KEYS, secretPlace(teamId, integrationId, field), sealed)
  } catch (error) {
    throw new AppError('credential.unreadable', {
      detail: `The secret ${field} of an integration cannot be decrypted. Set it again, or restore the key in SECRETS_KEYS that it was encrypted with.`,
      cause: error,
    })
  }
}

/** The decrypted fields for a change. */
export async function openFields(ctx: CredentialContext, row: IntegrationRow): Promise<Fields> {
  const { teamId } = ctx.actor
  const stored = await findStoredCredential(ctx.env.DB, teamId, row.id)
  const secrets = JSON.parse(stored?.secrets ?? '[]') as StoredSecret[]
  const opened = await Promise.all(
    secrets.map(
      async ({ field, sealed }) => [field, await open({ ...ctx, teamId }, row.id, field, sealed)] as const,
    ),
  )
  return { config: row.config, secrets: Object.fromEntries(opened) }
}

type CredentialContext = Pick<RequestContext, 'env' | 'settings'> & { actor: { teamId: string } }
