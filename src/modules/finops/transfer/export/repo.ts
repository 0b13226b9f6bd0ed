import { rowsOf } from '../../../../db/hot-read.ts'
import { COST_COLUMNS, type ListedCost } from '../../costs/repo.ts'
import { binder, conditionsOf } from '../../snapshots/filter.ts'
import type { SnapshotFilter } from '../../snapshots/schema.ts'
import { type ListedUsage, USAGE_COLUMNS } from '../../usage/repo.ts'

export type Position = { date: string; id: string }

async function page<Row>(
  d1: D1Database,
  table: string,
  columns: { list: string; names: readonly string[] },
  given: { teamId: string; filter: SnapshotFilter; after: Position | null; limit: number },
): Promise<Row[]> {
  const { params, bind } = binder()
  const where = conditionsOf(given.teamId, given.filter, bind)
  if (given.after !== null) where.push(`(date, id) > (${bind(given.after.date)}, ${bind(given.after.id)})`)
  const sql = `SELECT ${columns.list} FROM ${table} WHERE ${where.join(' AND ')} ORDER BY date, id LIMIT ${given.limit}`
  return rowsOf<Row>(d1, { sql, params, columns: columns.names })
}

type PageOf = { teamId: string; filter: SnapshotFilter; after: Position | null; limit: number }

/** In the order of days. */
export const findCostPage = (d1: D1Database, given: PageOf): Promise<ListedCost[]> =>
  page<ListedCost>(d1, 'cost_snapshots', COST_COLUMNS, given)

export const findUsagePage = (d1: D1Database, given: PageOf): Promise<ListedUsage[]> =>
  page<ListedUsage>(d1, 'usage_snapshots', USAGE_COLUMNS, given)

export async function hasMoreRows(
  d1: D1Database,
  kind: 'costs' | 'usage',
  { teamId, filter, than }: { teamId: string; filter: SnapshotFilter; than: number },
): Promise<boolean> {
  const { params, bind } = binder()
  const where = conditionsOf(teamId, filter, bind)
  const table = kind === 'costs' ? 'cost_snapshots' : 'usage_snapshots'
  const row = await d1
    .prepare(`SELECT 1 FROM ${table} WHERE ${where.join(' AND ')} LIMIT 1 OFFSET ${Math.trunc(than)}`)
    .bind(...params)
    .first()
  return row !== null
}

export async function findTeamName(d1: D1Database, teamId: string): Promise<string> {
  const row = await d1.prepare('SELECT name FROM teams WHERE id = ?').bind(teamId).first<{ name: string }>()
  return row?.name ?? teamId
}
