import { binder, conditionsOf, needsRows } from '../snapshots/filter.ts'
import type { SnapshotFilter } from '../snapshots/schema.ts'
import type { Period } from '../summaries/period.ts'
import { sourceSql } from '../summaries/source-repo.ts'
import type { History } from './forecast.ts'

/** Before all rows. */
const BEGINNING = '2000-01-01'

type Day = { date: string; cost: number }

export async function findHistory(
  d1: D1Database,
  teamId: string,
  filter: SnapshotFilter,
  period: Period,
): Promise<History> {
  const source = {
    teamId,
    filter,
    fromRows: needsRows(filter),
    byMonth: false,
    jobsUntil: null,
    splitJobs: false,
  }
  const one = binder()
  const recorded = sourceSql({ ...source, period }, one.bind)
  const two = binder()
  const all = sourceSql({ ...source, period: { from: BEGINNING, to: period.to } }, two.bind)
  const three = binder()
  // Rolled-up days do not show a credit that is smaller than the costs beside it.
  const inPeriod = conditionsOf(teamId, { ...filter, ...period }, three.bind).join(' AND ')
  const [days, first, credit] = await d1.batch<unknown>([
    d1
      .prepare(
        `SELECT date, CAST(total(cost) AS INTEGER) AS cost FROM (${recorded}) WHERE cost_rows > 0 GROUP BY date`,
      )
      .bind(...one.params),
    d1.prepare(`SELECT min(date) AS date FROM (${all}) WHERE cost_rows > 0`).bind(...two.params),
    d1
      .prepare(`SELECT 1 FROM cost_snapshots WHERE ${inPeriod} AND cost_micro_usd < 0 LIMIT 1`)
      .bind(...three.params),
  ])
  const rows = (days?.results ?? []) as Day[]
  return {
    days: new Map(rows.map(({ date, cost }) => [date, cost])),
    firstDay: (first?.results[0] as { date: string | null } | undefined)?.date ?? null,
    hasCredits: credit?.results.length === 1,
  }
}
