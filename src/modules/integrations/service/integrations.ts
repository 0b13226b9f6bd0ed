import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { requireRoom } from '../../../core/plans.ts'
import { byVersion, type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { type Change, commit, commitOrStale, isUniqueViolation } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import {
  countIntegrations,
  deleteIntegration as deleteIntegrationRow,
  findIntegrations,
  insertIntegrationWithin,
} from '../repo/integrations.ts'
import { upsertSecret } from '../repo/secrets.ts'
import type { CreateIntegration, Integration, ListIntegrations } from '../schema.ts'
import { sealAll } from '../secrets.ts'
import { firstTestAt } from '../tests/when.ts'
import { requireFields, requireHosts, requireType } from './fields.ts'
import { refuseUsed } from './uses.ts'
import { loadRow, toIntegrations } from './view.ts'

export async function listIntegrations(
  ctx: ServiceContext,
  query: ListIntegrations,
): Promise<Page<Integration>> {
  const { teamId } = ctx.actor
  const rows = await findIntegrations(ctx.db, teamId, query)
  const column = query.sort.replace('-', '') as 'createdAt' | 'updatedAt' | 'name'
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row[column], id: row.id }),
    (row) => row,
  )
  const items = await toIntegrations(ctx, page.items)
  const total = query.count ? { total: await countIntegrations(ctx.db, teamId, query) } : {}
  return { ...page, items, ...total }
}

export async function getIntegration(ctx: ServiceContext, id: string): Promise<Versioned<Integration>> {
  const [view] = await toIntegrations(ctx, [await loadRow(ctx, id)])
  return byVersion(view as Integration)
}

export async function createIntegration(
  ctx: ServiceContext,
  input: CreateIntegration,
): Promise<Versioned<Integration>> {
  const { teamId, userId, plan } = ctx.actor
  const { name, description } = input
  const type = requireType(input.type)
  const fields = requireFields(type, input)
  const allowedHosts = requireHosts(type, fields, input.allowedHosts, ctx.settings.OUTBOUND_ALLOW_HOSTS)
  const now = ctx.now()
  const id = newId('int', now)
  const sealed = await sealAll(ctx.settings.SECRETS_KEYS, teamId, id, fields.secrets)
  const row = {
    id,
    teamId,
    type: type.type,
    name,
    description,
    config: fields.config,
    allowedHosts,
    status: type.token === 'authorization-code' ? ('needs_reconnect' as const) : ('untested' as const),
    nextTestAt: firstTestAt(type, fields, now),
    createdBy: userId,
    createdAt: now,
  }
  const outcome = await commitNamed(ctx, name, {
    guard: insertIntegrationWithin(row, plan),
    statements: sealed.map((secret) => upsertSecret({ teamId, integrationId: id, now }, secret)),
    audit: {
      action: 'integration.created',
      targetType: 'integration',
      targetId: id,
      after: {
        name,
        type: type.type,
        config: fields.config,
        allowedHosts,
        secretsSetOf: Object.keys(fields.secrets),
      },
    },
  })
  if (outcome === 'guard_missed') {
    requireRoom(plan, 'integrations', await countIntegrations(ctx.db, teamId), 'integrations')
    throw new AppError('resource.conflict', {
      detail: 'The integrations of the team have just changed. Try again.',
    })
  }
  return getIntegration(ctx, id)
}

export async function deleteIntegration(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  force: boolean,
): Promise<void> {
  const { teamId } = ctx.actor
  const row = await loadRow(ctx, id)
  const seen = requireExpected(expected, row.version)
  if (!force) await refuseUsed(ctx, row, 'delete')
  await commitOrStale(ctx, {
    guard: deleteIntegrationRow(teamId, id, seen),
    audit: {
      action: 'integration.deleted',
      targetType: 'integration',
      targetId: id,
      before: { name: row.name, type: row.type },
    },
  })
}

/** The index on names decides between two concurrent requests with the same name. */
export async function commitNamed(
  ctx: ServiceContext,
  name: string | undefined,
  change: Change,
): Promise<'done' | 'guard_missed'> {
  try {
    return await commit(ctx, change)
  } catch (error) {
    if (!isUniqueViolation(error, 'integrations.name')) throw error
    throw new AppError('resource.exists', {
      detail: `The team already has an integration with the name ${name}.`,
      errors: [{ path: '/name', message: 'is taken', code: 'taken' }],
    })
  }
}
