// The models that a team can call, as far as their names are known.
import type { ServiceContext } from '../../../context.ts'
import { decodeCursor } from '../../../core/cursor.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import {
  DEFAULT_EMBEDDINGS,
  DEFAULT_MODELS,
  infoOfRemote,
  type KnownModel,
  knownModels,
  type ModelChoice,
  OFFLINE_MODEL,
  PROVIDERS,
  type ProviderName,
} from '../../../providers/models/index.ts'
import { findIntegrationsOfTypes } from '../../integrations/index.ts'
import { type ModelRate, modelRatesOf } from '../../prices/index.ts'
import { findBreakersOfKeys } from '../breaker/repo.ts'
import { judgeBreaker } from '../breaker/state.ts'
import { findAiProviders } from '../keys/repo.ts'
import type { AvailableModel, ListModels, ModelPrices } from '../schema.ts'
import { INTEGRATION_TYPES, PLATFORM_KEY } from '../targets/key-ref.ts'

type Scope = Pick<ServiceContext, 'env' | 'now'> & { teamId: string }

type KeyOf = {
  provider: ProviderName
  keyRef: string | null
  /** The only models that the key may call; null for all. */
  models: string[] | null
  /** Models that the key's owner has named. */
  named: string[]
  /** The integration with the key, if the key belongs to the team. */
  integration: { id: string; name: string } | null
  priority: number
}

/** The usable keys. For each provider, the first one is used by default, and the first of all is the overall default. `offline` always comes last. */
async function keysOf({ env, teamId }: Scope): Promise<KeyOf[]> {
  const [rows, integrations, info] = await Promise.all([
    findAiProviders(env.DB),
    findIntegrationsOfTypes(env.DB, teamId, Object.values(INTEGRATION_TYPES)),
    infoOfRemote(env.MODELS),
  ])
  const keys = PROVIDERS.flatMap((provider): KeyOf[] => {
    if (provider === 'offline') return []
    const own = integrations.filter(({ type }) => type === INTEGRATION_TYPES[provider])
    const row = rows.find((one) => one.provider === provider)
    const priority = row?.priority ?? Number.MAX_SAFE_INTEGER
    if (own.length > 0)
      return own.map(({ id, name, config }) => ({
        provider,
        keyRef: id,
        models: null,
        named: Array.isArray(config.models) ? config.models.map(String) : [],
        integration: { id, name },
        priority,
      }))
    const models = row?.models ?? null
    const isThere =
      provider === 'workers-ai' ? info.workersAi && row?.enabled !== false : row?.enabled === true
    return isThere ? [{ provider, keyRef: PLATFORM_KEY, models, named: [], integration: null, priority }] : []
  })
  const isTeams = ({ keyRef }: KeyOf) => keyRef !== PLATFORM_KEY
  return [
    ...keys.sort((a, b) => Number(isTeams(b)) - Number(isTeams(a)) || a.priority - b.priority),
    {
      ...{ provider: 'offline', keyRef: null, models: null, named: [], integration: null },
      priority: Number.MAX_SAFE_INTEGER,
    },
  ]
}

/** The keys that are used if a call names no integration. */
const usualKeys = (keys: KeyOf[]): KeyOf[] =>
  keys.filter((key, index) => keys.findIndex(({ provider }) => provider === key.provider) === index)

const defaultModelOf = ({ provider, models, named }: KeyOf): string | undefined =>
  models === null || models.includes(DEFAULT_MODELS[provider] ?? '')
    ? (DEFAULT_MODELS[provider] ?? named[0])
    : models[0]

/** For a key that is limited to certain models, one of those. Their names alone do not show which of them are embedding models. */
function defaultEmbeddingOf({ provider, models }: KeyOf): string | undefined {
  const usual = DEFAULT_EMBEDDINGS[provider]
  return models === null || models.includes(usual ?? '') ? usual : undefined
}

/** The model that is used if a call names none: the default model of the first key that has one, or else the offline model. */
export async function defaultModelChoice(
  scope: Scope,
  kind: KnownModel['kind'] = 'chat',
): Promise<ModelChoice> {
  for (const key of usualKeys(await keysOf(scope))) {
    const model = kind === 'chat' ? defaultModelOf(key) : defaultEmbeddingOf(key)
    if (model !== undefined) return { provider: key.provider, model }
  }
  return { provider: 'offline', model: OFFLINE_MODEL }
}

export async function listModels(ctx: ServiceContext, query: ListModels): Promise<Page<AvailableModel>> {
  const { env, now } = ctx
  const keys = await keysOf({ env, now, teamId: ctx.actor.teamId })
  const used = keys.flatMap(({ provider, keyRef }) => (keyRef === null ? [] : [{ provider, keyRef }]))
  const breakers = await findBreakersOfKeys(env.DB, used)
  const first = usualKeys(keys).find((key) => defaultModelOf(key) !== undefined)
  const wanted = PROVIDERS.filter((provider) => query.provider === undefined || query.provider === provider)
  const rows = wanted.flatMap((provider) => {
    const own: (KeyOf | undefined)[] = keys.filter((one) => one.provider === provider)
    return (own.length === 0 ? [undefined] : own).flatMap((key) =>
      modelsOf(provider, key).map((known) => ({ provider, key, ...known })),
    )
  })
  const all = rows.filter(({ key }) => query.configured !== 'true' || key !== undefined)
  const after = query.cursor === undefined ? '' : decodeCursor(query.cursor, query.sort).id
  const start = after === '' ? 0 : all.findIndex((row) => placeOf(row) === after) + 1
  const shown = all.slice(start, start + query.limit + 1)
  const prices = await pricesOf(env.DB, shown, now())

  const page = toPage(
    shown,
    query,
    (row) => ({ value: row.provider, id: placeOf(row) }),
    ({ provider, key, model, kind, contextSize }): AvailableModel => {
      const of = (name: string) =>
        breakers.find((one) => one.provider === provider && one.keyRef === key?.keyRef && one.model === name)
      const isOpen = (name: string) => {
        const breaker = of(name)
        return breaker !== undefined && judgeBreaker(breaker, now()) !== 'closed'
      }
      const health =
        key === undefined ? 'not_configured' : isOpen('') ? 'key_suspended' : isOpen(model) ? 'failing' : 'ok'
      const source =
        key === undefined || key.keyRef === null ? 'none' : key.keyRef === PLATFORM_KEY ? 'platform' : 'team'
      return {
        provider,
        model,
        kind,
        contextSize,
        prices: provider === 'offline' ? [FREE] : (prices.get(`${provider} ${model}`) ?? null),
        health,
        keySource: source,
        integration: key?.integration ?? null,
        isDefault: key !== undefined && key === first && model === defaultModelOf(key),
      }
    },
  )
  return query.count ? { ...page, total: all.length } : page
}

type Row = { provider: ProviderName; key: KeyOf | undefined; model: string }

const placeOf = ({ provider, key, model }: Row): string =>
  JSON.stringify([provider, key?.keyRef ?? null, model])

const FREE: ModelPrices = { inputUsd: 0, cachedInputUsd: 0, cacheWriteUsd: 0, outputUsd: 0, above: 0 }

type Listed = Pick<KnownModel, 'model' | 'kind'> & { contextSize: number | null }

/** The known models and those that the key's owner has named, or only those that the key is limited to. */
function modelsOf(provider: ProviderName, key: KeyOf | undefined): Listed[] {
  const known = knownModels(provider)
  const usual = DEFAULT_MODELS[provider]
  const names = key?.models ?? [
    ...(key?.named ?? []).filter((name) => !known.some(({ model }) => model === name)),
    ...known.map(({ model }) => model),
    ...(usual === undefined || known.some(({ model }) => model === usual) ? [] : [usual]),
  ]
  return names.map(
    (model) => known.find((one) => one.model === model) ?? { model, kind: 'chat', contextSize: null },
  )
}

async function pricesOf(
  d1: D1Database,
  rows: { provider: ProviderName; model: string }[],
  at: number,
): Promise<Map<string, ModelPrices[]>> {
  const found = new Map<string, ModelPrices[]>()
  for (const provider of new Set(rows.map((row) => row.provider))) {
    const models = rows.filter((row) => row.provider === provider).map(({ model }) => model)
    for (const [model, rates] of await modelRatesOf(d1, provider, models, at))
      found.set(`${provider} ${model}`, linesOf(rates))
  }
  return found
}

/** One entry for each price step. A step inherits missing rates from the steps below. */
function linesOf(rates: ModelRate[]): ModelPrices[] {
  const steps = [...new Set(rates.map(({ above }) => above))].sort((a, b) => a - b)
  return steps.map((above) => {
    const rate = (unit: string) => {
      const fitting = rates.filter((one) => one.unit === unit && one.above <= above)
      const last = fitting.sort((a, b) => b.above - a.above)[0]
      return last === undefined ? null : Number(last.usd)
    }
    return {
      inputUsd: rate('input_mtok'),
      cachedInputUsd: rate('cached_input_mtok'),
      cacheWriteUsd: rate('cache_write_mtok'),
      outputUsd: rate('output_mtok'),
      above,
    }
  })
}
