import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { type Decimal, parseDecimal } from '../../../core/money.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { USD } from '../amounts.ts'
import { countRates, findRate, findRates, MAX_RATE_AGE_DAYS, upsertRates } from './repo.ts'
import type { ListRates, Rate, RatesSet, SetRates } from './schema.ts'

const ONE: Decimal = { units: 1n, scale: 0 }

export async function listRates(ctx: ReadContext, query: ListRates): Promise<Page<Rate>> {
  const { rows } = await ctx.read(() => findRates(query))
  const page = toPage(
    rows,
    query,
    ({ date, currency }) => ({ value: date, id: currency }),
    (row) => ({ ...row, updatedAt: toIso(row.updatedAt) }),
  )
  return query.count ? { ...page, total: await countRates(ctx.env.DB, query) } : page
}

/** Replaces the rates of the same day and currency. Stored costs keep their dollars. */
export async function setRates(ctx: ServiceContext, rates: SetRates): Promise<RatesSet> {
  await commit(ctx, {
    statements: [upsertRates(rates, ctx.now())],
    audit: {
      action: 'rates.set',
      targetType: 'currency_rates',
      targetId: 'all',
      teamId: 'system',
      after: { rates: rates.length, first: rates[0] },
    },
  })
  return { rates: rates.length }
}

/** The value of one unit of the currency in dollars on the day. */
export async function rateOf(d1: D1Database, currency: string, date: string): Promise<Decimal> {
  if (currency === USD) return ONE
  const text = await findRate(d1, currency, date)
  const rate = text === null ? null : parseDecimal(text)
  if (rate !== null) return rate
  throw rateMissing(currency, date)
}

export const rateMissing = (currency: string, date: string): AppError =>
  new AppError('cost.rate_missing', {
    detail: `There is no exchange rate of ${currency} for ${date} or the ${MAX_RATE_AGE_DAYS} days before. A platform administrator can add rates with PUT /api/v1/costs/rates.`,
    errors: [{ path: '/currency', message: `no rate of ${currency} for ${date}`, code: 'cost.rate_missing' }],
  })
