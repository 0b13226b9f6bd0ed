import { decodeCursor } from '../../core/cursor.ts'
import { columns, type HotRead, hotList } from '../../db/hot-read.ts'
import type { ListOptions } from '../../db/paginate.ts'

export const GPU_HOUR = 'gpu_hour'

export type PriceRow = {
  id: string
  provider: string
  gpuType: string
  model: string
  region: string
  validFrom: string
  unit: string
  above: number
  unitPriceUsd: string
  source: string
}

const COLUMNS = columns<PriceRow>({
  id: 'id',
  provider: 'provider',
  gpuType: 'gpu_type',
  model: 'model',
  region: 'region',
  validFrom: 'valid_from',
  unit: 'unit',
  above: 'above',
  unitPriceUsd: 'unit_price_usd',
  source: 'source',
})

/** The price of a day: of the region if it has one, else of all regions. Names are those of `key.ts`. */
export function findPrice(
  d1: D1Database,
  what: { provider: string; gpuType: string; region: string; day: string },
): Promise<PriceRow | null> {
  return d1
    .prepare(
      `SELECT ${COLUMNS.list} FROM price_tables
       WHERE provider = ?1 AND gpu_type = ?2 AND region IN (?3, '') AND unit = '${GPU_HOUR}' AND valid_from <= ?4
       ORDER BY region = ?3 DESC, valid_from DESC LIMIT 1`,
    )
    .bind(what.provider, what.gpuType, what.region, what.day)
    .first<PriceRow>()
}

/** The rates of models on a day: of each unit and step the latest one. */
export async function findModelRates(
  d1: D1Database,
  { provider, models, day }: { provider: string; models: string[]; day: string },
): Promise<{ model: string; unit: string; above: number; usd: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT model, unit, above, unit_price_usd AS usd, max(valid_from) AS validFrom FROM price_tables
       WHERE provider = ?1 AND gpu_type = '' AND model IN (SELECT value FROM json_each(?2)) AND region = '' AND valid_from <= ?3
       GROUP BY model, unit, above`,
    )
    .bind(provider, JSON.stringify(models), day)
    .all<{ model: string; unit: string; above: number; usd: string }>()
  return results
}

export type PriceFilter = {
  /** As it is written, and as it is called for GPUs. */
  providers?: string[] | undefined
  gpuType?: string | undefined
  model?: string | undefined
}

function whereOf(filter: PriceFilter): { where: string[]; params: string[] } {
  const where = ['1 = 1']
  const params: string[] = []
  const add = (sql: string, value: string) => {
    where.push(sql)
    params.push(value)
  }
  if (filter.providers !== undefined)
    add('provider IN (SELECT value FROM json_each(?))', JSON.stringify(filter.providers))
  if (filter.model !== undefined) add('model = ?', filter.model)
  if (filter.gpuType !== undefined) add('gpu_type = ?', filter.gpuType)
  return { where, params }
}

export function findPrices(filter: PriceFilter, options: ListOptions): HotRead<PriceRow> {
  const { where, params } = whereOf(filter)
  if (options.cursor !== undefined) {
    where.push('id > ?')
    params.push(decodeCursor(options.cursor, options.sort).id)
  }
  return hotList(
    COLUMNS,
    `FROM price_tables WHERE ${where.join(' AND ')} ORDER BY id`,
    params,
    options.limit + 1,
  )
}

export async function countPrices(d1: D1Database, filter: PriceFilter): Promise<number> {
  const { where, params } = whereOf(filter)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM price_tables WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}
