import { and, count, eq, sql } from 'drizzle-orm'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { webhookEndpoints } from '../../../db/schema/index.ts'

export type EndpointRow = typeof webhookEndpoints.$inferSelect

const inTeam = (teamId: string, active?: boolean) =>
  and(
    eq(webhookEndpoints.teamId, teamId),
    active === undefined ? undefined : eq(webhookEndpoints.active, active ? 1 : 0),
  )

export function findEndpoints(
  db: Db,
  teamId: string,
  options: ListOptions & { active?: boolean | undefined },
): Promise<EndpointRow[]> {
  const { where, orderBy, limit } = keyset(
    options,
    { createdAt: webhookEndpoints.createdAt },
    webhookEndpoints.id,
  )
  return db
    .select()
    .from(webhookEndpoints)
    .where(and(inTeam(teamId, options.active), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countEndpoints(db: Db, teamId: string, active?: boolean): Promise<number> {
  const [row] = await db.select({ total: count() }).from(webhookEndpoints).where(inTeam(teamId, active))
  return row?.total ?? 0
}

export async function findEndpoint(db: Db, teamId: string, id: string): Promise<EndpointRow | null> {
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.teamId, teamId)))
  return row ?? null
}

export type NewEndpoint = Pick<
  EndpointRow,
  | 'id'
  | 'teamId'
  | 'url'
  | 'events'
  | 'filter'
  | 'description'
  | 'headers'
  | 'headerNames'
  | 'active'
  | 'rateLimitPerS'
  | 'secret'
  | 'createdBy'
  | 'createdAt'
>

/** A guard. Two endpoints created at the same time cannot both take the last place. */
export const insertEndpoint = (endpoint: NewEndpoint, plan: Plan): Statement =>
  statement(
    `INSERT INTO webhook_endpoints (id, team_id, url, events, filter, description, headers, header_names, active, rate_limit_per_s,
       secret, created_by, created_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13
     WHERE ?14 IS NULL OR (SELECT count(*) FROM webhook_endpoints WHERE team_id = ?2) < ?14`,
    endpoint.id,
    endpoint.teamId,
    endpoint.url,
    endpoint.events,
    endpoint.filter,
    endpoint.description,
    endpoint.headers,
    endpoint.headerNames,
    endpoint.active,
    endpoint.rateLimitPerS,
    endpoint.secret,
    endpoint.createdBy,
    endpoint.createdAt,
    PLAN_LIMITS[plan].webhookEndpoints,
  )

export type EndpointChanges = Partial<
  Pick<
    EndpointRow,
    | 'url'
    | 'events'
    | 'filter'
    | 'description'
    | 'headers'
    | 'headerNames'
    | 'active'
    | 'rateLimitPerS'
    | 'disabledReason'
    | 'disabledAt'
    | 'failingSince'
    | 'heldUntil'
    | 'filterError'
    | 'filterErrorAt'
    | 'secret'
    | 'oldSecret'
    | 'oldSecretUntil'
  >
>

export const updateEndpoint = (
  db: Db,
  teamId: string,
  id: string,
  changes: EndpointChanges,
  seen: number,
  now: number,
): Statement =>
  db
    .update(webhookEndpoints)
    .set({ ...changes, version: sql`${webhookEndpoints.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(webhookEndpoints.id, id),
        eq(webhookEndpoints.teamId, teamId),
        eq(webhookEndpoints.version, seen),
      ),
    )

export const deleteEndpoint = (teamId: string, id: string, seen: number | null): Statement =>
  statement(
    'DELETE FROM webhook_endpoints WHERE id = ?1 AND team_id = ?2 AND (?3 IS NULL OR version = ?3)',
    id,
    teamId,
    seen,
  )

/** Holds the pending deliveries of a disabled endpoint. `releaseDeliveries` resumes them. */
export const holdDeliveries = (endpointId: string): Statement =>
  statement(
    'UPDATE webhook_deliveries SET next_attempt_at = NULL WHERE lane = ? AND next_attempt_at IS NOT NULL',
    endpointId,
  )

export const releaseDeliveries = (endpointId: string, now: number): Statement =>
  statement(
    `UPDATE webhook_deliveries SET next_attempt_at = ? WHERE lane = ? AND status = 'pending' AND next_attempt_at IS NULL`,
    now,
    endpointId,
  )

/** Nothing is sent to a deleted endpoint. Its deliveries are purged when they expire. */
export const endDeliveries = (endpointId: string, now: number): Statement =>
  statement(
    `UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL, error = 'The endpoint was deleted', finished_at = ?
     WHERE lane = ? AND status = 'pending'`,
    now,
    endpointId,
  )

/**
 * A guard: of several concurrent failures, the first disables the endpoint. An endpoint that is disabled for failing must have
 * failed since then without a success.
 */
export const disableEndpoint = (
  { id, failingSince }: { id: string; failingSince: number | null },
  reason: 'gone' | 'failing',
  now: number,
): Statement =>
  statement(
    `UPDATE webhook_endpoints SET active = 0, disabled_reason = ?2, disabled_at = ?3, version = version + 1, updated_at = ?3
     WHERE id = ?1 AND active = 1 AND (?2 = 'gone' OR failing_since = ?4)`,
    id,
    reason,
    now,
    failingSince,
  )

export type SealedEndpoint = {
  id: string
  teamId: string
  secret: string
  oldSecret: string | null
  headers: string | null
}

/** Endpoints whose secrets are encrypted with a previous key. */
export async function findEndpointsToRewrap(
  d1: D1Database,
  currentKeyId: string,
  limit: number,
): Promise<SealedEndpoint[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, team_id AS teamId, secret, old_secret AS oldSecret, headers FROM webhook_endpoints
       WHERE secret NOT LIKE ?1 OR old_secret NOT LIKE ?1 OR headers NOT LIKE ?1 LIMIT ?2`,
    )
    .bind(`v1.${currentKeyId}.%`, limit)
    .all<SealedEndpoint>()
  return results
}

/** Only if its secrets have not changed since they were read. */
export async function replaceSealed(
  d1: D1Database,
  before: SealedEndpoint,
  after: Omit<SealedEndpoint, 'id' | 'teamId'>,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE webhook_endpoints SET secret = ?5, old_secret = ?6, headers = ?7
       WHERE id = ?1 AND secret = ?2 AND old_secret IS ?3 AND headers IS ?4`,
    )
    .bind(
      before.id,
      before.secret,
      before.oldSecret,
      before.headers,
      after.secret,
      after.oldSecret,
      after.headers,
    )
    .run()
}
