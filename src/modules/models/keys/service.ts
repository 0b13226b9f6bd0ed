// The platform's keys for model providers.
import type { ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { commitOrStale } from '../../../db/commit.ts'
import type { Page } from '../../../db/paginate.ts'
import { judgeUrl } from '../../../providers/outbound/index.ts'
import { forgetBreakers } from '../breaker/breaker.ts'
import { deleteBreakersOfKey, findBreakersOfKeys } from '../breaker/repo.ts'
import type { AiProvider, SetAiProvider } from '../schema.ts'
import { PLATFORM_KEY } from '../targets/key-ref.ts'
import { forgetTargets } from '../targets/targets.ts'
import {
  type AiProviderRow,
  deleteAiProvider,
  findAiProvider,
  findAiProviders,
  upsertAiProvider,
} from './repo.ts'
import { sealKey } from './seal.ts'

/** For a shorter key, four characters would reveal too much. */
const LEAST_CHARS_TO_SHOW = 16
const DEFAULT_PRIORITY = 100

const NEEDS_URL = new Set(['ollama', 'openai-compatible'])
const NEEDS_KEY = new Set(['openai', 'anthropic', 'google', 'deepseek'])

export async function listAiProviders(ctx: ServiceContext): Promise<Page<AiProvider>> {
  const rows = await findAiProviders(ctx.env.DB)
  return { items: await viewAll(ctx, rows), nextCursor: null }
}

export async function setAiProvider(ctx: ServiceContext, input: SetAiProvider): Promise<AiProvider> {
  const { provider, apiKey } = input
  const before = await findAiProvider(ctx.env.DB, provider)
  const now = ctx.now()
  const row: AiProviderRow = {
    provider,
    sealed: apiKey === undefined ? (before?.sealed ?? null) : await sealKey(ctx, provider, apiKey),
    lastFour: apiKey === undefined ? (before?.lastFour ?? null) : lastFourOf(apiKey),
    baseUrl: input.baseUrl === undefined ? (before?.baseUrl ?? null) : input.baseUrl,
    models: input.models === undefined ? (before?.models ?? null) : input.models,
    enabled: input.enabled ?? before?.enabled ?? true,
    priority: input.priority ?? before?.priority ?? DEFAULT_PRIORITY,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  }
  refuseIncomplete(ctx, row)
  // A new base URL requires the key again, so that the stored key is not sent to another server.
  if (before?.sealed != null && apiKey === undefined && row.baseUrl !== before.baseUrl)
    throw invalid('/apiKey', 'required', 'Is required when baseUrl changes.')
  await commitOrStale(ctx, {
    guard: upsertAiProvider(row, before?.version ?? null),
    audit: {
      action: before === null ? 'ai_provider.created' : 'ai_provider.updated',
      targetType: 'ai_provider',
      targetId: provider,
      teamId: 'system',
      ...(before === null ? {} : { before: audited(before) }),
      after: { ...audited(row), keyChanged: apiKey !== undefined },
    },
  })
  if (apiKey !== undefined) await deleteBreakersOfKey(ctx.env.DB, provider, PLATFORM_KEY)
  forget()
  const [view] = await viewAll(ctx, [row])
  return view as AiProvider
}

export async function removeAiProvider(ctx: ServiceContext, provider: string): Promise<void> {
  const before = await findAiProvider(ctx.env.DB, provider)
  if (before === null) throw notFound(`A key for ${provider}`)
  await commitOrStale(ctx, {
    guard: deleteAiProvider(provider),
    audit: {
      action: 'ai_provider.deleted',
      targetType: 'ai_provider',
      targetId: provider,
      teamId: 'system',
      before: audited(before),
    },
  })
  await deleteBreakersOfKey(ctx.env.DB, provider, PLATFORM_KEY)
  forget()
}

function forget(): void {
  forgetBreakers()
  forgetTargets()
}

function refuseIncomplete({ settings }: ServiceContext, { provider, baseUrl, sealed }: AiProviderRow): void {
  if (NEEDS_URL.has(provider) && baseUrl === null)
    throw invalid('/baseUrl', 'required', `${provider} requires a base URL.`)
  if (NEEDS_KEY.has(provider) && sealed === null)
    throw invalid('/apiKey', 'required', `${provider} requires a key.`)
  if (baseUrl === null) return
  const judged = judgeUrl(baseUrl, settings.OUTBOUND_ALLOW_HOSTS)
  if (!judged.ok) throw new AppError('outbound.blocked', { detail: judged.error.reason })
}

const invalid = (path: `/${string}`, code: string, message: string): AppError =>
  new AppError('request.invalid', { detail: message, errors: [{ path, code, message }] })

const lastFourOf = (key: string): string | null => (key.length < LEAST_CHARS_TO_SHOW ? null : key.slice(-4))

const audited = ({ baseUrl, models, enabled, priority, lastFour }: AiProviderRow) => ({
  baseUrl,
  models,
  enabled,
  priority,
  lastFour,
})

async function viewAll(ctx: ServiceContext, rows: AiProviderRow[]): Promise<AiProvider[]> {
  const breakers = await findBreakersOfKeys(
    ctx.env.DB,
    rows.map(({ provider }) => ({ provider, keyRef: PLATFORM_KEY })),
  )
  return rows.map((row) => {
    const ofKey = breakers.find((one) => one.provider === row.provider && one.model === '')
    const until = ofKey !== undefined && ofKey.openUntil > ctx.now() ? ofKey.openUntil : null
    return {
      provider: row.provider,
      hasKey: row.sealed !== null,
      lastFour: row.lastFour,
      baseUrl: row.baseUrl,
      models: row.models,
      enabled: row.enabled,
      priority: row.priority,
      suspendedUntil: toIsoOrNull(until),
      version: row.version,
      createdAt: toIso(row.createdAt),
      updatedAt: toIso(row.updatedAt),
    }
  })
}
