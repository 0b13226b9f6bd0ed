import * as z from 'zod'
import { Period } from './usage.ts'

/** Dollars with at most six decimals, so they are a whole number of micro-dollars. */
export const Usd = z
  .number()
  .min(0)
  .max(100_000_000)
  .refine((usd) => Number(usd.toFixed(6)) === usd, 'at most six decimals')

export const toMicroUsd = (usd: number): number => Math.round(usd * 1_000_000)
export const toUsd = (microUsd: number): number => microUsd / 1_000_000

export const UpdateBudgets = z
  .strictObject({
    monthlyCostUsd: Usd.nullable().optional(),
    monthlyTokens: z.int().min(0).nullable().optional(),
    /** Shares of a limit at which the owners get an alert. */
    alertAt: z
      .array(z.number().gt(0).max(1))
      .max(10)
      .transform((shares) => [...new Set(shares)].sort((a, b) => a - b))
      .optional(),
    hardStop: z.boolean().optional(),
  })
  .meta({ id: 'UpdateBudgets' })
export type UpdateBudgets = z.infer<typeof UpdateBudgets>

export const Budgets = z
  .strictObject({
    teamId: z.string(),
    monthlyCostUsd: z.number().nullable(),
    monthlyTokens: z.int().nullable(),
    alertAt: z.array(z.number()),
    hardStop: z.boolean(),
    spent: z.strictObject({ period: Period, costUsd: z.number(), tokens: z.number() }),
    /** 0 until a budget is first set. */
    version: z.int(),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Budgets' })
export type Budgets = z.infer<typeof Budgets>
