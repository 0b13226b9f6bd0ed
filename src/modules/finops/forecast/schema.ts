import * as z from 'zod'
import { filterFields } from '../snapshots/schema.ts'

const { from: _from, to: _to, ...dimensions } = filterFields

export const ForecastQuery = z.strictObject(dimensions)
export type ForecastQuery = z.infer<typeof ForecastQuery>

const predicted = {
  usd: z.number(),
  low: z.number().nullable().describe('The interval from `low` to `high` holds the result in 80 % of cases.'),
  high: z.number().nullable(),
}

export const CostForecast = z
  .strictObject({
    method: z
      .enum(['weekday_mean', 'daily_mean'])
      .describe('The mean of the weekday over 28 days; with less history the mean of all days.'),
    asOf: z.iso.date().describe('The last day that counts as complete. Later days are predicted.'),
    monthEnd: z.strictObject(predicted),
    days: z.array(z.strictObject({ date: z.iso.date(), ...predicted })),
    note: z.string().nullable(),
  })
  .meta({ id: 'CostForecast' })
export type CostForecast = z.infer<typeof CostForecast>
