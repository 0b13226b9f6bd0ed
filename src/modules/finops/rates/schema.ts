import * as z from 'zod'
import { parseDecimal } from '../../../core/money.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { Currency, Day, USD } from '../amounts.ts'

const OtherCurrency = Currency.refine((code) => code !== USD, { message: 'a dollar is a dollar' })

/** Decimal text is exact. A number is used as it is written. */
const UsdPerUnit = z
  .union([z.number(), z.string().max(40)])
  .transform(String)
  .refine((text) => {
    const units = parseDecimal(text)?.units
    return units !== undefined && units > 0n && Number(text) <= 1_000_000
  }, 'must be a decimal number above 0 and up to 1000000')

export const SetRates = z
  .array(z.strictObject({ date: Day, currency: OtherCurrency, usdPerUnit: UsdPerUnit }))
  .min(1)
  .max(5_000)
  .meta({ id: 'SetRates' })
export type SetRates = z.infer<typeof SetRates>

export const RatesSet = z.strictObject({ rates: z.int() }).meta({ id: 'RatesSet' })
export type RatesSet = z.infer<typeof RatesSet>

export const Rate = z
  .strictObject({
    date: z.iso.date(),
    currency: z.string(),
    usdPerUnit: z.string().describe('Dollars for one unit of the currency, as decimal text.'),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Rate' })
export type Rate = z.infer<typeof Rate>

export const RatePage = pageOf(Rate).meta({ id: 'RatePage' })

export const ListRates = listQuery(['-date'], { currency: Currency.optional() })
export type ListRates = z.infer<typeof ListRates>
