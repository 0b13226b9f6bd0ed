import type { ServiceContext } from '../../../context.ts'
import { dayOf } from '../../../core/clock.ts'
import { toUsd, toUsdOrNull } from '../../../core/money.ts'
import { addDays, monthEnd, monthStart } from '../summaries/period.ts'
import { forecastMonth, MAX_BILLING_DELAY_DAYS, type Predicted, WINDOW_DAYS } from './forecast.ts'
import { findHistory } from './repo.ts'
import type { CostForecast, ForecastQuery } from './schema.ts'

export async function getForecast(ctx: ServiceContext, filter: ForecastQuery): Promise<CostForecast> {
  const today = dayOf(ctx.now())
  const windowStart = addDays(today, 1 - WINDOW_DAYS - MAX_BILLING_DELAY_DAYS)
  const month = monthStart(today)
  const period = { from: windowStart < month ? windowStart : month, to: monthEnd(today) }
  const history = await findHistory(ctx.env.DB, ctx.actor.teamId, filter, period)
  const forecast = forecastMonth(history, today)
  return {
    ...forecast,
    monthEnd: inUsd(forecast.monthEnd),
    days: forecast.days.map(({ date, ...amounts }) => ({ date, ...inUsd(amounts) })),
  }
}

const inUsd = ({ usd, low, high }: Predicted): Predicted => ({
  usd: toUsd(usd),
  low: toUsdOrNull(low),
  high: toUsdOrNull(high),
})
