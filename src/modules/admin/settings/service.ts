import type { ServiceContext } from '../../../context.ts'
import { toIsoOrNull } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { DEFAULT_LIMITS, PLANS, type Plan } from '../../../core/plans.ts'
import {
  type PlatformSettings,
  RETAINED,
  registrationMode,
  retentionDays,
} from '../../../core/platform-settings.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { findSettingsRow, loadSettings, writeSettings } from '../../../db/platform-settings.ts'
import { PLATFORM_LOG, requireStillAdmin } from '../service/users.ts'
import { changedValues, mergeSettings } from './merge.ts'
import type { AdminSettings, UpdateAdminSettings } from './schema.ts'

type Stored = {
  settings: PlatformSettings
  version: number
  updatedAt: number | null
  updatedBy: string | null
}

export const getSettings = async (ctx: ServiceContext): Promise<AdminSettings> =>
  toView(ctx, await findStored(ctx))

export async function updateSettings(
  ctx: ServiceContext,
  update: UpdateAdminSettings,
  expected: Expected,
): Promise<AdminSettings> {
  const stored = await findStored(ctx)
  requireExpected(expected, stored.version)
  const { registration } = update
  if (
    ctx.settings.REGISTRATION === 'closed' &&
    registration !== undefined &&
    registration !== null &&
    registration !== 'closed'
  )
    throw new AppError('resource.conflict', {
      detail:
        'The environment of this installation has closed registration (REGISTRATION). It cannot be opened here.',
      errors: [{ path: '/registration', message: 'Is closed by the environment', code: 'resource.conflict' }],
    })
  const settings = mergeSettings(stored.settings, update)
  const changed = changedValues(stored.settings, settings)
  if (Object.keys(changed.after).length === 0) return toView(ctx, stored)
  const outcome = await commit(ctx, {
    guard: writeSettings(settings, stored.version, ctx.actor.userId, ctx.now()),
    audit: {
      action: 'settings.updated',
      targetType: 'platform_settings',
      targetId: 'platform',
      teamId: PLATFORM_LOG,
      ...changed,
    },
  })
  if (outcome === 'guard_missed') {
    await requireStillAdmin(ctx)
    throw new AppError('resource.stale', { detail: 'The settings were just changed by another request.' })
  }
  await loadSettings(ctx.env.DB)
  return getSettings(ctx)
}

async function findStored(ctx: ServiceContext): Promise<Stored> {
  const row = await findSettingsRow(ctx.env.DB)
  return row === null
    ? { settings: {}, version: 0, updatedAt: null, updatedBy: null }
    : { ...row, settings: JSON.parse(row.settings) as PlatformSettings }
}

function toView(
  { settings: env }: ServiceContext,
  { settings, version, updatedAt, updatedBy }: Stored,
): AdminSettings {
  const eachPlan = <Value>(of: (plan: Plan) => Value): Record<Plan, Value> =>
    Object.fromEntries(PLANS.map((plan) => [plan, of(plan)])) as Record<Plan, Value>
  return {
    registration: registrationMode(env.REGISTRATION, settings.registration),
    registrationLocked: env.REGISTRATION === 'closed',
    defaultPlan: settings.defaultPlan ?? 'free',
    mailFrom: settings.mailFrom ?? env.MAIL_FROM,
    retention: Object.fromEntries(
      RETAINED.map((kind) => [
        kind,
        eachPlan((plan) => retentionDays(settings, kind, plan, env.RUN_RETENTION_DAYS)),
      ]),
    ) as AdminSettings['retention'],
    limits: eachPlan((plan) => {
      // Bindings of the Worker limit requests per minute, so these cannot be set here.
      const { requestsPerMinute: _, ...limits } = { ...DEFAULT_LIMITS[plan], ...settings.limits?.[plan] }
      return limits
    }),
    version,
    updatedAt: toIsoOrNull(updatedAt),
    updatedBy,
  }
}
