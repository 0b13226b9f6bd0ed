// The SQL of the team's store. Invariants:
// 1. An operation and its effect are one batch. The row of the operation comes first, and what follows happens only
//    when that row is new: a repeated operation changes nothing and reads what the first one recorded.
// 2. Sums are made inside the database, so that none of many at once is lost.
// 3. An entry past its time counts as not there, also before it is purged.
import { type Statement, statement } from '../../db/commit.ts'

export type StoreKey = { teamId: string; key: string }

const LIVE = '(expires_at IS NULL OR expires_at > ?4)'

export const findEntry = ({ teamId, key }: StoreKey, now: number): Statement =>
  statement(
    'SELECT value FROM store_entries WHERE team_id = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)',
    teamId,
    key,
    now,
  )

export const findOperation = (teamId: string, operationId: string): Statement =>
  statement(
    'SELECT result FROM store_operations WHERE operation_id = ?1 AND team_id = ?2',
    operationId,
    teamId,
  )

export const setEntry = (
  { teamId, key }: StoreKey,
  json: string,
  expiresAt: number | null,
  operationId: string,
  now: number,
): Statement[] => [
  statement(
    `INSERT INTO store_operations (operation_id, team_id, result, created_at) VALUES (?1, ?2, 'null', ?3)
     ON CONFLICT (operation_id) DO NOTHING`,
    operationId,
    teamId,
    now,
  ),
  statement(
    `INSERT INTO store_entries (team_id, key, value, operation_id, expires_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE changes() = 1
     ON CONFLICT (team_id, key) DO UPDATE SET value = excluded.value, operation_id = excluded.operation_id,
       expires_at = excluded.expires_at, updated_at = excluded.updated_at`,
    teamId,
    key,
    json,
    operationId,
    expiresAt,
    now,
  ),
]

/**
 * Adds to a number. Where another kind of value stands no operation is recorded, so that a later try may succeed. 17
 * digits are what it takes to write any number so that it reads back as the same.
 */
export const addToEntry = (
  { teamId, key }: StoreKey,
  by: number,
  operationId: string,
  now: number,
): Statement[] => [
  statement(
    `INSERT INTO store_operations (operation_id, team_id, result, created_at)
     SELECT ?3, ?1, printf('%!.17g', coalesce(
         (SELECT CAST(value AS REAL) FROM store_entries WHERE team_id = ?1 AND key = ?2 AND ${LIVE}), 0) + ?5), ?4
     WHERE NOT EXISTS (SELECT 1 FROM store_entries WHERE team_id = ?1 AND key = ?2 AND ${LIVE}
       AND json_type(value) NOT IN ('integer', 'real'))
     ON CONFLICT (operation_id) DO NOTHING`,
    teamId,
    key,
    operationId,
    now,
    by,
  ),
  statement(
    `INSERT INTO store_entries (team_id, key, value, operation_id, expires_at, updated_at)
     SELECT ?1, ?2, result, operation_id, NULL, ?4 FROM store_operations WHERE operation_id = ?3 AND changes() = 1
     ON CONFLICT (team_id, key) DO UPDATE SET value = excluded.value, operation_id = excluded.operation_id,
       expires_at = CASE WHEN ${LIVE.replaceAll('expires_at', 'store_entries.expires_at')} THEN store_entries.expires_at END,
       updated_at = excluded.updated_at`,
    teamId,
    key,
    operationId,
    now,
  ),
]

/** Operations are only asked for by attempts of the same node; none comes back after so long. */
const OPERATIONS_MS = 400 * 86_400_000
const MOST_ROWS = 1_000

/** A bounded bite of what has expired. */
export const purgeStore = (now: number): Statement[] => [
  statement(
    `DELETE FROM store_entries WHERE rowid IN (SELECT rowid FROM store_entries WHERE expires_at <= ? LIMIT ${MOST_ROWS})`,
    now,
  ),
  statement(
    `DELETE FROM store_operations WHERE rowid IN (SELECT rowid FROM store_operations WHERE created_at < ? LIMIT ${MOST_ROWS})`,
    now - OPERATIONS_MS,
  ),
]
