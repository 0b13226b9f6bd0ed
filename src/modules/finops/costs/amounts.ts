// The stored amounts of a cost. Invariants:
// 1. The dollars of a row are its original amounts times one rate, each rounded once.
// 2. Adding keeps the currency. If one of the rows has an effective or list cost, the other counts with its billed
//    cost.
import { AppError } from '../../../core/errors.ts'
import { type Decimal, multiplyToMicros, toMicroUsd } from '../../../core/money.ts'
import { MAX_ORIGINAL, MAX_USD, USD } from '../amounts.ts'
import type { CreateCost, UpdateCost } from './schema.ts'

/** In the currency. Null if it equals the cost. */
export type Billed = { cost: number; effective: number | null; list: number | null }

export type CostAmounts = {
  currency: string
  costMicroUsd: number
  effectiveMicroUsd: number | null
  listMicroUsd: number | null
  originalMicro: number
  originalEffectiveMicro: number | null
  originalListMicro: number | null
}

export const billedOf = (input: CreateCost | UpdateCost): Billed =>
  (input.currency ?? USD) === USD
    ? billed(input.costUsd, input.effectiveCostUsd, input.listCostUsd)
    : billed(input.cost, input.effectiveCost, input.listCost)

const billed = (cost = 0, effective?: number | null, list?: number | null): Billed => ({
  cost: toMicroUsd(cost),
  effective: effective === undefined || effective === null ? null : toMicroUsd(effective),
  list: list === undefined || list === null ? null : toMicroUsd(list),
})

/** All in millionths. */
export function toAmounts(currency: string, original: Billed, rate: Decimal): CostAmounts {
  const inUsd = (micro: number): number => {
    const usd = multiplyToMicros({ units: BigInt(micro), scale: 6 }, rate)
    if (usd === null || Math.abs(usd) > toMicroUsd(MAX_USD)) throw tooLarge(`${MAX_USD} USD`)
    return usd
  }
  const orNull = (micro: number | null) => (micro === null ? null : inUsd(micro))
  if (Math.abs(original.cost) > toMicroUsd(MAX_ORIGINAL)) throw tooLarge(`${MAX_ORIGINAL} ${currency}`)
  return {
    currency,
    costMicroUsd: inUsd(original.cost),
    effectiveMicroUsd: orNull(original.effective),
    listMicroUsd: orNull(original.list),
    originalMicro: original.cost,
    originalEffectiveMicro: original.effective,
    originalListMicro: original.list,
  }
}

export function addBilled(before: CostAmounts, more: Billed, currency: string): Billed {
  if (before.currency !== currency)
    throw new AppError('resource.conflict', {
      detail: `The row is in ${before.currency}; an amount in ${currency} cannot be added to it.`,
    })
  const sum = (a: number | null, b: number | null): number | null =>
    a === null && b === null ? null : (a ?? before.originalMicro) + (b ?? more.cost)
  return {
    cost: before.originalMicro + more.cost,
    effective: sum(before.originalEffectiveMicro, more.effective),
    list: sum(before.originalListMicro, more.list),
  }
}

const tooLarge = (limit: string): AppError =>
  new AppError('request.invalid', {
    errors: [{ path: '/cost', message: `the amount of a row is at most ${limit}`, code: 'too_big' }],
  })
