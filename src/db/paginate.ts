// Keyset paging, the same for every list. Rows are ordered by (sort value, id), so adding or removing rows between pages neither
// repeats nor skips others. Each page fetches one extra row to know whether there is a next page.
import { asc, desc, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { decodeCursor, encodeCursor } from '../core/cursor.ts'
import { type Columns, type HotRead, hotList } from './hot-read.ts'

export type ListOptions = { limit: number; cursor?: string | undefined; sort: string }

export type Page<T> = { items: T[]; nextCursor: string | null; total?: number }

export function keyset(options: ListOptions, columns: Record<string, SQLiteColumn>, id: SQLiteColumn) {
  const descending = options.sort.startsWith('-')
  const column = columns[options.sort.replace(/^-/, '')]
  if (!column) throw new Error(`The list has no sort ${options.sort}`)
  const after = descending ? lt : gt
  const direction = descending ? desc : asc
  let where: SQL | undefined
  if (options.cursor !== undefined) {
    const at = decodeCursor(options.cursor, options.sort)
    // A row value comparison, because SQLite can answer it with one index range. Sort columns are NOT NULL.
    const sign = sql.raw(descending ? '<' : '>')
    where = column === id ? after(id, at.id) : sql`(${column}, ${id}) ${sign} (${at.value}, ${at.id})`
  }
  const orderBy = column === id ? [direction(id)] : [direction(column), direction(id)]
  return { where, orderBy, limit: options.limit + 1 }
}

type ListInSql = {
  from: string
  /** Conditions, with numbered parameters. */
  where: readonly string[]
  params: readonly (string | number)[]
  column: string
  id: string
}

/** The same as `keyset`, in SQL. */
export function keysetRead<Row>(
  what: Columns<Row>,
  { from, where, params, column, id }: ListInSql,
  { sort, cursor, limit }: ListOptions,
): HotRead<Row> {
  const [sign, direction] = sort.startsWith('-') ? ['<', 'DESC'] : ['>', 'ASC']
  const at = cursor === undefined ? null : decodeCursor(cursor, sort)
  const n = params.length
  const conditions = at === null ? where : [...where, `(${column}, ${id}) ${sign} (?${n + 1}, ?${n + 2})`]
  return hotList(
    what,
    `FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${column} ${direction}, ${id} ${direction}`,
    at === null ? [...params] : [...params, at.value, at.id],
    limit + 1,
  )
}

export function toPage<Row, Item>(
  rows: Row[],
  options: ListOptions,
  positionOf: (row: Row) => { value: string | number; id: string },
  toItem: (row: Row) => Item,
): Page<Item> {
  const more = rows.length > options.limit
  const shown = more ? rows.slice(0, options.limit) : rows
  const last = shown.at(-1)
  const nextCursor =
    more && last !== undefined ? encodeCursor({ sort: options.sort, ...positionOf(last) }) : null
  return { items: shown.map(toItem), nextCursor }
}
