import { and, count, eq, isNull } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { webhookDeliveries, webhookEvents } from '../../../db/schema/index.ts'
import { BEGUN_AGAIN } from './events.ts'

export type DeliveryRow = typeof webhookDeliveries.$inferSelect & { body: string | null }

const COLUMNS = {
  id: webhookDeliveries.id,
  teamId: webhookDeliveries.teamId,
  endpointId: webhookDeliveries.endpointId,
  eventId: webhookDeliveries.eventId,
  type: webhookDeliveries.type,
  runId: webhookDeliveries.runId,
  url: webhookDeliveries.url,
  lane: webhookDeliveries.lane,
  status: webhookDeliveries.status,
  attempt: webhookDeliveries.attempt,
  nextAttemptAt: webhookDeliveries.nextAttemptAt,
  claim: webhookDeliveries.claim,
  lastAttemptAt: webhookDeliveries.lastAttemptAt,
  responseStatus: webhookDeliveries.responseStatus,
  responseHeaders: webhookDeliveries.responseHeaders,
  responseBody: webhookDeliveries.responseBody,
  durationMs: webhookDeliveries.durationMs,
  error: webhookDeliveries.error,
  finishedAt: webhookDeliveries.finishedAt,
  createdAt: webhookDeliveries.createdAt,
}

type Status = DeliveryRow['status']

/** The deliveries of an endpoint, or with null the callbacks of the team's runs. */
const ofEndpoint = (teamId: string, endpointId: string | null, status?: Status) =>
  and(
    eq(webhookDeliveries.teamId, teamId),
    endpointId === null
      ? isNull(webhookDeliveries.endpointId)
      : and(eq(webhookDeliveries.lane, endpointId), eq(webhookDeliveries.endpointId, endpointId)),
    status === undefined ? undefined : eq(webhookDeliveries.status, status),
  )

/** Without bodies, which may be large. */
export function findDeliveries(
  db: Db,
  teamId: string,
  endpointId: string | null,
  options: ListOptions & { status?: Status | undefined },
): Promise<Omit<DeliveryRow, 'body'>[]> {
  const { where, orderBy, limit } = keyset(
    options,
    { createdAt: webhookDeliveries.createdAt },
    webhookDeliveries.id,
  )
  return db
    .select(COLUMNS)
    .from(webhookDeliveries)
    .where(and(ofEndpoint(teamId, endpointId, options.status), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countDeliveries(
  db: Db,
  teamId: string,
  endpointId: string | null,
  status?: Status,
): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(webhookDeliveries)
    .where(ofEndpoint(teamId, endpointId, status))
  return row?.total ?? 0
}

export async function findDelivery(
  db: Db,
  teamId: string,
  endpointId: string | null,
  id: string,
): Promise<DeliveryRow | null> {
  const [row] = await db
    .select({ ...COLUMNS, body: webhookEvents.body })
    .from(webhookDeliveries)
    .leftJoin(webhookEvents, eq(webhookEvents.id, webhookDeliveries.eventId))
    .where(and(eq(webhookDeliveries.id, id), ofEndpoint(teamId, endpointId)))
  return row ?? null
}

/** A guard: misses while the delivery is being sent. */
export const restartDelivery = (id: string, teamId: string, now: number): Statement =>
  statement(
    `UPDATE webhook_deliveries SET ${BEGUN_AGAIN}, next_attempt_at = ?3
     WHERE id = ?1 AND team_id = ?2 AND (claim IS NULL OR next_attempt_at <= ?3)
       AND EXISTS (SELECT 1 FROM webhook_events v WHERE v.id = event_id)`,
    id,
    teamId,
    now,
  )

export type NewDelivery = {
  id: string
  teamId: string
  endpointId: string | null
  eventId: string
  type: string
  runId: string | null
  url: string
  lane: string
  /** The name under which the caller sends it immediately; null if its lane sends it. */
  claim: string | null
  now: number
}

export const insertDelivery = (one: NewDelivery): Statement =>
  statement(
    `INSERT INTO webhook_deliveries (id, team_id, endpoint_id, event_id, type, run_id, url, lane, status, attempt, claim,
       last_attempt_at, next_attempt_at, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9, ?10, ?11, ?12, ?13 WHERE true ON CONFLICT (lane, event_id) DO NOTHING`,
    one.id,
    one.teamId,
    one.endpointId,
    one.eventId,
    one.type,
    one.runId,
    one.url,
    one.lane,
    one.claim === null ? 0 : 1,
    one.claim,
    one.claim === null ? null : one.now,
    one.claim === null ? one.now : null,
    one.now,
  )
