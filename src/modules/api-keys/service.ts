// API keys. Invariants:
// 1. The key is returned once, when it is created. Only its hash and last four characters are stored.
// 2. A key never has more rights than its owner. Its scopes are checked against the owner's role when they are set, and
//    the owner's role is checked again on every request.
// 3. A key belongs to one user in one team. Only that user can see it.
import type { ServiceContext } from '../../context.ts'
import { toIso, toIsoOrNull } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { PLAN_LIMITS, requireRoom } from '../../core/plans.ts'
import { commit, commitOrStale } from '../../db/commit.ts'
import { type Page, toPage } from '../../db/paginate.ts'
import { judgeAccess, type Scope } from '../../http/scopes.ts'
import { hashApiKey, newApiKey } from './format.ts'
import { type ApiKeyRow, countKeys, deleteKey, findKey, findKeys, insertKey, updateKey } from './repo.ts'
import type { ApiKey, CreateApiKey, ListApiKeys, NewApiKey, UpdateApiKey } from './schema.ts'

export async function listApiKeys(ctx: ServiceContext, query: ListApiKeys): Promise<Page<ApiKey>> {
  const rows = await findKeys(ctx.db, ctx.actor, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toApiKey)
  return query.count ? { ...page, total: await countKeys(ctx.db, ctx.actor) } : page
}

export async function createApiKey(ctx: ServiceContext, input: CreateApiKey): Promise<NewApiKey> {
  const scopes = requireOwnScopes(ctx, input.scopes)
  const now = ctx.now()
  const expiresAt = input.expiresAt ? Date.parse(input.expiresAt) : null
  if (expiresAt !== null && expiresAt <= now) {
    throw new AppError('request.invalid', {
      errors: [{ path: '/expiresAt', message: 'Must be in the future.', code: 'too_small' }],
    })
  }
  const key = newApiKey()
  const row: ApiKeyRow = {
    id: newId('key', now),
    name: input.name,
    lastFour: key.slice(-4),
    scopes,
    createdAt: now,
    expiresAt,
    lastUsedAt: null,
  }
  const limit = PLAN_LIMITS[ctx.actor.plan].apiKeys
  const outcome = await commit(ctx, {
    guard: insertKey(ctx.actor, row, await hashApiKey(key), limit),
    audit: {
      action: 'api_key.created',
      targetType: 'api_key',
      targetId: row.id,
      after: { name: row.name, scopes, expiresAt: toIsoOrNull(expiresAt), lastFour: row.lastFour },
    },
  })
  if (outcome === 'guard_missed') {
    requireRoom(ctx.actor.plan, 'apiKeys', await countKeys(ctx.db, ctx.actor), 'API keys')
    throw new AppError('resource.conflict')
  }
  return { ...toApiKey(row), key }
}

export async function updateApiKey(ctx: ServiceContext, id: string, input: UpdateApiKey): Promise<ApiKey> {
  const before = await requireKey(ctx, id)
  const scopes = input.scopes === undefined ? before.scopes : requireOwnScopes(ctx, input.scopes)
  const after = { ...before, name: input.name ?? before.name, scopes }
  await commitOrStale(ctx, {
    guard: updateKey(ctx.actor, after),
    audit: {
      action: 'api_key.changed',
      targetType: 'api_key',
      targetId: id,
      before: { name: before.name, scopes: before.scopes },
      after: { name: after.name, scopes: after.scopes },
    },
    messages: [{ type: 'live.revoke', of: 'user', id: ctx.actor.userId }],
  })
  return toApiKey(after)
}

export async function deleteApiKey(ctx: ServiceContext, id: string): Promise<void> {
  const { name, scopes, lastFour } = await requireKey(ctx, id)
  const outcome = await commit(ctx, {
    guard: deleteKey(ctx.actor, id),
    audit: {
      action: 'api_key.deleted',
      targetType: 'api_key',
      targetId: id,
      before: { name, scopes, lastFour },
    },
    messages: [{ type: 'live.revoke', of: 'user', id: ctx.actor.userId }],
  })
  if (outcome === 'guard_missed') throw notFound('The API key')
}

async function requireKey(ctx: ServiceContext, id: string): Promise<ApiKeyRow> {
  const row = await findKey(ctx.db, ctx.actor, id)
  if (row === null) throw notFound('The API key')
  return row
}

function requireOwnScopes(ctx: ServiceContext, wanted: Scope[]): Scope[] {
  const scopes = [...new Set(wanted)]
  const notAllowed = scopes.filter((scope) => judgeAccess(scope, ctx.actor) !== 'allowed')
  if (notAllowed.length === 0) return scopes
  throw new AppError('access.denied', {
    detail: `An API key cannot have scopes that your role does not allow: ${notAllowed.join(', ')}.`,
    errors: notAllowed.map((scope) => ({
      path: '/scopes',
      message: `Your role does not allow ${scope}.`,
      code: 'role_missing',
    })),
  })
}

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  masked: `ork_live_…${row.lastFour}`,
  scopes: row.scopes,
  createdAt: toIso(row.createdAt),
  expiresAt: toIsoOrNull(row.expiresAt),
  lastUsedAt: toIsoOrNull(row.lastUsedAt),
})
