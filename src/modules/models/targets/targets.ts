// Chooses the key for a call of a model. Invariants:
// 1. A team's own key comes before the platform's, and is looked up only in the caller's team.
// 2. A key is sent only to its own address: that of the integration, if its allowed hosts include it, or that of the platform's setting.
// 3. A decrypted key is cached for half a minute and then read again.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { remember } from '../../../core/remember.ts'
import { infoOfRemote, type ModelTarget, type ProviderName } from '../../../providers/models/index.ts'
import { reachOf } from '../../../providers/outbound/index.ts'
import {
  findCredentials,
  findIntegrationOfType,
  openCredential,
  signInWith,
} from '../../integrations/index.ts'
import { findAiProvider } from '../keys/repo.ts'
import { openKey } from '../keys/seal.ts'
import { INTEGRATION_TYPES, PLATFORM_KEY } from './key-ref.ts'

export type ModelsScope = RequestContext & { teamId: string }

export type Target = {
  target: ModelTarget
  keyRef: string
  source: 'team' | 'platform'
  /** The only models that may be called; null for all. */
  models: string[] | null
}

/** `message` explains what to set up. */
export type NoTarget = { message: string }

const KEPT_MS = 30_000
const MOST_KEPT = 500

const kept = new Map<string, { found: Target | NoTarget; until: number }>()

/** A change takes effect at once in this isolate, and within half a minute in others. */
export const forgetTargets = (): void => kept.clear()

/** `named` is an integration of the team. If set, no other key is used. */
export async function targetOf(
  scope: ModelsScope,
  provider: ProviderName,
  named?: string,
): Promise<Target | NoTarget> {
  const name = JSON.stringify([scope.teamId, provider, named ?? null])
  const known = kept.get(name)
  const now = scope.now()
  if (known !== undefined && known.until > now && known.until <= now + KEPT_MS) return known.found
  const found =
    named === undefined
      ? ((await ofTeam(scope, provider)) ?? (await ofPlatform(scope, provider)))
      : await ofNamed(scope, provider, named)
  // A missing key is not cached, because it may be added at any moment, also by another isolate.
  if ('target' in found) remember(kept, MOST_KEPT, name, { found, until: now + KEPT_MS })
  return found
}

async function ofTeam(scope: ModelsScope, provider: ProviderName): Promise<Target | NoTarget | null> {
  const type = INTEGRATION_TYPES[provider]
  if (type === undefined) return null
  const integration = await findIntegrationOfType(scope.env.DB, scope.teamId, type)
  return integration === null ? null : open(scope, provider, integration)
}

async function ofNamed(
  scope: ModelsScope,
  provider: ProviderName,
  named: string,
): Promise<Target | NoTarget> {
  const type = INTEGRATION_TYPES[provider]
  const found = (await findCredentials(scope.env.DB, scope.teamId, [named])).get(named)
  if (found === undefined) return { message: `The team has no integration ${JSON.stringify(named)}.` }
  if (found.type === type) return open(scope, provider, found)
  const wanted = type === undefined ? 'uses no integration' : `requires the type ${type}`
  return { message: `The integration "${found.name}" has the type ${found.type}, but ${provider} ${wanted}.` }
}

async function open(
  scope: ModelsScope,
  provider: ProviderName,
  integration: { id: string; name: string },
): Promise<Target | NoTarget> {
  try {
    const credential = await openCredential(scope, integration.id)
    const { key, baseUrl } = await signInWith(scope, credential, reachOf(scope.env, scope.settings))
    return {
      target: { provider, apiKey: key, baseUrl },
      keyRef: integration.id,
      source: 'team',
      models: null,
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { message: `The integration "${integration.name}" cannot be used: ${error.message}` }
  }
}

async function ofPlatform(scope: ModelsScope, provider: ProviderName): Promise<Target | NoTarget> {
  const row = await findAiProvider(scope.env.DB, provider)
  const missing: NoTarget = { message: howToSet(provider) }
  if (row !== null && !row.enabled) return missing
  if (provider === 'workers-ai' && !(await infoOfRemote(scope.env.MODELS)).workersAi) return missing
  if (row === null && provider !== 'workers-ai') return missing
  const apiKey = row?.sealed == null ? null : await openKey(scope, provider, row.sealed)
  return {
    target: { provider, apiKey, baseUrl: row?.baseUrl ?? null },
    keyRef: PLATFORM_KEY,
    source: 'platform',
    models: row?.models ?? null,
  }
}

function howToSet(provider: ProviderName): string {
  const type = INTEGRATION_TYPES[provider]
  return type === undefined
    ? `${provider} is not set up. An administrator of the platform can add the binding AI to workers/models/wrangler.toml.`
    : `There is no key for ${provider}. Add an integration of the type ${type} (POST /api/v1/users/integrations), or ask an administrator of the platform (POST /api/v1/admin/settings/ai-providers).`
}
