// The index of sockets and streams. One statement inserts a connection and checks its rights. Code that ends rights looks for
// connections after its commit. So one of the two always sees that the rights have ended, whatever their order.
import { and, count, eq, type SQL } from 'drizzle-orm'
import { DAY_MS } from '../../../core/clock.ts'
import type { Db } from '../../../db/client.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { realtimeConnections, teams, users } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { Connect } from '../../../objects/live-hub.ts'

/** The maximum duration, even for longer sessions. It limits how long rows stay after a crash; clients reconnect. */
const MAX_CONNECTION_MS = DAY_MS

export type NewConnection = Omit<Connect, 'channels' | 'scopes'> & {
  id: string
  hub: string
  kind: 'socket' | 'stream'
}

const KEY_HOLDS = `k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?1)
  AND EXISTS (SELECT 1 FROM json_each(k.scopes) WHERE value = 'runs:read')`

/** Returns when it must end and the current scopes of its key, or why it cannot be opened. */
export async function insertConnection(
  d1: D1Database,
  connection: NewConnection,
  now: number,
): Promise<{ endsAt: number; scopes: string[] | null } | 'no_rights' | 'too_many'> {
  const { id, hub, kind, teamId, userId, sessionId, keyId, limit, address, userAgent } = connection
  const [entered, counted] = await d1.batch<{ endsAt: number; n: number; scopes: string | null }>([
    d1
      .prepare(
        `INSERT INTO realtime_connections (id, hub, kind, team_id, user_id, session_id, token_version, key_id, address, user_agent, opened_at, ends_at)
         SELECT ?2, ?3, ?4, m.team_id, u.id, s.id, CASE WHEN k.id IS NULL THEN u.token_version END, k.id, ?9, ?10, ?1,
           min(?11, coalesce(k.expires_at, s.expires_at, ?11))
         FROM team_members m JOIN users u ON u.id = m.user_id AND u.status = 'active'
         LEFT JOIN sessions s ON s.id = ?7 AND s.user_id = u.id AND s.revoked_at IS NULL
         LEFT JOIN api_keys k ON k.id = ?8 AND k.user_id = u.id AND k.team_id = m.team_id AND ${KEY_HOLDS}
         WHERE m.team_id = ?5 AND m.user_id = ?6 AND (s.id IS NOT NULL OR k.id IS NOT NULL)
           AND (SELECT count(*) FROM realtime_connections c WHERE c.user_id = ?6 AND c.ends_at > ?1) < ?12
         RETURNING ends_at AS endsAt`,
      )
      .bind(
        now,
        id,
        hub,
        kind,
        teamId,
        userId,
        sessionId,
        keyId,
        address,
        userAgent,
        now + MAX_CONNECTION_MS,
        limit,
      ),
    d1
      .prepare(
        `SELECT count(*) AS n, (SELECT scopes FROM api_keys WHERE id = ?3) AS scopes
         FROM realtime_connections WHERE user_id = ?1 AND ends_at > ?2`,
      )
      .bind(userId, now, keyId),
  ])
  const { n = 0, scopes = null } = counted?.results[0] ?? {}
  const endsAt = entered?.results[0]?.endsAt
  if (endsAt !== undefined) return { endsAt, scopes: scopes === null ? null : JSON.parse(scopes) }
  return n >= limit ? 'too_many' : 'no_rights'
}

const HOLDS = `EXISTS (
  SELECT 1 FROM team_members m JOIN users u ON u.id = m.user_id AND u.status = 'active'
  WHERE m.team_id = c.team_id AND m.user_id = c.user_id AND (
    EXISTS (SELECT 1 FROM sessions s WHERE s.id = c.session_id AND s.revoked_at IS NULL AND u.token_version = c.token_version)
    OR EXISTS (SELECT 1 FROM api_keys k WHERE k.id = c.key_id AND ${KEY_HOLDS})))`

export type HeldConnection = { id: string; hub: string }

/** Connections of a user or a team whose rights have ended. */
export async function findLostConnections(
  d1: D1Database,
  of: 'user' | 'team',
  id: string,
  now: number,
  limit: number,
): Promise<HeldConnection[]> {
  const { results } = await d1
    .prepare(`SELECT c.id, c.hub FROM realtime_connections c WHERE c.${of}_id = ?2 AND NOT ${HOLDS} LIMIT ?3`)
    .bind(now, id, limit)
    .all<HeldConnection>()
  return results
}

/** The API keys that a person has connections with, and their current scopes. */
export async function findKeysConnected(
  d1: D1Database,
  userId: string,
): Promise<{ hub: string; keyId: string; scopes: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT c.hub, k.id AS keyId, k.scopes FROM realtime_connections c JOIN api_keys k ON k.id = c.key_id
       WHERE c.user_id = ?`,
    )
    .bind(userId)
    .all<{ hub: string; keyId: string; scopes: string }>()
  return results
}

export async function deleteConnections(d1: D1Database, ids: readonly string[]): Promise<void> {
  await d1
    .prepare('DELETE FROM realtime_connections WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(ids))
    .run()
}

export async function findConnectionsOf(d1: D1Database, hub: string): Promise<string[]> {
  const { results } = await d1
    .prepare('SELECT id FROM realtime_connections WHERE hub = ?')
    .bind(hub)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

export const deleteConnection = (id: string): Statement =>
  statement('DELETE FROM realtime_connections WHERE id = ?', id)

const shown = {
  id: realtimeConnections.id,
  hub: realtimeConnections.hub,
  kind: realtimeConnections.kind,
  teamId: realtimeConnections.teamId,
  teamName: teams.name,
  userId: realtimeConnections.userId,
  email: users.email,
  keyId: realtimeConnections.keyId,
  address: realtimeConnections.address,
  userAgent: realtimeConnections.userAgent,
  openedAt: realtimeConnections.openedAt,
  endsAt: realtimeConnections.endsAt,
}
export type ConnectionRow = Awaited<ReturnType<typeof findConnections>>[number]

export type ConnectionFilter = { userId?: string | undefined; teamId?: string | undefined }

const whereOf = ({ userId, teamId }: ConnectionFilter): SQL | undefined =>
  and(
    userId === undefined ? undefined : eq(realtimeConnections.userId, userId),
    teamId === undefined ? undefined : eq(realtimeConnections.teamId, teamId),
  )

export function findConnections(db: Db, options: ListOptions & ConnectionFilter) {
  const { where, orderBy, limit } = keyset(
    options,
    { openedAt: realtimeConnections.openedAt },
    realtimeConnections.id,
  )
  return db
    .select(shown)
    .from(realtimeConnections)
    .leftJoin(users, eq(users.id, realtimeConnections.userId))
    .leftJoin(teams, eq(teams.id, realtimeConnections.teamId))
    .where(and(whereOf(options), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countConnections(db: Db, filter: ConnectionFilter): Promise<number> {
  const [row] = await db.select({ n: count() }).from(realtimeConnections).where(whereOf(filter))
  return row?.n ?? 0
}

export async function findConnection(db: Db, id: string) {
  const [row] = await db.select().from(realtimeConnections).where(eq(realtimeConnections.id, id))
  return row ?? null
}
