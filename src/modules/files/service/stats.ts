import type { ServiceContext } from '../../../context.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { findStats } from '../repo/stats.ts'
import type { FileStats } from '../schema/file.ts'
import { kindOf } from '../types/table.ts'
import { storageOf } from './save.ts'

export async function getFileStats(ctx: ServiceContext): Promise<FileStats> {
  const { teamId } = ctx.actor
  const [storage, { deleted, byType, byMonth }] = await Promise.all([
    storageOf(ctx, teamId),
    findStats(ctx.env.DB, teamId),
  ])
  return {
    files: byType.reduce((sum, one) => sum + one.files, 0),
    sizeBytes: byType.reduce((sum, one) => sum + one.sizeBytes, 0),
    storageBytes: storage.used,
    limitBytes: PLAN_LIMITS[storage.plan].storageBytes,
    deleted,
    byType: byType.map((one) => ({ ...one, kind: kindOf(one.contentType) })),
    byMonth,
  }
}
