import type { ServiceContext } from '../../../../context.ts'
import { toIso, toIsoOrNull } from '../../../../core/clock.ts'
import { AppError, notFound } from '../../../../core/errors.ts'
import { commit, commitOrStale } from '../../../../db/commit.ts'
import type { ExportRun } from '../../../../db/schema/index.ts'
import { requireScope } from '../../../../http/scopes.ts'
import { BUCKET_TYPE } from '../../../deployments/index.ts'
import { findCredentials } from '../../../integrations/index.ts'
import { DEFAULT_PATH } from './object-key.ts'
import { deleteScheduleRow, findSchedule, isInProgress, type ScheduleRow, upsertSchedule } from './repo.ts'
import { startOf } from './run.ts'
import type { ExportSchedule, SetExportSchedule } from './schema.ts'
import { lastPeriod, nextExport } from './times.ts'

export async function getExportSchedule(ctx: ServiceContext): Promise<ExportSchedule> {
  return toSchedule(await requireSchedule(ctx))
}

async function requireSchedule(ctx: ServiceContext): Promise<ScheduleRow> {
  const row = await findSchedule(ctx.db, ctx.actor.teamId)
  if (row === null) throw notFound('The schedule')
  return row
}

export async function setExportSchedule(
  ctx: ServiceContext,
  { integration, path, ...input }: SetExportSchedule,
): Promise<ExportSchedule> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  requireScope(
    ctx.actor,
    'files:write',
    'The exports become files of the team. This needs the right files:write.',
  )
  const integrationId = integration === undefined ? null : await requireBucket(ctx, integration)
  const set = {
    ...input,
    integrationId,
    objectPath: integrationId === null ? null : (path ?? DEFAULT_PATH),
  }
  await commit(ctx, {
    statements: [
      upsertSchedule(ctx.db, { teamId, ...set, nextAt: nextExport(input.every, now), updatedAt: now }),
    ],
    audit: { action: 'export.scheduled', targetType: 'team', targetId: teamId, after: set },
  })
  return getExportSchedule(ctx)
}

/** The id of an integration for a bucket. Sending exports there uses the integration. */
async function requireBucket(ctx: ServiceContext, ref: string): Promise<string> {
  requireScope(
    ctx.actor,
    'integrations:use',
    'The exports use an integration. This needs the right integrations:use.',
  )
  const found = (await findCredentials(ctx.env.DB, ctx.actor.teamId, [ref])).get(ref)
  const error = (code: 'credential.not_found' | 'credential.unusable', detail: string): AppError =>
    new AppError(code, { detail, errors: [{ path: '/integration', message: detail, code }] })
  if (found === undefined)
    throw error('credential.not_found', `The team has no integration ${JSON.stringify(ref)}.`)
  if (found.type !== BUCKET_TYPE)
    throw error(
      'credential.unusable',
      `The integration "${found.name}" is of the type ${found.type}; a bucket needs ${BUCKET_TYPE}.`,
    )
  return found.id
}

/** Writes the export of the last complete period now. */
export async function runExportSchedule(ctx: ServiceContext): Promise<ExportSchedule> {
  const row = await requireSchedule(ctx)
  if (row.integrationId !== null) await requireBucket(ctx, row.integrationId)
  if (isInProgress(row.lastRun, ctx.now()))
    throw new AppError('resource.conflict', { detail: 'An export is already running.' })
  await commitOrStale(ctx, startOf(ctx, row, lastPeriod(row.every, ctx.now()), row.nextAt))
  return getExportSchedule(ctx)
}

export async function deleteExportSchedule(ctx: ServiceContext): Promise<void> {
  const { teamId } = ctx.actor
  const outcome = await commit(ctx, {
    guard: deleteScheduleRow(ctx.db, teamId),
    audit: { action: 'export.unscheduled', targetType: 'team', targetId: teamId },
  })
  if (outcome === 'guard_missed') throw notFound('The schedule')
}

const toSchedule = (row: ScheduleRow): ExportSchedule => ({
  every: row.every,
  format: row.format,
  folder: row.folder,
  integrationId: row.integrationId,
  path: row.objectPath,
  nextAt: toIso(row.nextAt),
  updatedAt: toIso(row.updatedAt),
  lastRun: row.lastRun === null ? null : toRun(row.lastRun),
})

/** Fields that a stored run sets to null are left out. */
const toRun = ({
  startedAt,
  finishedAt = null,
  fileId = null,
  object = null,
  error = null,
  ...run
}: ExportRun) => ({
  ...run,
  startedAt: toIso(startedAt),
  finishedAt: toIsoOrNull(finishedAt),
  fileId,
  object,
  error,
})
