import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import type { Statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotList } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import { costSnapshots } from '../../../db/schema/index.ts'
import { type Bind, binder, conditionsOf, listedTable, searchCondition } from '../snapshots/filter.ts'
import type { SnapshotKey } from '../snapshots/key.ts'
import { DIMENSION_COLUMNS, KEY_COLUMN_NAMES, snapshotKeyCondition, TIME_COLUMNS } from '../snapshots/repo.ts'
import type { ListCosts } from './schema.ts'

export type CostRow = typeof costSnapshots.$inferSelect

/** `labels` and `focus` are JSON here, as they are read without drizzle. */
export type ListedCost = Omit<CostRow, 'labels' | 'focus' | 'importId'> & {
  labels: string
  focus: string | null
}

const one = (teamId: string, id: string) => and(eq(costSnapshots.id, id), eq(costSnapshots.teamId, teamId))

export async function findCost(db: Db, teamId: string, id: string): Promise<CostRow | null> {
  const [row] = await db.select().from(costSnapshots).where(one(teamId, id)).limit(1)
  return row ?? null
}

export async function findCostByKey(db: Db, teamId: string, key: SnapshotKey): Promise<CostRow | null> {
  const [row] = await db
    .select()
    .from(costSnapshots)
    .where(snapshotKeyCondition(costSnapshots, teamId, key))
    .limit(1)
  return row ?? null
}

export const insertCost = (db: Db, row: typeof costSnapshots.$inferInsert): Statement =>
  db.insert(costSnapshots).values(row)

/** Changes nothing if the row has changed since `seenVersion`. */
export const updateCost = (
  db: Db,
  before: CostRow,
  changes: Partial<typeof costSnapshots.$inferInsert>,
  now: number,
): Statement =>
  db
    .update(costSnapshots)
    .set({ ...changes, version: sql`${costSnapshots.version} + 1`, updatedAt: now })
    .where(and(one(before.teamId, before.id), eq(costSnapshots.version, before.version)))

export const deleteCostRow = (db: Db, before: CostRow): Statement =>
  db
    .delete(costSnapshots)
    .where(and(one(before.teamId, before.id), eq(costSnapshots.version, before.version)))

export const COST_COLUMNS = columns<ListedCost>({
  ...KEY_COLUMN_NAMES,
  costMicroUsd: 'cost_micro_usd',
  effectiveMicroUsd: 'effective_micro_usd',
  listMicroUsd: 'list_micro_usd',
  currency: 'currency',
  originalMicro: 'original_micro',
  originalEffectiveMicro: 'original_effective_micro',
  originalListMicro: 'original_list_micro',
  ...DIMENSION_COLUMNS,
  focus: 'focus',
  ...TIME_COLUMNS,
})

const SORTS: Record<string, string> = { date: 'date', cost: 'cost_micro_usd' }

function whereOf(teamId: string, query: ListCosts, bind: Bind): string[] {
  const where = conditionsOf(teamId, query, bind)
  if (query.currency !== undefined) where.push(`currency = ${bind(query.currency)}`)
  if (query.q !== undefined) where.push(searchCondition(query.q, bind))
  return where
}

export function findCosts(teamId: string, query: ListCosts): HotRead<ListedCost> {
  const { params, bind } = binder()
  const where = whereOf(teamId, query, bind)
  const column = SORTS[query.sort.replace('-', '')] ?? 'date'
  const list = { from: listedTable('cost_snapshots', query), where, params, column, id: 'id' }
  if (column === 'date') return keysetRead(COST_COLUMNS, list, query)
  // The index of the date has the cost as well. So the rows of a period are sorted in the index, and only those of the page are read.
  const page = keysetRead(columns<{ rowid: number }>({ rowid: 'rowid' }), list, query)
  const direction = query.sort.startsWith('-') ? 'DESC' : 'ASC'
  return hotList(
    COST_COLUMNS,
    `FROM cost_snapshots WHERE rowid IN (${page.sql}) ORDER BY ${column} ${direction}, id ${direction}`,
    page.params,
    query.limit + 1,
  )
}

export async function countCosts(d1: D1Database, teamId: string, query: ListCosts): Promise<number> {
  const { params, bind } = binder()
  const where = whereOf(teamId, query, bind)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM ${listedTable('cost_snapshots', query)} WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}
