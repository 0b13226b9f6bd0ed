import { and, count, eq, isNull } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { type Statement, statement } from '../../db/commit.ts'
import { keyset, type ListOptions } from '../../db/paginate.ts'
import { apiKeys } from '../../db/schema/index.ts'

export type ApiKeyRow = Pick<
  typeof apiKeys.$inferSelect,
  'id' | 'name' | 'lastFour' | 'scopes' | 'createdAt' | 'expiresAt' | 'lastUsedAt'
>

const COLUMNS = {
  id: apiKeys.id,
  name: apiKeys.name,
  lastFour: apiKeys.lastFour,
  scopes: apiKeys.scopes,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
}

/** A key belongs to one user in one team. */
export type KeyOwner = { userId: string; teamId: string }

const ownedBy = ({ userId, teamId }: KeyOwner) =>
  and(eq(apiKeys.userId, userId), eq(apiKeys.teamId, teamId), isNull(apiKeys.revokedAt))

export function findKeys(db: Db, owner: KeyOwner, options: ListOptions): Promise<ApiKeyRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: apiKeys.createdAt }, apiKeys.id)
  return db
    .select(COLUMNS)
    .from(apiKeys)
    .where(and(ownedBy(owner), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function findKey(db: Db, owner: KeyOwner, id: string): Promise<ApiKeyRow | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), ownedBy(owner)))
    .limit(1)
  return row ?? null
}

export async function countKeys(db: Db, owner: KeyOwner): Promise<number> {
  const [row] = await db.select({ total: count() }).from(apiKeys).where(ownedBy(owner))
  return row?.total ?? 0
}

/** Checks the limit and inserts in one statement, so parallel requests cannot exceed the limit together. */
export const insertKey = (
  { userId, teamId }: KeyOwner,
  row: ApiKeyRow,
  keyHash: string,
  limit: number | null,
): Statement =>
  statement(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at, expires_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
     WHERE ?10 IS NULL
        OR (SELECT count(*) FROM api_keys WHERE user_id = ?3 AND team_id = ?2 AND revoked_at IS NULL) < ?10`,
    row.id,
    teamId,
    userId,
    row.name,
    keyHash,
    row.lastFour,
    JSON.stringify(row.scopes),
    row.createdAt,
    row.expiresAt,
    limit,
  )

export const updateKey = ({ userId, teamId }: KeyOwner, row: ApiKeyRow): Statement =>
  statement(
    'UPDATE api_keys SET name = ?, scopes = ? WHERE id = ? AND user_id = ? AND team_id = ? AND revoked_at IS NULL',
    row.name,
    JSON.stringify(row.scopes),
    row.id,
    userId,
    teamId,
  )

export const deleteKey = ({ userId, teamId }: KeyOwner, id: string): Statement =>
  statement(
    'DELETE FROM api_keys WHERE id = ? AND user_id = ? AND team_id = ? AND revoked_at IS NULL',
    id,
    userId,
    teamId,
  )

/** Revokes all API keys of a user, in every team. */
export const revokeApiKeys = (userId: string, now: number): Statement =>
  statement('UPDATE api_keys SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL', now, userId)

export const markKeyUsed = (d1: D1Database, id: string, now: number) =>
  d1.prepare('UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1').bind(id, now).run()

/** Revokes the API keys of a user in one team. */
export const revokeKeysIn = (teamId: string, userId: string, now: number): Statement =>
  statement(
    'UPDATE api_keys SET revoked_at = ? WHERE user_id = ? AND team_id = ? AND revoked_at IS NULL',
    now,
    userId,
    teamId,
  )

/** Deletes the keys of a user where an SQL condition holds, whose ?1 is the user. */
export const deleteKeysIf = (condition: string, userId: string): Statement =>
  statement(`DELETE FROM api_keys WHERE user_id = ?1 AND ${condition}`, userId)
