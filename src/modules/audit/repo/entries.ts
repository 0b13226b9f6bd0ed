// Lists audit entries. Invariants:
// 1. Entries are ordered by `seq`, whichever index the filters use.
// 2. Time filters use only the entry's timestamp. Ids and `seq` follow time only if all clocks were always right.
import { decodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import type { ListOptions } from '../../../db/paginate.ts'
import type { ChainRow } from '../chain.ts'
import { ENTRY_COLUMNS } from './chain.ts'

export type EntryFilter = {
  actor?: string | undefined
  action?: string | undefined
  target?: string | undefined
  team?: string | undefined
  from?: number | undefined
  to?: number | undefined
  /** A prefix of the action. */
  q?: string | undefined
}

type Sql = { sql: string; params: (string | number)[] }

export async function findEntries(
  d1: D1Database,
  filter: EntryFilter,
  options: ListOptions,
): Promise<ChainRow[]> {
  const descending = options.sort.startsWith('-')
  const at = options.cursor === undefined ? null : seqOf(options.cursor, options.sort)
  const where = conditions(filter)
  if (at !== null) {
    where.sql += ` AND seq ${descending ? '<' : '>'} ?`
    where.params.push(at)
  }
  const order = `ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT ?`
  const limit = options.limit + 1
  const query =
    filter.q === undefined
      ? {
          sql: `SELECT ${ENTRY_COLUMNS} FROM audit_log WHERE ${where.sql} ${order}`,
          params: [...where.params, limit],
        }
      : byPrefix(filter.q, where, order, limit)
  const { results } = await d1
    .prepare(query.sql)
    .bind(...query.params)
    .all<ChainRow>()
  return results
}

/** The `seq` that a cursor continues after. */
export function seqOf(cursor: string, sort: string): number {
  const { value } = decodeCursor(cursor, sort)
  if (!Number.isSafeInteger(value)) throw new AppError('request.invalid_cursor')
  return Number(value)
}

/**
 * There are few actions and many entries. So this takes the newest entries of each matching action from the index, and then the
 * newest of those. Sorting all matches would get slower with every entry.
 */
function byPrefix(prefix: string, where: Sql, order: string, limit: number): Sql {
  const [low, high] = prefixRange(prefix)
  return {
    sql: `WITH RECURSIVE names(name) AS (
        SELECT min(action) FROM audit_log WHERE action >= ? AND action < ?
        UNION ALL
        SELECT (SELECT min(action) FROM audit_log WHERE action > name AND action < ?) FROM names WHERE name IS NOT NULL
      )
      SELECT ${ENTRY_COLUMNS} FROM names CROSS JOIN audit_log
        ON seq IN (SELECT seq FROM audit_log WHERE action = name AND ${where.sql} ${order})
      WHERE name IS NOT NULL ${order}`,
    params: [low, high, high, ...where.params, limit, limit],
  }
}

export async function countEntries(d1: D1Database, filter: EntryFilter): Promise<number> {
  const { sql, params } = conditions(filter)
  const prefix = filter.q === undefined ? [] : prefixRange(filter.q)
  const row = await d1
    .prepare(
      `SELECT count(*) AS total FROM audit_log WHERE ${sql}${prefix.length > 0 ? ' AND action >= ? AND action < ?' : ''}`,
    )
    .bind(...params, ...prefix)
    .first<{ total: number }>()
  return row?.total ?? 0
}

const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`]

function conditions(filter: EntryFilter): Sql {
  const parts: string[] = ['seq > 0']
  const params: (string | number)[] = []
  const add = (part: string, ...values: (string | number)[]): void => {
    parts.push(part)
    params.push(...values)
  }
  if (filter.actor !== undefined) add('actor_id = ?', filter.actor)
  if (filter.action !== undefined) add('action = ?', filter.action)
  if (filter.target !== undefined) add('target_id = ?', filter.target)
  if (filter.team !== undefined) add('team_id = ?', filter.team)
  if (filter.from !== undefined) add('created_at >= ?', filter.from)
  if (filter.to !== undefined) add('created_at < ?', filter.to)
  return { sql: parts.join(' AND '), params }
}
