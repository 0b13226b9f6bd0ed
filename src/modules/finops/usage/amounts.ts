// The stored amounts of usage.
import { AppError } from '../../../core/errors.ts'
import { MICROS } from '../../../core/money.ts'
import { MAX_HOURS } from '../amounts.ts'
import { type CreateUsage, MAX_QUANTITY } from './schema.ts'

export type UsageAmounts = {
  microHours: number
  quantity: number | null
  unit: string | null
  /** The quantity if its unit is tokens. */
  tokens: number
}

const countsTokens = (unit: string | null): boolean => unit !== null && /^tokens?$/i.test(unit)

export const toAmounts = (input: Pick<CreateUsage, 'hours' | 'quantity' | 'unit'>): UsageAmounts =>
  withTokens(Math.round(input.hours * MICROS), input.quantity ?? null, input.unit ?? null)

export function addAmounts(before: UsageAmounts, more: UsageAmounts): UsageAmounts {
  if (before.unit !== null && more.unit !== null && before.unit !== more.unit)
    throw new AppError('resource.conflict', {
      detail: `The row is in ${before.unit}. A quantity in ${more.unit} cannot be added to it.`,
    })
  const quantity =
    before.quantity === null && more.quantity === null
      ? null
      : Number(((before.quantity ?? 0) + (more.quantity ?? 0)).toFixed(6))
  const microHours = before.microHours + more.microHours
  if (microHours > MAX_HOURS * MICROS) throw tooLarge('hours', MAX_HOURS)
  if ((quantity ?? 0) > MAX_QUANTITY) throw tooLarge('quantity', MAX_QUANTITY)
  return withTokens(microHours, quantity, before.unit ?? more.unit)
}

const withTokens = (microHours: number, quantity: number | null, unit: string | null): UsageAmounts => ({
  microHours,
  quantity,
  unit,
  tokens: countsTokens(unit) ? Math.round(quantity ?? 0) : 0,
})

const tooLarge = (path: string, limit: number): AppError =>
  new AppError('request.invalid', {
    errors: [{ path: `/${path}`, message: `the quantity of a row is at most ${limit}`, code: 'too_big' }],
  })
