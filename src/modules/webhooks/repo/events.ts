// Events for webhooks, and the endpoints that receive them. Patterns are matched with GLOB; an endpoint's patterns contain no
// special character except the star. D1 rejects longer patterns than `MAX_PATTERN_CHARS`, for the statement and so for all endpoints.
import { newId } from '../../../core/ids.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import { MAX_PATTERN_CHARS } from '../schema/endpoint.ts'

export type NewEvent = { id: string; teamId: string; type: string; body: string; at: number }

const TAKES = (endpoint: string, type: string): string =>
  `EXISTS (SELECT 1 FROM json_each(${endpoint}.events) p
     WHERE CASE WHEN length(p.value) <= ${MAX_PATTERN_CHARS} THEN ${type} GLOB p.value END)`

export const BEGUN_AGAIN = `status = 'pending', attempt = 0, claim = NULL, finished_at = NULL, error = NULL`

/** The current time plus random bits: one statement creates many ids. */
const newDeliveryId = (now: number): string =>
  `'${newId('dlv', now).slice(0, 14)}' || lower(hex(randomblob(8)))`

/**
 * Stores an event that an endpoint of the team subscribes to, even a disabled one, which may recover it later. Repeating this
 * changes nothing.
 */
export const insertEvent = ({ id, teamId, type, body, at }: NewEvent): Statement =>
  statement(
    `INSERT INTO webhook_events (id, team_id, type, body, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.team_id = ?2 AND ${TAKES('e', '?3')})
     ON CONFLICT (id) DO NOTHING`,
    id,
    teamId,
    type,
    body,
    at,
  )

/** Returns the lanes that have something to send. */
export const insertDeliveries = ({ id, teamId, type }: NewEvent, now: number): Statement =>
  statement(
    `INSERT INTO webhook_deliveries (id, team_id, endpoint_id, event_id, type, url, lane, status, next_attempt_at, created_at)
     SELECT ${newDeliveryId(now)}, e.team_id, e.id, ?2, ?3, e.url, e.id, 'pending', ?4, ?4 FROM webhook_endpoints e
     WHERE e.team_id = ?1 AND e.active = 1 AND ${TAKES('e', '?3')} AND EXISTS (SELECT 1 FROM webhook_events WHERE id = ?2)
     ON CONFLICT (lane, event_id) DO NOTHING RETURNING lane`,
    teamId,
    id,
    type,
    now,
  )

/** The maximum for one call. */
export const MAX_RECOVERED = 10_000

export type RecoverRange = { from: number; to: number; all: boolean }

/** ?1 is the endpoint, ?2 the team, ?3 and ?4 the time range, ?5 whether to resend succeeded deliveries. */
const RECOVERABLE = `FROM webhook_endpoints e JOIN webhook_events v ON v.team_id = e.team_id AND v.created_at BETWEEN ?3 AND ?4
     LEFT JOIN webhook_deliveries d ON d.lane = e.id AND d.event_id = v.id
     WHERE e.id = ?1 AND e.team_id = ?2 AND ${TAKES('e', 'v.type')}
       AND (d.id IS NULL OR d.status = 'failed' OR (?5 AND d.status = 'succeeded'))`

/** Returns `MAX_RECOVERED` + 1 if there are more. */
export async function countRecoverable(
  d1: D1Database,
  endpoint: { id: string; teamId: string },
  { from, to, all }: RecoverRange,
): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS found FROM (SELECT 1 ${RECOVERABLE} LIMIT ${MAX_RECOVERED + 1})`)
    .bind(endpoint.id, endpoint.teamId, from, to, all ? 1 : 0)
    .first<{ found: number }>()
  return row?.found ?? 0
}

/**
 * Sends the events of a time range again, oldest first: those that were never delivered, or with `all` also those that were.
 * Pending deliveries stay unchanged.
 */
export const recoverEvents = (
  endpoint: { id: string; teamId: string },
  { from, to, all }: RecoverRange,
  now: number,
): Statement =>
  statement(
    `INSERT INTO webhook_deliveries (id, team_id, endpoint_id, event_id, type, url, lane, status, next_attempt_at, created_at)
     SELECT ${newDeliveryId(now)}, e.team_id, e.id, v.id, v.type, e.url, e.id, 'pending', ?6, ?6 ${RECOVERABLE}
     ORDER BY v.created_at, v.id LIMIT ${MAX_RECOVERED}
     ON CONFLICT (lane, event_id) DO UPDATE SET ${BEGUN_AGAIN}, next_attempt_at = excluded.next_attempt_at`,
    endpoint.id,
    endpoint.teamId,
    from,
    to,
    all ? 1 : 0,
    now,
  )

/** An event for one endpoint only, such as a test. */
export const insertOwnEvent = ({ id, teamId, type, body, at }: NewEvent): Statement =>
  statement(
    'INSERT INTO webhook_events (id, team_id, type, body, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    id,
    teamId,
    type,
    body,
    at,
  )
