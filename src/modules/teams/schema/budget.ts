import * as z from 'zod'
import { Period } from '../../usage/index.ts'

/** Dollars with at most six decimals, so they are a whole number of micro-dollars. */
export const Usd = z
  .number()
  .min(0)
  .max(100_000_000)
  .refine((usd) => Number(usd.toFixed(6)) === usd, 'at most six decimals')

const HARD_STOP =
  'Whether model calls are rejected once a limit is reached. The possible cost of each call is reserved before it.'

export const UpdateBudgets = z
  .strictObject({
    monthlyCostUsd: Usd.nullable().optional(),
    monthlyTokens: z.int().min(0).nullable().optional(),
    alertAt: z
      .array(z.number().gt(0).max(1))
      .max(10)
      .transform((shares) => [...new Set(shares)].sort((a, b) => a - b))
      .optional()
      .describe(
        'Shares of a limit. The owners are notified when spending reaches one, once per month and limit.',
      ),
    hardStop: z.boolean().optional().describe(HARD_STOP),
  })
  .meta({ id: 'UpdateBudgets' })
export type UpdateBudgets = z.infer<typeof UpdateBudgets>

export const Budgets = z
  .strictObject({
    teamId: z.string(),
    monthlyCostUsd: z.number().nullable(),
    monthlyTokens: z.int().nullable(),
    alertAt: z.array(z.number()),
    hardStop: z.boolean().describe(HARD_STOP),
    spent: z
      .strictObject({ period: Period, costUsd: z.number(), tokens: z.number() })
      .describe('The recorded costs of the month (UTC) and those of runs.'),
    /** 0 until a budget is first set. */
    version: z.int(),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Budgets' })
export type Budgets = z.infer<typeof Budgets>
