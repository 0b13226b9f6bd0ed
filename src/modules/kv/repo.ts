// The SQL of the team's store. Invariants:
// 1. One batch records an operation and applies it. It inserts the row of the operation first, and applies the effect only if
//    that row is new. A repeated operation changes nothing and returns the recorded result of the first.
// 2. The database computes sums, so that concurrent updates are not lost.
// 3. The number of entries and bytes of a team is limited, even for concurrent writes, because all teams share the database.
// 4. An expired entry counts as missing, even before it is purged.
import { type Statement, statement } from '../../db/statement.ts'

export type StoreKey = { teamId: string; key: string }

const LIVE = '(expires_at IS NULL OR expires_at > ?4)'

export const findEntry = ({ teamId, key }: StoreKey, now: number): Statement =>
  statement(
    'SELECT value FROM store_entries WHERE team_id = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)',
    teamId,
    key,
    now,
  )

/** Whether there is room for a key that may be new. */
export const findRoom = ({ teamId, key }: StoreKey): Statement =>
  statement(`SELECT ${room('?1', '?2')} AS room`, teamId, key)

export const findOperation = (teamId: string, operationId: string): Statement =>
  statement(
    'SELECT result FROM store_operations WHERE operation_id = ?1 AND team_id = ?2',
    operationId,
    teamId,
  )

export const MAX_ENTRIES = 10_000
export const MAX_STORE_BYTES = 50_000_000

/** Whether a team has room for an entry that may be new. Both arguments are SQL, such as parameters. */
const room = (teamId: string, key: string): string =>
  `(EXISTS (SELECT 1 FROM store_entries WHERE team_id = ${teamId} AND key = ${key})
    OR (SELECT count(*) FROM store_entries WHERE team_id = ${teamId}) < ${MAX_ENTRIES})`
/** The size columns come before the values in a row, so this reads no values. */
const OTHER_BYTES =
  '(SELECT coalesce(sum(octet_length(value)), 0) FROM store_entries WHERE team_id = ?2 AND key <> ?4)'

/** Records no operation if the team has no room. */
export const setEntry = (
  { teamId, key }: StoreKey,
  json: string,
  expiresAt: number | null,
  operationId: string,
  now: number,
): Statement[] => [
  statement(
    `INSERT INTO store_operations (operation_id, team_id, result, created_at) SELECT ?1, ?2, 'null', ?3
     WHERE ${room('?2', '?4')} AND octet_length(?5) + ${OTHER_BYTES} <= ${MAX_STORE_BYTES}
     ON CONFLICT (operation_id) DO NOTHING`,
    operationId,
    teamId,
    now,
    key,
    json,
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
 * Adds to a number. If the current value is not a number, it records no operation, so a later attempt can succeed. With 17
 * digits, every number can be written and read back exactly.
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
       AND json_type(value) NOT IN ('integer', 'real')) AND ${room('?1', '?2')}
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
