// Prices of calls, from the price table of the finops module. They change daily, so they are cached for ten minutes.
import { remember } from '../../../core/remember.ts'
import { type ModelChoice, type ModelUsage, plainModelName } from '../../../providers/models/index.ts'
import { type ModelRate, modelCostMicros, modelRatesOf } from '../../prices/index.ts'
import type { ModelsScope } from '../targets/targets.ts'

const KEPT_MS = 600_000
const MOST_KEPT = 1_000

const kept = new Map<string, { rates: ModelRate[]; at: number }>()

export type PriceScope = Pick<ModelsScope, 'env' | 'now'>

/** A version of a model without a price of its own has the price of the model. */
export async function ratesFor(
  { env, now }: PriceScope,
  { provider, model }: ModelChoice,
): Promise<{ cost: (usage: ModelUsage) => number | null }> {
  const name = JSON.stringify([provider, model])
  const at = now()
  const known = kept.get(name)
  const isFresh = known !== undefined && Math.abs(at - known.at) < KEPT_MS
  const rates = isFresh ? known.rates : await read(env.DB, provider, model, at)
  if (!isFresh) remember(kept, MOST_KEPT, name, { rates, at })
  return { cost: (usage) => (rates.length === 0 ? null : modelCostMicros(rates, usage)) }
}

async function read(d1: D1Database, provider: string, model: string, at: number): Promise<ModelRate[]> {
  const plain = plainModelName(model)
  const byModel = await modelRatesOf(d1, provider, [model, plain], at)
  return byModel.get(model) ?? byModel.get(plain) ?? []
}

export async function costOf(
  scope: PriceScope,
  rung: ModelChoice,
  usage: ModelUsage | null,
): Promise<number | null> {
  if (usage === null) return null
  return (await ratesFor(scope, rung)).cost(usage)
}
