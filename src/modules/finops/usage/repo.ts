import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import type { Statement } from '../../../db/commit.ts'
import { columns, type HotRead } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import { usageSnapshots } from '../../../db/schema/index.ts'
import { type Bind, binder, conditionsOf, listedTable, searchCondition } from '../snapshots/filter.ts'
import type { SnapshotKey } from '../snapshots/key.ts'
import { DIMENSION_COLUMNS, KEY_COLUMN_NAMES, snapshotKeyCondition, TIME_COLUMNS } from '../snapshots/repo.ts'
import type { ListUsage } from './schema.ts'

export type UsageRow = typeof usageSnapshots.$inferSelect

/** `labels` is JSON here, as it is read without drizzle. */
export type ListedUsage = Omit<UsageRow, 'labels' | 'importId'> & { labels: string }

const one = (teamId: string, id: string) => and(eq(usageSnapshots.id, id), eq(usageSnapshots.teamId, teamId))

export async function findUsage(db: Db, teamId: string, id: string): Promise<UsageRow | null> {
  const [row] = await db.select().from(usageSnapshots).where(one(teamId, id)).limit(1)
  return row ?? null
}

export async function findUsageByKey(db: Db, teamId: string, key: SnapshotKey): Promise<UsageRow | null> {
  const [row] = await db
    .select()
    .from(usageSnapshots)
    .where(snapshotKeyCondition(usageSnapshots, teamId, key))
    .limit(1)
  return row ?? null
}

export const insertUsage = (db: Db, row: typeof usageSnapshots.$inferInsert): Statement =>
  db.insert(usageSnapshots).values(row)

/** Changes nothing if the row has changed since `seenVersion`. */
export const updateUsage = (
  db: Db,
  before: UsageRow,
  changes: Partial<typeof usageSnapshots.$inferInsert>,
  now: number,
): Statement =>
  db
    .update(usageSnapshots)
    .set({ ...changes, version: sql`${usageSnapshots.version} + 1`, updatedAt: now })
    .where(and(one(before.teamId, before.id), eq(usageSnapshots.version, before.version)))

export const deleteUsageRow = (db: Db, before: UsageRow): Statement =>
  db
    .delete(usageSnapshots)
    .where(and(one(before.teamId, before.id), eq(usageSnapshots.version, before.version)))

export const USAGE_COLUMNS = columns<ListedUsage>({
  ...KEY_COLUMN_NAMES,
  microHours: 'micro_hours',
  quantity: 'quantity',
  unit: 'unit',
  tokens: 'tokens',
  ...DIMENSION_COLUMNS,
  ...TIME_COLUMNS,
})

const SORTS: Record<string, string> = { date: 'date', hours: 'micro_hours' }

function whereOf(teamId: string, query: ListUsage, bind: Bind): string[] {
  const where = conditionsOf(teamId, query, bind)
  if (query.q !== undefined) where.push(searchCondition(query.q, bind))
  return where
}

export function findUsages(teamId: string, query: ListUsage): HotRead<ListedUsage> {
  const { params, bind } = binder()
  const where = whereOf(teamId, query, bind)
  const column = SORTS[query.sort.replace('-', '')] ?? 'date'
  return keysetRead(
    USAGE_COLUMNS,
    { from: listedTable('usage_snapshots', query), where, params, column, id: 'id' },
    query,
  )
}

export async function countUsages(d1: D1Database, teamId: string, query: ListUsage): Promise<number> {
  const { params, bind } = binder()
  const where = whereOf(teamId, query, bind)
  const row = await d1
    .prepare(
      `SELECT count(*) AS n FROM ${listedTable('usage_snapshots', query)} WHERE ${where.join(' AND ')}`,
    )
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}
