// One query for all parts of a credential, because every signed call reads one.
import { isId } from '../../../core/ids.ts'
import type { Config } from '../types/type.ts'

export type StoredSecret = {
  field: string
  sealed: string
  previous: string | null
  previousUntil: number | null
}

export type StoredToken = {
  access: string | null
  refresh: string | null
  expiresAt: number | null
  generation: number
  updatedAt: number
}

export type StoredCredential = {
  id: string
  type: string
  name: string
  status: string
  /** JSON. */
  config: string
  allowedHosts: string
  secrets: string
  token: string | null
}

const SECRETS = `(SELECT json_group_array(json_object('field', s.field, 'sealed', s.sealed, 'previous', s.previous, 'previousUntil', s.previous_until))
  FROM integration_secrets s WHERE s.integration_id = i.id)`
const TOKEN = `(SELECT json_object('access', t.access, 'refresh', t.refresh, 'expiresAt', t.expires_at, 'generation', t.generation, 'updatedAt', t.updated_at)
  FROM integration_tokens t WHERE t.integration_id = i.id)`

/** By id or by name. Integrations of other teams are not found. */
export const findStoredCredential = (
  d1: D1Database,
  teamId: string,
  ref: string,
): Promise<StoredCredential | null> =>
  d1
    .prepare(
      `SELECT i.id, i.type, i.name, i.status, i.config, i.allowed_hosts AS allowedHosts, ${SECRETS} AS secrets, ${TOKEN} AS token
       FROM integrations i WHERE i.team_id = ?1 AND ${isId('int', ref) ? 'i.id' : 'i.name'} = ?2`,
    )
    .bind(teamId, ref)
    .first<StoredCredential>()

/** `fields` is a JSON list of the secrets that are set. */
export type NamedCredential = { id: string; name: string; type: string; fields: string }

const NAMED = `SELECT i.id, i.name, i.type, (SELECT json_group_array(s.field) FROM integration_secrets s WHERE s.integration_id = i.id) AS fields
  FROM integrations i`

/** Those of these ids and names that exist in the team. */
export async function findNamedCredentials(
  d1: D1Database,
  teamId: string,
  refs: string[],
): Promise<NamedCredential[]> {
  const list = JSON.stringify(refs)
  const { results } = await d1
    .prepare(
      `${NAMED} WHERE i.team_id = ?1 AND i.name IN (SELECT value FROM json_each(?2))
       UNION ${NAMED} WHERE i.id IN (SELECT value FROM json_each(?2)) AND i.team_id = ?1`,
    )
    .bind(teamId, list)
    .all<NamedCredential>()
  return results
}

/** The team's integration of a type: the oldest one that works. */
export const findIntegrationOfType = (
  d1: D1Database,
  teamId: string,
  type: string,
): Promise<{ id: string; name: string } | null> =>
  d1
    .prepare(
      `SELECT id, name FROM integrations WHERE team_id = ?1 AND type = ?2
       ORDER BY status IN ('failing', 'needs_reconnect'), created_at, id LIMIT 1`,
    )
    .bind(teamId, type)
    .first<{ id: string; name: string }>()

export type TypedIntegration = { id: string; type: string; name: string; config: Config }

/**
 * All integrations of the team with these types. The first of each type is the one that `findIntegrationOfType`
 * returns.
 */
export async function findIntegrationsOfTypes(
  d1: D1Database,
  teamId: string,
  types: string[],
): Promise<TypedIntegration[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, type, name, config FROM integrations WHERE team_id = ?1 AND type IN (SELECT value FROM json_each(?2))
       ORDER BY status IN ('failing', 'needs_reconnect'), created_at, id`,
    )
    .bind(teamId, JSON.stringify(types))
    .all<Omit<TypedIntegration, 'config'> & { config: string }>()
  return results.map(({ config, ...row }) => ({ ...row, config: JSON.parse(config) as Config }))
}

export type RewrapRow = {
  integrationId: string
  teamId: string
  field: string
  sealed: string
  previous: string | null
}

/** Secrets that are encrypted with another key than the current one. */
export async function findSecretsToRewrap(
  d1: D1Database,
  currentKeyId: string,
  limit: number,
): Promise<RewrapRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT integration_id AS integrationId, team_id AS teamId, field, sealed, previous FROM integration_secrets
       WHERE sealed NOT LIKE ?1 OR previous NOT LIKE ?1 LIMIT ?2`,
    )
    .bind(`v1.${currentKeyId}.%`, limit)
    .all<RewrapRow>()
  return results
}

/** Only if it is still the one that was read. */
export async function replaceSealed(
  d1: D1Database,
  row: RewrapRow,
  sealed: string,
  previous: string | null,
): Promise<void> {
  await d1
    .prepare(
      'UPDATE integration_secrets SET sealed = ?4, previous = ?5 WHERE integration_id = ?1 AND field = ?2 AND sealed = ?3 AND previous IS ?6',
    )
    .bind(row.integrationId, row.field, row.sealed, sealed, previous, row.previous)
    .run()
}
