// The encrypted values. Only `credentials` decrypts them.
import { type Statement, statement } from '../../../db/statement.ts'

export type SealedSecret = { field: string; sealed: string; lastFour: string | null }

type Of = { teamId: string; integrationId: string; now: number }

/** The old value is deleted immediately. */
export const upsertSecret = (
  { teamId, integrationId, now }: Of,
  { field, sealed, lastFour }: SealedSecret,
): Statement =>
  statement(
    `INSERT INTO integration_secrets (integration_id, team_id, field, sealed, last_four, set_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (integration_id, field) DO UPDATE SET sealed = excluded.sealed, last_four = excluded.last_four,
       set_at = excluded.set_at, previous = NULL, previous_until = NULL`,
    integrationId,
    teamId,
    field,
    sealed,
    lastFour,
    now,
  )

/** The old value is valid until then. */
export const rotateSecret = (
  { teamId, integrationId, now }: Of,
  { field, sealed, lastFour }: SealedSecret,
  previousUntil: number,
): Statement =>
  statement(
    `INSERT INTO integration_secrets (integration_id, team_id, field, sealed, last_four, set_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (integration_id, field) DO UPDATE SET previous = CASE WHEN ?7 > ?6 THEN sealed END,
       previous_until = CASE WHEN ?7 > ?6 THEN ?7 END, sealed = excluded.sealed, last_four = excluded.last_four, set_at = excluded.set_at`,
    integrationId,
    teamId,
    field,
    sealed,
    lastFour,
    now,
    previousUntil,
  )

export const deleteSecret = (integrationId: string, field: string): Statement =>
  statement('DELETE FROM integration_secrets WHERE integration_id = ? AND field = ?', integrationId, field)

/** Old values are deleted when they expire. */
export const deletePreviousSecrets = (now: number): Statement =>
  statement(
    'UPDATE integration_secrets SET previous = NULL, previous_until = NULL WHERE previous_until <= ?',
    now,
  )
