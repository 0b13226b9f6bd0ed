import { and, count, eq, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../../../context.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { apiKeys } from '../../../db/schema/index.ts'

export type ApiKeyRow = {
  id: string
  name: string
  lastFour: string
  scopes: string[]
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}

const COLUMNS = {
  id: apiKeys.id,
  name: apiKeys.name,
  lastFour: apiKeys.lastFour,
  scopes: apiKeys.scopes,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
}

const mine = ({ actor }: ServiceContext) =>
  and(eq(apiKeys.userId, actor.userId), eq(apiKeys.teamId, actor.teamId), isNull(apiKeys.revokedAt))

export function findKeys(ctx: ServiceContext, options: ListOptions): Promise<ApiKeyRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: apiKeys.createdAt }, apiKeys.id)
  return ctx.db
    .select(COLUMNS)
    .from(apiKeys)
    .where(and(mine(ctx), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function findKey(ctx: ServiceContext, id: string): Promise<ApiKeyRow | null> {
  const [row] = await ctx.db
    .select(COLUMNS)
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), mine(ctx)))
    .limit(1)
  return row ?? null
}

export async function countKeys(ctx: ServiceContext): Promise<number> {
  const [row] = await ctx.db.select({ total: count() }).from(apiKeys).where(mine(ctx))
  return row?.total ?? 0
}

/** Checks the limit and inserts in one statement, so parallel requests cannot exceed the limit together. */
export const insertKeyWithinLimit = (
  { actor }: ServiceContext,
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
    actor.teamId,
    actor.userId,
    row.name,
    keyHash,
    row.lastFour,
    JSON.stringify(row.scopes),
    row.createdAt,
    row.expiresAt,
    limit,
  )

export const updateKey = ({ actor }: ServiceContext, row: ApiKeyRow): Statement =>
  statement(
    'UPDATE api_keys SET name = ?, scopes = ? WHERE id = ? AND user_id = ? AND team_id = ? AND revoked_at IS NULL',
    row.name,
    JSON.stringify(row.scopes),
    row.id,
    actor.userId,
    actor.teamId,
  )

export const removeKey = ({ actor }: ServiceContext, id: string): Statement =>
  statement(
    'DELETE FROM api_keys WHERE id = ? AND user_id = ? AND team_id = ? AND revoked_at IS NULL',
    id,
    actor.userId,
    actor.teamId,
  )

/** Revokes all API keys of a user, in every team. */
export const revokeApiKeys = (userId: string, now: number): Statement =>
  statement('UPDATE api_keys SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL', now, userId)

export const markKeyUsed = (d1: D1Database, id: string, now: number) =>
  d1.prepare('UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1').bind(id, now).run()
