import { decodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import { binder, conditionsOf } from '../snapshots/filter.ts'
import type { Dimension } from './dimensions.ts'
import { dimensionSql } from './dimensions-repo.ts'
import { lengthOf, previousOf } from './period.ts'
import { jobPartsSql, rolledUpPartsOf, type Source, sourceSql } from './source-repo.ts'

/** `total` adds floats, which is exact for integers below 2^53 and never overflows. */
const sum = (column: string): string => `CAST(total(${column}) AS INTEGER)`

export type TotalRow = { cost: number; hours: number; tokens: number; costRows: number; usageRows: number }

export type CurrencyRow = { currency: string; whole: number; rest: number }

export async function findTotal(
  d1: D1Database,
  source: Source,
): Promise<{ total: TotalRow; currencies: CurrencyRow[] }> {
  const one = binder()
  const totals = `SELECT ${sum('cost')} AS cost, ${sum('hours')} AS hours, ${sum('tokens')} AS tokens,
    ${sum('cost_rows')} AS costRows, ${sum('usage_rows')} AS usageRows FROM (${sourceSql(source, one.bind)})`
  const two = binder()
  const { teamId, filter, period } = source
  const parts = source.fromRows
    ? [{ table: 'cost_snapshots', where: conditionsOf(teamId, { ...filter, ...period }, two.bind) }]
    : rolledUpPartsOf(source, two.bind)
  const originals = parts.map(
    ({ table, where }) => `SELECT currency, original_micro FROM ${table} WHERE ${where.join(' AND ')}`,
  )
  // Sums of millionths may exceed JavaScript's exact integers, so whole units and the rest are added separately.
  const currencies = `SELECT currency, sum(original_micro / 1000000) AS whole, sum(original_micro % 1000000) AS rest
    FROM (${originals.join(' UNION ALL ')}) WHERE currency <> '' GROUP BY currency ORDER BY currency`
  const [total, byCurrency] = await d1.batch<unknown>([
    d1.prepare(totals).bind(...one.params),
    d1.prepare(currencies).bind(...two.params),
  ])
  return {
    total: total?.results[0] as TotalRow,
    currencies: (byCurrency?.results ?? []) as CurrencyRow[],
  }
}

/** The number of days into which the jobs of this period and the previous one are split. */
export async function countJobParts(d1: D1Database, source: Source): Promise<number> {
  let parts = 0
  for (const period of [source.period, previousOf(source.period)]) {
    const { params, bind } = binder()
    const sql = jobPartsSql({ ...source, period }, bind)
    if (sql === null) continue
    const row = await d1
      .prepare(sql)
      .bind(...params)
      .first<{ parts: number }>()
    parts += row?.parts ?? 0
  }
  return parts
}

export const SUMMARY_SORTS = ['-cost', 'cost', '-hours', 'hours', 'key', '-key'] as const
export type SummarySort = (typeof SUMMARY_SORTS)[number]

/** `key` is a JSON list of the values of all dimensions. `left…` count the groups from this page on. */
export type GroupRow = {
  key: string
  cost: number
  hours: number
  tokens: number
  previous: number
  totalCost: number
  totalHours: number
  left: number
  leftCost: number
  leftHours: number
  leftTokens: number
}

export type SummaryQuestion = {
  source: Source
  dimensions: Dimension[]
  sort: SummarySort
  /** Identifies the query, so that a cursor of another query is refused. */
  cursorSort: string
  limit: number
  cursor: string | undefined
}

export async function findGroups(d1: D1Database, question: SummaryQuestion): Promise<GroupRow[]> {
  const { source, dimensions, sort } = question
  const { params, bind } = binder()
  const keys = dimensions.map((_, at) => `k${at}`).join(', ')
  const current = sourceSql(source, bind)
  // Only days can be shifted to the position of another day.
  const byMonth = source.byMonth && !dimensions.some(({ kind }) => kind === 'time')
  const previous = sourceSql({ ...source, byMonth, period: previousOf(source.period) }, bind)
  const values = dimensions.map((one, at) => `${dimensionSql(one, bind)} AS k${at}`).join(', ')
  // A day of the previous period is compared with the day at the same position in this one.
  const shifted = `date(date, '+${lengthOf(source.period)} days') AS date`
  const rest =
    'team_id, provider, gpu_type, service, resource, model, agent_id, workflow_id, user_id, run_id, labels'
  const column = sort.endsWith('key') ? 'key' : sort.replace('-', '')
  const [order, after] = sort.startsWith('-') ? ['DESC', '<'] : ['ASC', '>']
  // Each period is grouped by itself: a union of their rows would be copied before it is sorted.
  const sql = `WITH periods AS (
      SELECT ${values}, ${sum('cost')} AS cost, ${sum('hours')} AS hours, ${sum('tokens')} AS tokens, 0 AS previous, 1 AS is_current
      FROM (${current}) GROUP BY ${keys}
      UNION ALL
      SELECT ${values}, 0, 0, 0, ${sum('cost')}, 0 FROM (SELECT ${rest}, ${shifted}, cost FROM (${previous})) GROUP BY ${keys}),
    grouped AS MATERIALIZED (
      SELECT json_array(${keys}) AS key, ${sum('cost')} AS cost, ${sum('hours')} AS hours, ${sum('tokens')} AS tokens,
        ${sum('previous')} AS previous
      FROM periods GROUP BY ${keys} HAVING max(is_current) = 1)
    SELECT *, (SELECT ${sum('cost')} FROM grouped) AS totalCost, (SELECT ${sum('hours')} FROM grouped) AS totalHours,
      count(*) OVER () AS left, CAST(total(cost) OVER () AS INTEGER) AS leftCost,
      CAST(total(hours) OVER () AS INTEGER) AS leftHours, CAST(total(tokens) OVER () AS INTEGER) AS leftTokens
    FROM grouped ${question.cursor === undefined ? '' : `WHERE (${column}, key) ${after} ${positionOf(question, bind)}`}
    ORDER BY ${column} ${order}, key ${order} LIMIT ${Math.trunc(question.limit)}`
  const { results } = await d1
    .prepare(sql)
    .bind(...params)
    .all<GroupRow>()
  return results
}

function positionOf(
  { cursor = '', cursorSort, sort }: SummaryQuestion,
  bind: (value: string | number) => string,
) {
  const { value, id } = decodeCursor(cursor, cursorSort)
  if ((typeof value === 'string') !== sort.endsWith('key')) throw new AppError('request.invalid_cursor')
  return `(${bind(value)}, ${bind(id)})`
}
