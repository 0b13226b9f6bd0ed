import { and, asc, eq, lte } from 'drizzle-orm'
import type { Db } from '../../../../db/client.ts'
import { costExportSchedules } from '../../../../db/schema/index.ts'
import type { Statement } from '../../../../db/statement.ts'

export type ScheduleRow = typeof costExportSchedules.$inferSelect

export async function findSchedule(db: Db, teamId: string): Promise<ScheduleRow | null> {
  const [row] = await db
    .select()
    .from(costExportSchedules)
    .where(eq(costExportSchedules.teamId, teamId))
    .limit(1)
  return row ?? null
}

export const upsertSchedule = (db: Db, row: ScheduleRow): Statement => {
  const { teamId: _, ...set } = row
  return db
    .insert(costExportSchedules)
    .values(row)
    .onConflictDoUpdate({ target: costExportSchedules.teamId, set })
}

export const deleteScheduleRow = (db: Db, teamId: string): Statement =>
  db.delete(costExportSchedules).where(eq(costExportSchedules.teamId, teamId))

export const findDueSchedules = (db: Db, now: number, limit: number): Promise<ScheduleRow[]> =>
  db
    .select()
    .from(costExportSchedules)
    .where(lte(costExportSchedules.nextAt, now))
    .orderBy(asc(costExportSchedules.nextAt))
    .limit(limit)

/** Changes one row when the time that was seen is still the next one. */
export const claimSchedule = (db: Db, { teamId, nextAt }: ScheduleRow, next: number): Statement =>
  db
    .update(costExportSchedules)
    .set({ nextAt: next })
    .where(and(eq(costExportSchedules.teamId, teamId), eq(costExportSchedules.nextAt, nextAt)))
