import { and, asc, eq, lte, sql } from 'drizzle-orm'
import { DAY_MS } from '../../../../core/clock.ts'
import type { Db } from '../../../../db/client.ts'
import { costExportSchedules, type ExportRun } from '../../../../db/schema/index.ts'
import { type Statement, statement } from '../../../../db/statement.ts'

export type ScheduleRow = typeof costExportSchedules.$inferSelect

export async function findSchedule(db: Db, teamId: string): Promise<ScheduleRow | null> {
  const [row] = await db
    .select()
    .from(costExportSchedules)
    .where(eq(costExportSchedules.teamId, teamId))
    .limit(1)
  return row ?? null
}

/** Exports are retried for less time. One that began earlier has lost its message and never ends. */
const MAX_RUN_MS = DAY_MS

export const isInProgress = (lastRun: ExportRun | null, now: number): boolean =>
  (lastRun?.status === 'running' || lastRun?.status === 'retrying') && lastRun.startedAt > now - MAX_RUN_MS

/** The result of the last export stays. */
export const upsertSchedule = (db: Db, row: Omit<ScheduleRow, 'lastRun'>): Statement => {
  const { teamId: _, ...set } = row
  return db
    .insert(costExportSchedules)
    .values(row)
    .onConflictDoUpdate({ target: costExportSchedules.teamId, set })
}

export const deleteScheduleRow = (db: Db, teamId: string): Statement =>
  db.delete(costExportSchedules).where(eq(costExportSchedules.teamId, teamId))

/** Without those whose last export is still in progress. */
export const findDueSchedules = (db: Db, now: number, limit: number): Promise<ScheduleRow[]> =>
  db
    .select()
    .from(costExportSchedules)
    .where(
      and(
        lte(costExportSchedules.nextAt, now),
        sql`(coalesce(${costExportSchedules.lastRun} ->> 'status', '') NOT IN ('running', 'retrying')
          OR ${costExportSchedules.lastRun} ->> 'startedAt' <= ${now - MAX_RUN_MS})`,
      ),
    )
    .orderBy(asc(costExportSchedules.nextAt))
    .limit(limit)

/** Changes one row if the next time is still the one that was read. */
export const claimSchedule = (
  db: Db,
  { teamId, nextAt }: Pick<ScheduleRow, 'teamId' | 'nextAt'>,
  next: number,
  lastRun: ExportRun,
): Statement =>
  db
    .update(costExportSchedules)
    .set({ nextAt: next, lastRun })
    .where(and(eq(costExportSchedules.teamId, teamId), eq(costExportSchedules.nextAt, nextAt)))

/** Changes one row while the schedule exists and this is its current export. */
export const guardRun = (
  { teamId, name }: { teamId: string; name: string },
  changes: Partial<ExportRun>,
): Statement =>
  statement(
    `UPDATE cost_export_schedules SET last_run = json_patch(last_run, ?3)
     WHERE team_id = ?1 AND last_run ->> 'file' = ?2 AND last_run ->> 'status' IN ('running', 'retrying')`,
    teamId,
    name,
    JSON.stringify(changes),
  )

export type GivenUp = { teamId: string; name: string; error: string | null }

/** Exports that are never continued, because their message failed too often. */
export async function findGivenUpExports(d1: D1Database, limit: number): Promise<GivenUp[]> {
  const { results } = await d1
    .prepare(
      `SELECT s.team_id AS teamId, s.last_run ->> 'file' AS name, s.last_run ->> 'error' AS error
       FROM outbox o CROSS JOIN cost_export_schedules s ON s.team_id = o.body ->> 'teamId'
       WHERE o.status = 'dead' AND o.type = 'costs.export' AND s.last_run ->> 'file' = o.body ->> 'name'
         AND s.last_run ->> 'status' IN ('running', 'retrying') LIMIT ?`,
    )
    .bind(limit)
    .all<GivenUp>()
  return results
}
