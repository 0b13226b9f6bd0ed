import { and, asc, count, eq, gt, type SQL } from 'drizzle-orm'
import { decodeCursor } from '../../../../core/cursor.ts'
import type { Db } from '../../../../db/client.ts'
import { keyset } from '../../../../db/paginate.ts'
import { costImportErrors, costImports, costMappings } from '../../../../db/schema/index.ts'
import { type Statement, statement } from '../../../../db/statement.ts'
import type { ListImportErrors, ListImports, ListMappings } from './schema.ts'

export type ImportRow = typeof costImports.$inferSelect
export type MappingRow = typeof costMappings.$inferSelect
export type ErrorRow = { line: number; column: string | null; reason: string }

export const MAX_ERRORS = 1_000

const one = (teamId: string, id: string) => and(eq(costImports.id, id), eq(costImports.teamId, teamId))

export async function findImport(db: Db, teamId: string, id: string): Promise<ImportRow | null> {
  const [row] = await db.select().from(costImports).where(one(teamId, id)).limit(1)
  return row ?? null
}

const filtered = (teamId: string, { status, kind }: ListImports): SQL | undefined =>
  and(
    eq(costImports.teamId, teamId),
    status === undefined ? undefined : eq(costImports.status, status),
    kind === undefined ? undefined : eq(costImports.kind, kind),
  )

export function findImports(db: Db, teamId: string, query: ListImports): Promise<ImportRow[]> {
  const { where, orderBy, limit } = keyset(query, { createdAt: costImports.createdAt }, costImports.id)
  return db
    .select()
    .from(costImports)
    .where(and(filtered(teamId, query), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countImports(db: Db, teamId: string, query: ListImports): Promise<number> {
  const [row] = await db.select({ total: count() }).from(costImports).where(filtered(teamId, query))
  return row?.total ?? 0
}

export const insertImport = (db: Db, row: typeof costImports.$inferInsert): Statement =>
  db.insert(costImports).values(row)

export type Progress = {
  line: number
  created: number
  corrected: number
  unchanged: number
  refused: number
}

/** Changes one row if the page was not done in the meantime, and the import was not cancelled. */
export const guardPage = (row: ImportRow, seenLine: number, more: Progress): Statement =>
  statement(
    `UPDATE cost_imports SET status = 'running', line = ?4, created = created + ?5, corrected = corrected + ?6, unchanged = unchanged + ?7,
       refused = refused + ?8
     WHERE id = ?1 AND team_id = ?2 AND line = ?3 AND status IN ('queued', 'running')`,
    row.id,
    row.teamId,
    seenLine,
    more.line,
    more.created,
    more.corrected,
    more.unchanged,
    more.refused,
  )

/** Changes one row if the import has not ended. */
export const guardEnd = (
  row: Pick<ImportRow, 'id' | 'teamId'>,
  status: 'succeeded' | 'failed' | 'cancelled',
  error: string | null,
  now: number,
): Statement =>
  statement(
    `UPDATE cost_imports SET status = ?3, error = ?4, finished_at = ?5 WHERE id = ?1 AND team_id = ?2 AND status IN ('queued', 'running')`,
    row.id,
    row.teamId,
    status,
    error,
    now,
  )

/** The run has another id than planned. */
export const setImportRun = (teamId: string, id: string, runId: string): Statement =>
  statement(
    `UPDATE cost_imports SET run_id = ?3 WHERE id = ?2 AND team_id = ?1 AND status IN ('queued', 'running')`,
    teamId,
    id,
    runId,
  )

/** Imports whose run was never started, because their message failed too often. */
export async function findGivenUp(
  d1: D1Database,
  limit: number,
): Promise<Pick<ImportRow, 'id' | 'teamId'>[]> {
  const { results } = await d1
    .prepare(
      `SELECT i.id, i.team_id AS teamId FROM outbox o CROSS JOIN cost_imports i ON i.id = o.body ->> 'importId'
       WHERE o.status = 'dead' AND o.type = 'costs.import' AND i.status IN ('queued', 'running') LIMIT ?`,
    )
    .bind(limit)
    .all<Pick<ImportRow, 'id' | 'teamId'>>()
  return results
}

/** Only while there are fewer than 1,000. */
export const insertErrors = (importId: string, errors: ErrorRow[]): Statement =>
  statement(
    `INSERT INTO cost_import_errors (import_id, number, line, column_name, reason)
     SELECT ?1, n.least + e.key, e.value ->> 'line', e.value ->> 'column', e.value ->> 'reason'
     FROM (SELECT coalesce(max(number) + 1, 0) AS least FROM cost_import_errors WHERE import_id = ?1) n JOIN json_each(?2) e
     WHERE n.least + e.key < ${MAX_ERRORS}`,
    importId,
    JSON.stringify(errors),
  )

export async function findErrors(
  db: Db,
  importId: string,
  { cursor, sort, limit }: ListImportErrors,
): Promise<(ErrorRow & { number: number })[]> {
  const { number, line, column, reason } = costImportErrors
  const after = cursor === undefined ? undefined : gt(number, Number(decodeCursor(cursor, sort).value))
  return db
    .select({ number, line, column, reason })
    .from(costImportErrors)
    .where(and(eq(costImportErrors.importId, importId), after))
    .orderBy(asc(number))
    .limit(limit + 1)
}

export function findFirstErrors(db: Db, importId: string, limit: number): Promise<ErrorRow[]> {
  const { number, line, column, reason } = costImportErrors
  return db
    .select({ line, column, reason })
    .from(costImportErrors)
    .where(eq(costImportErrors.importId, importId))
    .orderBy(asc(number))
    .limit(limit)
}

export async function countErrors(db: Db, importId: string): Promise<number> {
  const of = eq(costImportErrors.importId, importId)
  const [row] = await db.select({ total: count() }).from(costImportErrors).where(of)
  return row?.total ?? 0
}

export async function findMapping(db: Db, teamId: string, name: string): Promise<MappingRow | null> {
  const named = and(eq(costMappings.teamId, teamId), eq(costMappings.name, name))
  const [row] = await db.select().from(costMappings).where(named).limit(1)
  return row ?? null
}

export function findMappings(
  db: Db,
  teamId: string,
  { cursor, sort, limit }: ListMappings,
): Promise<MappingRow[]> {
  const after = cursor === undefined ? undefined : gt(costMappings.name, decodeCursor(cursor, sort).id)
  return db
    .select()
    .from(costMappings)
    .where(and(eq(costMappings.teamId, teamId), after))
    .orderBy(asc(costMappings.name))
    .limit(limit + 1)
}

export async function countMappings(db: Db, teamId: string): Promise<number> {
  const [row] = await db.select({ total: count() }).from(costMappings).where(eq(costMappings.teamId, teamId))
  return row?.total ?? 0
}

export const upsertMapping = (db: Db, row: typeof costMappings.$inferInsert): Statement =>
  db
    .insert(costMappings)
    .values(row)
    .onConflictDoUpdate({
      target: [costMappings.teamId, costMappings.name],
      set: { columns: row.columns, defaults: row.defaults, updatedAt: row.updatedAt },
    })

export const deleteMappingRow = (db: Db, teamId: string, name: string): Statement =>
  db.delete(costMappings).where(and(eq(costMappings.teamId, teamId), eq(costMappings.name, name)))
