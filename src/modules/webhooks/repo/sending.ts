// The SQL of one pass over a lane: claim what is due, send it and record the results.
import { type Statement, statement } from '../../../db/statement.ts'
import type { EndpointRow } from './endpoints.ts'

/** A claim that is older than this is void, because its holder has crashed. */
export const CLAIM_MS = 120_000

export type DueDelivery = {
  id: string
  teamId: string
  eventId: string
  type: string
  url: string
  /** Including this attempt. */
  attempt: number
  body: string
  createdAt: number
}

/**
 * Claims what is due, up to `most` or the endpoint's rate per second. An attempt is counted before it is made, so an attempt that
 * crashes the process counts too.
 */
export const claimDue = (lane: string, claim: string, now: number, most: number): Statement =>
  statement(
    `UPDATE webhook_deliveries SET attempt = attempt + 1, claim = ?2, next_attempt_at = ?3 + ${CLAIM_MS}
     WHERE id IN (SELECT id FROM webhook_deliveries WHERE lane = ?1 AND next_attempt_at <= ?3 AND NOT EXISTS (
         SELECT 1 FROM webhook_endpoints e WHERE e.id = ?1 AND (e.active = 0 OR e.held_until > ?3))
       ORDER BY next_attempt_at LIMIT min(?4, COALESCE((SELECT rate_limit_per_s FROM webhook_endpoints WHERE id = ?1), ?4)))`,
    lane,
    claim,
    now,
    most,
  )

export const findClaimed = (lane: string, claim: string): Statement =>
  statement(
    `SELECT d.id, d.team_id AS teamId, d.event_id AS eventId, d.type, d.url, d.attempt, d.created_at AS createdAt, e.body
     FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id WHERE d.lane = ? AND d.claim = ?`,
    lane,
    claim,
  )

export type SendingEndpoint = Pick<
  EndpointRow,
  'id' | 'url' | 'filter' | 'headers' | 'secret' | 'createdBy' | 'failingSince'
> & { teamId: string; oldSecret: string | null; oldSecretUntil: number | null; rateLimitPerS: number | null }

export const findSendingEndpoint = (lane: string): Statement =>
  statement(
    `SELECT id, team_id AS teamId, url, filter, headers, secret, old_secret AS oldSecret, old_secret_until AS oldSecretUntil,
       rate_limit_per_s AS rateLimitPerS, created_by AS createdBy, failing_since AS failingSince FROM webhook_endpoints WHERE id = ?`,
    lane,
  )

/**
 * When the lane has something due next; null for never. Also of a disabled endpoint, to which a delivery was begun again at the moment it
 * was disabled.
 */
export const findNextDue = (lane: string): Statement =>
  statement(
    `SELECT max(min(d.next_attempt_at), COALESCE((SELECT held_until FROM webhook_endpoints WHERE id = ?1), 0)) AS nextAt
     FROM webhook_deliveries d WHERE d.lane = ?1 AND d.next_attempt_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = ?1 AND e.active = 0)`,
    lane,
  )

export type Ended = {
  id: string
  status: 'pending' | 'succeeded' | 'failed'
  nextAttemptAt: number | null
  url: string
  responseStatus: number | null
  responseHeaders: Record<string, string> | null
  responseBody: string | null
  durationMs: number
  error: string | null
  startedAt: number
  finishedAt: number
}

/** Applies only if the caller holds the claim. A failed delivery of an endpoint that has been disabled since is held. */
export const setDeliveryResult = (claim: string, ended: Ended): Statement =>
  statement(
    `UPDATE webhook_deliveries SET status = ?3, claim = NULL, url = ?5, response_status = ?6, response_headers = ?7,
       response_body = ?8, duration_ms = ?9, error = ?10, finished_at = CASE WHEN ?3 = 'pending' THEN NULL ELSE ?11 END, last_attempt_at = ?12,
       next_attempt_at = CASE WHEN EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = endpoint_id AND e.active = 0) THEN NULL ELSE ?4 END
     WHERE id = ?1 AND claim = ?2`,
    ended.id,
    claim,
    ended.status,
    ended.nextAttemptAt,
    ended.url,
    ended.responseStatus,
    ended.responseHeaders === null ? null : JSON.stringify(ended.responseHeaders),
    ended.responseBody,
    ended.durationMs,
    ended.error,
    ended.finishedAt,
    ended.startedAt,
  )

/** The claimed attempt was not made. */
export const releaseDelivery = (claim: string, id: string, now: number): Statement =>
  statement(
    `UPDATE webhook_deliveries SET attempt = attempt - 1, claim = NULL,
       next_attempt_at = CASE WHEN EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = endpoint_id AND e.active = 0) THEN NULL ELSE ?3 END
     WHERE id = ?1 AND claim = ?2`,
    id,
    claim,
    now,
  )

/** Deletes a delivery that the filter does not match. */
export const deleteDelivery = (claim: string, id: string): Statement =>
  statement('DELETE FROM webhook_deliveries WHERE id = ? AND claim = ?', id, claim)

export const recordFilterError = (endpointId: string, message: string, now: number): Statement =>
  statement(
    'UPDATE webhook_endpoints SET filter_error = ?, filter_error_at = ? WHERE id = ?',
    message,
    now,
    endpointId,
  )

export const recordSuccess = (endpointId: string, now: number): Statement =>
  statement(
    'UPDATE webhook_endpoints SET failing_since = NULL, last_success_at = ? WHERE id = ?',
    now,
    endpointId,
  )

export const recordFailure = (endpointId: string, now: number, heldUntil: number | null): Statement =>
  statement(
    `UPDATE webhook_endpoints SET failing_since = COALESCE(failing_since, ?1), last_failure_at = ?1,
       held_until = CASE WHEN ?2 IS NULL THEN held_until ELSE max(COALESCE(held_until, 0), ?2) END WHERE id = ?3`,
    now,
    heldUntil,
    endpointId,
  )

/** Lanes with deliveries that should have been sent before `dueBefore`. Takes one step for each lane. */
export async function findLateLanes(d1: D1Database, dueBefore: number, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `WITH RECURSIVE lanes (lane) AS (
         SELECT min(lane) FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL
         UNION ALL
         SELECT (SELECT min(d.lane) FROM webhook_deliveries d WHERE d.next_attempt_at IS NOT NULL AND d.lane > lanes.lane)
         FROM lanes WHERE lanes.lane IS NOT NULL)
       SELECT lane FROM lanes WHERE lane IS NOT NULL AND EXISTS (SELECT 1 FROM webhook_deliveries d
         LEFT JOIN webhook_endpoints e ON e.id = d.lane
         WHERE d.lane = lanes.lane AND d.next_attempt_at <= ?1 AND COALESCE(e.held_until, 0) <= ?1 AND COALESCE(e.active, 1) = 1) LIMIT ?2`,
    )
    .bind(dueBefore, limit)
    .all<{ lane: string }>()
  return results.map(({ lane }) => lane)
}
