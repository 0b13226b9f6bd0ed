// The formats of money, hours and dates in requests.
import * as z from 'zod'
import { CURRENCIES } from '../../core/currencies.ts'
import { hasSixDecimals } from '../../core/money.ts'

const SIX_DECIMALS = 'at most six decimals'

/** So that a sum of a million rows stays exact. */
export const MAX_USD = 10_000_000

export const SignedUsd = z.number().min(-MAX_USD).max(MAX_USD).refine(hasSixDecimals, SIX_DECIMALS)

export const HourlyRate = z
  .number()
  .min(0)
  .max(10_000)
  .refine(hasSixDecimals, SIX_DECIMALS)
  .describe('Dollars for one GPU and one hour.')

export const MAX_HOURS = 1_000_000
export const Hours = z.number().min(0).max(MAX_HOURS).refine(hasSixDecimals, SIX_DECIMALS)

/** A calendar day in UTC. */
export const Day = z.iso.date().refine((day) => day >= '2000-01-01' && day <= '2099-12-31', {
  message: 'between 2000-01-01 and 2099-12-31',
})

/** A time between 2000 and 2099, in milliseconds. */
export const Moment = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .refine((ms) => ms >= Date.UTC(2000, 0) && ms < Date.UTC(2100, 0), { message: 'between 2000 and 2099' })

export const USD = 'USD'

export const Currency = z
  .string()
  .refine((code) => CURRENCIES.has(code), { message: 'must be a currency of ISO 4217, such as EUR' })

/** In the currency of the amount. Larger amounts cannot be counted exactly to six decimals. */
export const MAX_ORIGINAL = 9_000_000_000

export const OriginalAmount = z
  .number()
  .min(-MAX_ORIGINAL)
  .max(MAX_ORIGINAL)
  .refine(hasSixDecimals, SIX_DECIMALS)
