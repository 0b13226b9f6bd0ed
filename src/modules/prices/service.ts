import type { ReadContext } from '../../context.ts'
import { dayOf } from '../../core/clock.ts'
import { parseDecimal, toMicros } from '../../core/money.ts'
import { type Page, toPage } from '../../db/paginate.ts'
import { gpuKey, providerKey, regionKey } from './key.ts'
import type { ModelRate } from './model-price.ts'
import { countPrices, findModelRates, findPrice, findPrices } from './repo.ts'
import type { ListPrices, Price } from './schema.ts'

export async function listPrices(ctx: ReadContext, query: ListPrices): Promise<Page<Price>> {
  const filter = {
    providers:
      query.provider === undefined ? undefined : [query.provider.toLowerCase(), providerKey(query.provider)],
    model: query.model,
    gpuType: query.gpuType === undefined ? undefined : gpuKey(query.gpuType),
  }
  const { rows } = await ctx.read(() => findPrices(filter, query))
  const page = toPage(
    rows,
    query,
    ({ id }) => ({ value: id, id }),
    (row) => ({
      ...row,
      gpuType: row.gpuType || null,
      model: row.model || null,
      region: row.region || null,
    }),
  )
  return query.count ? { ...page, total: await countPrices(ctx.env.DB, filter) } : page
}

/** What one GPU and hour costs on the day of a moment, in micro-dollars; null when the table does not say. */
export async function priceOf(
  d1: D1Database,
  { provider, gpuType, region }: { provider: string; gpuType: string; region: string },
  at: number,
): Promise<{ id: string; microUsd: number } | null> {
  const row = await findPrice(d1, {
    provider: providerKey(provider),
    gpuType: gpuKey(gpuType),
    region: regionKey(region),
    day: dayOf(at),
  })
  const price = row === null ? null : parseDecimal(row.unitPriceUsd)
  const microUsd = price === null ? null : toMicros(price)
  return row === null || microUsd === null ? null : { id: row.id, microUsd }
}

/** The rates of models of one provider on the day of a moment, by model. A model without a price is not there. */
export async function modelRatesOf(
  d1: D1Database,
  provider: string,
  models: string[],
  at: number,
): Promise<Map<string, ModelRate[]>> {
  const rows = await findModelRates(d1, { provider, models, day: dayOf(at) })
  const byModel = new Map<string, ModelRate[]>()
  for (const { model, ...rate } of rows) byModel.set(model, [...(byModel.get(model) ?? []), rate])
  return byModel
}
