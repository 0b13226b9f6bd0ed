import { decodeCursor } from '../../../core/cursor.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotList } from '../../../db/hot-read.ts'
import type { ListRates, SetRates } from './schema.ts'

export type RateRow = { currency: string; date: string; usdPerUnit: string; updatedAt: number }

const COLUMNS = columns<RateRow>({
  currency: 'currency',
  date: 'date',
  usdPerUnit: 'usd_per_unit',
  updatedAt: 'updated_at',
})

/** The maximum age of a rate that is used for a day without one, such as a Sunday. */
export const MAX_RATE_AGE_DAYS = 7

/** The rate of the day, or the latest one of the seven days before. */
export async function findRate(d1: D1Database, currency: string, date: string): Promise<string | null> {
  const row = await d1
    .prepare(
      `SELECT usd_per_unit AS rate FROM currency_rates
       WHERE currency = ?1 AND date <= ?2 AND date >= date(?2, '-${MAX_RATE_AGE_DAYS} days') ORDER BY date DESC LIMIT 1`,
    )
    .bind(currency, date)
    .first<{ rate: string }>()
  return row?.rate ?? null
}

export function findRates(query: ListRates): HotRead<RateRow> {
  const where = ['1 = 1']
  const params: (string | number)[] = []
  if (query.currency !== undefined) {
    where.push('currency = ?')
    params.push(query.currency)
  }
  if (query.cursor !== undefined) {
    const { value, id } = decodeCursor(query.cursor, query.sort)
    where.push('(date, currency) < (?, ?)')
    params.push(value, id)
  }
  return hotList(
    COLUMNS,
    `FROM currency_rates WHERE ${where.join(' AND ')} ORDER BY date DESC, currency DESC`,
    params,
    query.limit + 1,
  )
}

export async function countRates(d1: D1Database, { currency }: ListRates): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM currency_rates ${currency === undefined ? '' : 'WHERE currency = ?'}`)
    .bind(...(currency === undefined ? [] : [currency]))
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const upsertRates = (rates: SetRates, now: number): Statement =>
  statement(
    `INSERT INTO currency_rates (currency, date, usd_per_unit, updated_at)
     SELECT r.value ->> 'currency', r.value ->> 'date', r.value ->> 'usdPerUnit', ?2 FROM json_each(?1) r WHERE true
     ON CONFLICT (currency, date) DO UPDATE SET usd_per_unit = excluded.usd_per_unit, updated_at = excluded.updated_at
       WHERE usd_per_unit <> excluded.usd_per_unit`,
    JSON.stringify(rates),
    now,
  )
