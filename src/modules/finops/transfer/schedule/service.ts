import type { ServiceContext } from '../../../../context.ts'
import { toIso } from '../../../../core/clock.ts'
import { notFound } from '../../../../core/errors.ts'
import { commit } from '../../../../db/commit.ts'
import { deleteScheduleRow, findSchedule, type ScheduleRow, upsertSchedule } from './repo.ts'
import type { ExportSchedule, SetExportSchedule } from './schema.ts'
import { nextExport } from './times.ts'

export async function getExportSchedule(ctx: ServiceContext): Promise<ExportSchedule> {
  const row = await findSchedule(ctx.db, ctx.actor.teamId)
  if (row === null) throw notFound('The schedule')
  return toSchedule(row)
}

export async function setExportSchedule(
  ctx: ServiceContext,
  input: SetExportSchedule,
): Promise<ExportSchedule> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const row = { teamId, ...input, nextAt: nextExport(input.every, now), updatedAt: now }
  await commit(ctx, {
    statements: [upsertSchedule(ctx.db, row)],
    audit: { action: 'export.scheduled', targetType: 'team', targetId: teamId, after: input },
  })
  return toSchedule(row)
}

export async function deleteExportSchedule(ctx: ServiceContext): Promise<void> {
  const { teamId } = ctx.actor
  const outcome = await commit(ctx, {
    guard: deleteScheduleRow(ctx.db, teamId),
    audit: { action: 'export.unscheduled', targetType: 'team', targetId: teamId },
  })
  if (outcome === 'guard_missed') throw notFound('The schedule')
}

const toSchedule = ({ every, format, folder, nextAt, updatedAt }: ScheduleRow): ExportSchedule => ({
  every,
  format,
  folder,
  nextAt: toIso(nextAt),
  updatedAt: toIso(updatedAt),
})
