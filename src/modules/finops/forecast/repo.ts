import { binder, needsRows } from '../snapshots/filter.ts'
import type { SnapshotFilter } from '../snapshots/schema.ts'
import type { Period } from '../summaries/period.ts'
import { sourceSql } from '../summaries/source-repo.ts'
import type { History } from './forecast.ts'

/** Before all rows. */
const BEGINNING = '2000-01-01'

type Day = { date: string; cost: number; least: number }

export async function findHistory(
  d1: D1Database,
  teamId: string,
  filter: SnapshotFilter,
  period: Period,
): Promise<History> {
  const source = { teamId, filter, fromRows: needsRows(filter), jobsUntil: null, splitJobs: false }
  const one = binder()
  const recorded = sourceSql({ ...source, period }, one.bind)
  const two = binder()
  const all = sourceSql({ ...source, period: { from: BEGINNING, to: period.to } }, two.bind)
  const [days, first] = await d1.batch<unknown>([
    d1
      .prepare(
        `SELECT date, CAST(total(cost) AS INTEGER) AS cost, min(cost) AS least FROM (${recorded}) WHERE cost_rows > 0 GROUP BY date`,
      )
      .bind(...one.params),
    d1.prepare(`SELECT min(date) AS date FROM (${all}) WHERE cost_rows > 0`).bind(...two.params),
  ])
  const rows = (days?.results ?? []) as Day[]
  return {
    days: new Map(rows.map(({ date, cost }) => [date, cost])),
    firstDay: (first?.results[0] as { date: string | null } | undefined)?.date ?? null,
    hasCredits: rows.some(({ least }) => least < 0),
  }
}
