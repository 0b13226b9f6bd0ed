import { and, count, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { Db } from '../../../db/client.ts'
import { keyset } from '../../../db/paginate.ts'
import { integrationSecrets, integrations } from '../../../db/schema/index.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { ListIntegrations } from '../schema.ts'

export type IntegrationRow = typeof integrations.$inferSelect

/** A secret without its value. */
export type SecretRow = Pick<
  typeof integrationSecrets.$inferSelect,
  'integrationId' | 'field' | 'lastFour' | 'setAt' | 'previousUntil'
>

type Filters = Pick<ListIntegrations, 'type' | 'status' | 'q'>

function matching(teamId: string, { type, status, q }: Filters): SQL | undefined {
  return and(
    eq(integrations.teamId, teamId),
    type === undefined ? undefined : eq(integrations.type, type),
    status === undefined ? undefined : eq(integrations.status, status),
    q === undefined
      ? undefined
      : sql`(instr(lower(${integrations.name}), ${sqlLower(q)}) > 0 OR instr(lower(${integrations.description}), ${sqlLower(q)}) > 0)`,
  )
}

export function findIntegrations(db: Db, teamId: string, query: ListIntegrations): Promise<IntegrationRow[]> {
  const { createdAt, updatedAt, name, id } = integrations
  const { where, orderBy, limit } = keyset(query, { createdAt, updatedAt, name }, id)
  return db
    .select()
    .from(integrations)
    .where(and(matching(teamId, query), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countIntegrations(db: Db, teamId: string, filters: Filters = {}): Promise<number> {
  const [row] = await db.select({ total: count() }).from(integrations).where(matching(teamId, filters))
  return row?.total ?? 0
}

export async function findIntegration(db: Db, teamId: string, id: string): Promise<IntegrationRow | null> {
  const [row] = await db
    .select()
    .from(integrations)
    .where(and(eq(integrations.id, id), eq(integrations.teamId, teamId)))
  return row ?? null
}

export async function isIntegrationNameTaken(db: Db, teamId: string, name: string): Promise<boolean> {
  const [row] = await db
    .select({ id: integrations.id })
    .from(integrations)
    .where(and(eq(integrations.teamId, teamId), eq(integrations.name, name)))
  return row !== undefined
}

/** For a page of integrations of the team. */
export async function findSecretRows(db: Db, teamId: string, ids: string[]): Promise<SecretRow[]> {
  if (ids.length === 0) return []
  const { integrationId, field, lastFour, setAt, previousUntil } = integrationSecrets
  return db
    .select({ integrationId, field, lastFour, setAt, previousUntil })
    .from(integrationSecrets)
    .where(and(inArray(integrationId, ids), eq(integrationSecrets.teamId, teamId)))
}

export type NewIntegration = Pick<
  IntegrationRow,
  | 'id'
  | 'teamId'
  | 'type'
  | 'name'
  | 'description'
  | 'config'
  | 'allowedHosts'
  | 'status'
  | 'nextTestAt'
  | 'createdBy'
  | 'createdAt'
>

/** Inserts only while the plan has room, in one statement, so that parallel requests cannot exceed the limit. */
export const insertIntegrationWithin = (row: NewIntegration, plan: Plan): Statement =>
  statement(
    `INSERT INTO integrations (id, team_id, type, name, description, config, allowed_hosts, status, next_test_at, created_by, created_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11
     WHERE ?12 IS NULL OR (SELECT count(*) FROM integrations WHERE team_id = ?2) < ?12`,
    row.id,
    row.teamId,
    row.type,
    row.name,
    row.description,
    JSON.stringify(row.config),
    JSON.stringify(row.allowedHosts),
    row.status,
    row.nextTestAt,
    row.createdBy,
    row.createdAt,
    PLAN_LIMITS[plan].integrations,
  )

export type IntegrationChanges = Partial<
  Pick<
    IntegrationRow,
    'name' | 'description' | 'config' | 'allowedHosts' | 'status' | 'nextTestAt' | 'unclearTests'
  >
>

/** The guard of every change: the version must be the one that the change is based on. */
export const updateIntegration = (
  db: Db,
  where: { teamId: string; id: string; version: number },
  changes: IntegrationChanges,
  now: number,
): Statement =>
  db
    .update(integrations)
    .set({ ...changes, version: sql`${integrations.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(integrations.id, where.id),
        eq(integrations.teamId, where.teamId),
        eq(integrations.version, where.version),
      ),
    )

export const deleteIntegration = (teamId: string, id: string, version: number | null): Statement =>
  statement(
    'DELETE FROM integrations WHERE id = ?1 AND team_id = ?2 AND (?3 IS NULL OR version = ?3)',
    id,
    teamId,
    version,
  )

export type FoundIntegration = { id: string; name: string; type: string; status: string; updatedAt: number }

/** `text` in lower case (`sqlLower`). Names that begin with it come first. */
export async function searchIntegrations(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundIntegration[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, name, type, status, updated_at AS updatedAt FROM integrations
       WHERE team_id = ?1 AND (instr(lower(name || char(10) || description || char(10) || type), ?2) > 0
         OR (length(?2) >= 4 AND substr(id, -length(?2)) = ?2))
       ORDER BY instr(lower(name), ?2) <> 1, updated_at DESC, id LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundIntegration>()
  return results
}
