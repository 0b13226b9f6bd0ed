// Fetched tokens, and consents in progress.
import { type Statement, statement } from '../../../db/statement.ts'
import type { StoredToken } from '../credentials/repo.ts'

export const findToken = (
  d1: D1Database,
  teamId: string,
  integrationId: string,
): Promise<StoredToken | null> =>
  d1
    .prepare(
      `SELECT access, refresh, expires_at AS expiresAt, generation, updated_at AS updatedAt FROM integration_tokens
       WHERE integration_id = ? AND team_id = ?`,
    )
    .bind(integrationId, teamId)
    .first<StoredToken>()

type Lease = {
  teamId: string
  integrationId: string
  leaseId: string
  generation: number
  now: number
  until: number
}

/** Of several callers that need a new token, one gets the lease, and only if no other holds it. */
export async function claimLease(d1: D1Database, lease: Lease): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO integration_tokens (integration_id, team_id, generation, lease_id, lease_until, updated_at)
       SELECT ?1, ?2, 0, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM integrations WHERE id = ?1 AND team_id = ?2)
       ON CONFLICT (integration_id) DO UPDATE SET lease_id = excluded.lease_id, lease_until = excluded.lease_until
         WHERE generation = ?6 AND (lease_until IS NULL OR lease_until <= ?5)`,
    )
    .bind(lease.integrationId, lease.teamId, lease.leaseId, lease.until, lease.now, lease.generation)
    .run()
  return meta.changes === 1
}

export async function releaseLease(d1: D1Database, integrationId: string, leaseId: string): Promise<void> {
  await d1
    .prepare(
      'UPDATE integration_tokens SET lease_id = NULL, lease_until = NULL WHERE integration_id = ? AND lease_id = ?',
    )
    .bind(integrationId, leaseId)
    .run()
}

export type SealedToken = { access: string; refresh: string | null; expiresAt: number | null }

/**
 * False if the integration was connected again in the meantime. If the service returns no new refresh token, the old
 * one stays.
 */
export async function updateToken(
  d1: D1Database,
  integrationId: string,
  leaseId: string,
  { access, refresh, expiresAt }: SealedToken,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE integration_tokens SET access = ?3, refresh = COALESCE(?4, refresh), expires_at = ?5, generation = generation + 1,
         lease_id = NULL, lease_until = NULL, updated_at = ?6 WHERE integration_id = ?1 AND lease_id = ?2`,
    )
    .bind(integrationId, leaseId, access, refresh, expiresAt, now)
    .run()
  return meta.changes === 1
}

/** After a consent: replaces the tokens. A refresh in progress loses. */
export const upsertToken = (
  teamId: string,
  integrationId: string,
  { access, refresh, expiresAt }: SealedToken,
  now: number,
): Statement =>
  statement(
    `INSERT INTO integration_tokens (integration_id, team_id, access, refresh, expires_at, generation, updated_at) VALUES (?, ?, ?, ?, ?, 1, ?)
     ON CONFLICT (integration_id) DO UPDATE SET access = excluded.access, refresh = excluded.refresh, expires_at = excluded.expires_at,
       generation = generation + 1, lease_id = NULL, lease_until = NULL, updated_at = excluded.updated_at`,
    integrationId,
    teamId,
    access,
    refresh,
    expiresAt,
    now,
  )

/** The generation continues, so that the next token is not mistaken for an old one. */
export const clearTokens = (integrationId: string): Statement =>
  statement(
    `UPDATE integration_tokens SET access = NULL, refresh = NULL, expires_at = NULL, generation = generation + 1,
       lease_id = NULL, lease_until = NULL WHERE integration_id = ?`,
    integrationId,
  )

/** The guard of marking the consent as ended: no newer token was stored, and it is not marked yet. */
export const guardNeedsReconnect = (teamId: string, integrationId: string, generation: number): Statement =>
  statement(
    `UPDATE integrations SET status = 'needs_reconnect' WHERE id = ?1 AND team_id = ?2 AND status <> 'needs_reconnect'
       AND EXISTS (SELECT 1 FROM integration_tokens t WHERE t.integration_id = ?1 AND t.generation = ?3)`,
    integrationId,
    teamId,
    generation,
  )

export type NewConnect = {
  stateHash: string
  integrationId: string
  teamId: string
  userId: string
  browserHash: string
  codeVerifier: string
  expiresAt: number
}

/** Older consents of the same integration stay: two people may be connecting it, each in their own browser. */
export async function insertConnect(d1: D1Database, row: NewConnect): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO integration_connects (state_hash, integration_id, team_id, user_id, browser_hash, code_verifier, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      row.stateHash,
      row.integrationId,
      row.teamId,
      row.userId,
      row.browserHash,
      row.codeVerifier,
      row.expiresAt,
    )
    .run()
}

export type TakenConnect = Pick<NewConnect, 'integrationId' | 'teamId' | 'userId' | 'codeVerifier'>

/** Works once, in the browser that began, and in time. */
export const consumeConnect = (
  d1: D1Database,
  stateHash: string,
  browserHash: string,
  now: number,
): Promise<TakenConnect | null> =>
  d1
    .prepare(
      `DELETE FROM integration_connects WHERE state_hash = ? AND browser_hash = ? AND expires_at > ?
       RETURNING integration_id AS integrationId, team_id AS teamId, user_id AS userId, code_verifier AS codeVerifier`,
    )
    .bind(stateHash, browserHash, now)
    .first<TakenConnect>()

/** Whether this person may still change integrations of the team. */
export async function hasConnectRight(d1: D1Database, teamId: string, userId: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 FROM team_members m JOIN users u ON u.id = m.user_id
       WHERE m.team_id = ? AND m.user_id = ? AND m.role IN ('admin', 'owner') AND u.status = 'active'`,
    )
    .bind(teamId, userId)
    .first()
  return row !== null
}

export const guardConnected = (teamId: string, integrationId: string): Statement =>
  statement(
    "UPDATE integrations SET status = 'untested', unclear_tests = 0, version = version + 1 WHERE id = ? AND team_id = ?",
    integrationId,
    teamId,
  )

export type RewrapToken = {
  integrationId: string
  teamId: string
  access: string | null
  refresh: string | null
}

export async function findTokensToRewrap(
  d1: D1Database,
  currentKeyId: string,
  limit: number,
): Promise<RewrapToken[]> {
  const { results } = await d1
    .prepare(
      `SELECT integration_id AS integrationId, team_id AS teamId, access, refresh FROM integration_tokens
       WHERE access NOT LIKE ?1 OR refresh NOT LIKE ?1 LIMIT ?2`,
    )
    .bind(`v1.${currentKeyId}.%`, limit)
    .all<RewrapToken>()
  return results
}

/** Only if they are still the ones that were read. */
export async function replaceTokens(
  d1: D1Database,
  row: RewrapToken,
  access: string | null,
  refresh: string | null,
): Promise<void> {
  await d1
    .prepare(
      'UPDATE integration_tokens SET access = ?3, refresh = ?4 WHERE integration_id = ?1 AND access IS ?2 AND refresh IS ?5',
    )
    .bind(row.integrationId, row.access, access, refresh, row.refresh)
    .run()
}
