// Lists of tasks. Invariants:
// 1. A list scans one index of the team, which is chosen here and not by the query planner, and reads at most
//    `MAX_WALK` of its rows.
// 2. A page that ends at that limit is shorter than requested, and its cursor is the last scanned row.
import { decodeCursor } from '../../../core/cursor.ts'
import { type Columns, type HotRead, hotList } from '../../../db/hot-read.ts'
import type { ListOptions } from '../../../db/paginate.ts'
import { ENDED_STATUSES } from '../pure/status.ts'
import { LISTED, type ListedTask } from './columns.ts'

export const MAX_WALK = 5_000

export type ListFilter = {
  status?: readonly string[] | undefined
  type?: readonly string[] | undefined
  priority?: readonly number[] | undefined
  agent?: readonly string[] | undefined
  /** Empty text for no one. */
  assignee?: readonly string[] | undefined
  tag?: readonly string[] | undefined
  /** Empty text for the top level. */
  parent?: readonly string[] | undefined
  root?: readonly string[] | undefined
  occurrenceOf?: string | undefined
  dueFrom?: number | undefined
  dueTo?: number | undefined
  createdFrom?: number | undefined
  createdTo?: number | undefined
  overdue?: boolean | undefined
  hasErrors?: boolean | undefined
  /** Only these ids, which a search has found. */
  ids?: readonly string[] | undefined
}

export const COLUMN_OF_SORT: Record<string, keyof ListedTask> = {
  created: 'createdAt',
  updated: 'updatedAt',
  due: 'dueSort',
  priority: 'priority',
  progress: 'progress',
}
const SQL_OF_SORT: Record<string, [column: string, index: string]> = {
  created: ['created_at', 'tasks_created'],
  updated: ['updated_at', 'tasks_updated'],
  due: ['due_sort', 'tasks_due'],
  priority: ['priority', 'tasks_priority'],
  progress: ['progress', 'tasks_progress'],
}

/** Indexes of one value followed by the creation time. */
const ONE_VALUE = [
  ['parent', 'parent_id', 'tasks_parent'],
  ['assignee', 'assignee', 'tasks_assignee'],
  ['status', 'status', 'tasks_status'],
  ['type', 'type', 'tasks_type'],
] as const

type Walk = { sql: string; params: (string | number)[]; filters: string[]; column: string; direction: string }

/** The scanned rows as `t`, and the conditions on each row `w`. `?1` is the team. */
function walkOf(teamId: string, filter: ListFilter, { sort, cursor }: ListOptions, now: number): Walk {
  const name = sort.replace(/^-/, '')
  const [column, ownIndex] = SQL_OF_SORT[name] ?? ['created_at', 'tasks_created']
  const descending = sort.startsWith('-')
  const params: (string | number)[] = [teamId]
  const bind = (value: string | number): string => `?${params.push(value)}`
  const within = (values: readonly (string | number)[]): string =>
    `IN (SELECT value FROM json_each(${bind(JSON.stringify(values))}))`

  const walked = ['t.team_id = ?1']
  const filters: string[] = []
  let index = ownIndex
  const lead =
    name === 'created'
      ? ONE_VALUE.find(([key]) => filter[key]?.length === 1 && filter.ids === undefined)
      : undefined
  for (const [key, col] of ONE_VALUE) {
    const values = filter[key]
    if (values === undefined) continue
    if (lead?.[0] === key) {
      index = lead[2]
      walked.push(`t.${col} = ${bind(values[0] ?? '')}`)
    } else filters.push(`w.${col} ${within(values)}`)
  }
  const range = (col: string, from: number | undefined, to: number | undefined) => {
    const [into, row] = col === column ? [walked, 't'] : [filters, 'w']
    if (from !== undefined) into.push(`${row}.${col} >= ${bind(from)}`)
    if (to !== undefined) into.push(`${row}.${col} < ${bind(to)}`)
  }
  range('created_at', filter.createdFrom, filter.createdTo)
  range('due_sort', filter.dueFrom, filter.dueTo)
  if (filter.priority !== undefined) filters.push(`w.priority ${within(filter.priority)}`)
  if (filter.agent !== undefined) filters.push(`w.agent_id ${within(filter.agent)}`)
  if (filter.root !== undefined) filters.push(`w.root_id ${within(filter.root)}`)
  if (filter.occurrenceOf !== undefined) filters.push(`w.occurrence_of = ${bind(filter.occurrenceOf)}`)
  if (filter.tag !== undefined)
    filters.push(`EXISTS (SELECT 1 FROM json_each(w.tags) g WHERE g.value ${within(filter.tag)})`)
  if (filter.hasErrors !== undefined) filters.push(`w.error IS ${filter.hasErrors ? 'NOT ' : ''}NULL`)
  const isOverdue = `(w.due_at < ${bind(now)} AND w.status NOT IN (${ENDED_STATUSES.map((one) => `'${one}'`).join(', ')}))`
  if (filter.overdue !== undefined) filters.push(filter.overdue ? isOverdue : `NOT coalesce(${isOverdue}, 0)`)
  else params.pop()

  if (cursor !== undefined) {
    const at = decodeCursor(cursor, sort)
    walked.push(`(t.${column}, t.id) ${descending ? '<' : '>'} (${bind(at.value)}, ${bind(at.id)})`)
  }
  const from =
    filter.ids === undefined
      ? `tasks t INDEXED BY ${index}`
      : `json_each(${bind(JSON.stringify(filter.ids))}) f CROSS JOIN tasks t ON t.id = f.value`
  return {
    sql: `${from} WHERE ${walked.join(' AND ')}`,
    params,
    filters,
    column,
    direction: descending ? 'DESC' : 'ASC',
  }
}

/** The scan returns its rows in order, and ends when the page is full. */
export function findListed<Row = ListedTask>(
  teamId: string,
  filter: ListFilter,
  options: ListOptions,
  now: number,
  what: Columns<Row> = LISTED as unknown as Columns<Row>,
): HotRead<Row> {
  const { sql, params, filters, column, direction } = walkOf(teamId, filter, options, now)
  const order = `ORDER BY t.${column} ${direction}, t.id ${direction}`
  if (filters.length === 0) return hotList(what, `FROM ${sql} ${order}`, params, options.limit + 1)
  const walk = `(SELECT t.* FROM ${sql} ${order} LIMIT ${MAX_WALK})`
  return hotList(
    what,
    `FROM (SELECT * FROM ${walk} w WHERE ${filters.join(' AND ')}) t`,
    params,
    options.limit + 1,
  )
}

/** The row at which a page has stopped because of the limit. Null if the scan reached the end. */
export async function findWalkEnd(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  options: ListOptions,
  now: number,
): Promise<{ value: string | number; id: string } | null> {
  const { sql, params, filters, column, direction } = walkOf(teamId, filter, options, now)
  if (filters.length === 0) return null
  return d1
    .prepare(
      `SELECT t.${column} AS value, t.id FROM ${sql} ORDER BY t.${column} ${direction}, t.id ${direction} LIMIT 1 OFFSET ${MAX_WALK - 1}`,
    )
    .bind(...params.slice(0, used(sql, params.length)))
    .first<{ value: string | number; id: string }>()
}

/** The number of parameters in a text. D1 limits it. */
const used = (sql: string, most: number): number =>
  Math.min(most, Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n))))

/** All matching rows as `w`, without a limit. */
function matchingOf(
  teamId: string,
  filter: ListFilter,
  now: number,
): { from: string; params: Walk['params'] } {
  const { sql, params, filters } = walkOf(teamId, filter, { sort: '-created', limit: 1 }, now)
  const where = filters.length === 0 ? '' : ` WHERE ${filters.join(' AND ')}`
  return { from: `FROM (SELECT t.* FROM ${sql}) w${where}`, params }
}

export async function countListed(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  now: number,
): Promise<number> {
  const { from, params } = matchingOf(teamId, filter, now)
  const row = await d1
    .prepare(`SELECT count(*) AS n ${from}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export async function countByStatus(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  now: number,
): Promise<{ status: string; n: number }[]> {
  const { from, params } = matchingOf(teamId, filter, now)
  const { results } = await d1
    .prepare(`SELECT w.status, count(*) AS n ${from} GROUP BY w.status`)
    .bind(...params)
    .all<{ status: string; n: number }>()
  return results
}
