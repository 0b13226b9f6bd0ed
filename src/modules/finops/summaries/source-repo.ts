// The SQL that totals and summaries read from, always with the same columns. Invariants:
// 1. Rolled-up months, rolled-up days and rows give the same sums: triggers maintain the days and the months.
// 2. Jobs are split at midnight UTC, and the parts of a job add up to its hours and cost exactly.
import { DAY_MS } from '../../../core/clock.ts'
import { costMicroUsdSql, endSql, microHoursSql } from '../jobs/meter.ts'
import { labelCondition } from '../labels-repo.ts'
import { type Bind, conditionsOf } from '../snapshots/filter.ts'
import type { SnapshotFilter } from '../snapshots/schema.ts'
import { type Period, wholeMonths } from './period.ts'

export type Source = {
  teamId: string
  filter: SnapshotFilter
  period: Period
  /** Read rows instead of rolled-up days. */
  fromRows: boolean
  /** Read whole months as such, which have the date of their first day. For queries that need no days. */
  byMonth: boolean
  /** Add the computed hours and costs of jobs, until this time. */
  jobsUntil: number | null
  /** Split jobs at midnight. Queries that do not group by time need no parts, because these add up to the whole. */
  splitJobs: boolean
}

const DIMENSIONS = 'provider, gpu_type, service, model, agent_id, workflow_id, user_id'

type RolledUp = { table: 'cost_days' | 'cost_months'; date: string; where: string[] }

/** Where the rolled-up sums of a period are. */
export function rolledUpPartsOf({ teamId, filter, period, byMonth }: Source, bind: Bind): RolledUp[] {
  const { months, days } = byMonth ? wholeMonths(period) : { months: null, days: [period] }
  const parts = days.map(
    (part): RolledUp => ({
      table: 'cost_days',
      date: 'date',
      where: conditionsOf(teamId, { ...filter, ...part }, bind),
    }),
  )
  if (months === null) return parts
  const where = conditionsOf(teamId, { ...filter, from: undefined, to: undefined }, bind)
  where.push(`month >= ${bind(months.from)}`, `month <= ${bind(months.to)}`)
  return [...parts, { table: 'cost_months', date: "month || '-01'", where }]
}

const rolledUpSql = ({ table, date, where }: RolledUp): string =>
  `SELECT team_id, ${date} AS date, ${DIMENSIONS}, '' AS resource, '' AS run_id, '{}' AS labels,
     cost_micro_usd AS cost, micro_hours AS hours, tokens, cost_rows, usage_rows
   FROM ${table} WHERE ${where.join(' AND ')}`

const rowsSql = (table: string, amounts: string, where: string[]): string =>
  `SELECT team_id, date, ${DIMENSIONS}, resource, run_id, labels, ${amounts} FROM ${table} WHERE ${where.join(' AND ')}`

export function sourceSql(source: Source, bind: Bind): string {
  const { teamId, period, fromRows } = source
  const filter = { ...source.filter, ...period }
  const recorded = fromRows
    ? [
        rowsSql(
          'cost_snapshots',
          'cost_micro_usd AS cost, 0 AS hours, 0 AS tokens, 1 AS cost_rows, 0 AS usage_rows',
          conditionsOf(teamId, filter, bind),
        ),
        rowsSql('usage_snapshots', '0, micro_hours, tokens, 0, 1', conditionsOf(teamId, filter, bind)),
      ]
    : rolledUpPartsOf(source, bind).map(rolledUpSql)
  const jobs = source.jobsUntil === null ? null : jobsSql(source, source.jobsUntil, bind)
  return [...recorded, ...(jobs === null ? [] : [jobs])].join(' UNION ALL ')
}

/** Null if jobs cannot match the filter. */
function jobsSql(source: Source, now: number, bind: Bind): string | null {
  const where = jobConditions(source, now, bind)
  if (where === null) return null
  const [from, behind] = boundsOf(source.period, bind)
  const end = endSql('j', bind(now))
  const row = (date: string, start: string, until: string): string => {
    const part = (sum: (job: string, until: string) => string) => `${sum('j', until)} - ${sum('j', start)}`
    return `SELECT j.team_id, date(${date} / 1000, 'unixepoch') AS date, j.provider, j.gpu_type, '' AS service, j.model_name AS model,
      '' AS agent_id, '' AS workflow_id, '' AS user_id, '' AS resource, coalesce(j.run_id, '') AS run_id, j.labels,
      coalesce(${part(costMicroUsdSql)}, 0) AS cost, ${part(microHoursSql)} AS hours, 0 AS tokens, 0 AS cost_rows, 0 AS usage_rows`
  }
  const start = `max(j.started_at, ${from})`
  if (!source.splitJobs)
    return `${row(start, start, `min(${end}, ${behind})`)} FROM gpu_jobs j WHERE ${where.join(' AND ')}`
  const day = `p.day * ${DAY_MS}`
  return `SELECT * FROM (
    WITH RECURSIVE parts(id, day) AS (
      SELECT j.id, ${start} / ${DAY_MS} FROM gpu_jobs j WHERE ${where.join(' AND ')}
      UNION ALL
      SELECT p.id, p.day + 1 FROM parts p CROSS JOIN gpu_jobs j ON j.id = p.id WHERE (p.day + 1) * ${DAY_MS} < min(${end}, ${behind})
    )
    ${row(day, `max(j.started_at, ${day})`, `min(${end}, (p.day + 1) * ${DAY_MS})`)}
    FROM parts p CROSS JOIN gpu_jobs j ON j.id = p.id)`
}

const boundsOf = ({ from, to }: Period, bind: Bind): [from: string, behind: string] => [
  bind(Date.parse(from)),
  bind(Date.parse(to) + DAY_MS),
]

function jobConditions({ teamId, filter, period }: Source, now: number, bind: Bind): string[] | null {
  const { service, resource, source, agent, workflow, user } = filter
  if ([service, resource, source, agent, workflow, user].some((value) => value !== undefined)) return null
  const [from, behind] = boundsOf(period, bind)
  const where = [
    `j.team_id = ${bind(teamId)}`,
    `j.started_at < ${behind}`,
    'j.deleted_at IS NULL',
    `${endSql('j', bind(now))} > ${from}`,
  ]
  if (filter.team !== undefined) where.push(`j.team_id = ${bind(filter.team)}`)
  if (filter.provider !== undefined) where.push(`j.provider = ${bind(filter.provider)}`)
  if (filter.gpuType !== undefined) where.push(`j.gpu_type = ${bind(filter.gpuType)}`)
  if (filter.model !== undefined) where.push(`j.model_name = ${bind(filter.model)}`)
  if (filter.run !== undefined) where.push(`j.run_id = ${bind(filter.run)}`)
  if (filter.label !== undefined) where.push(labelCondition('j.labels', filter.label, bind))
  return where
}

/** SQL for the number of parts of the jobs in a source. Null if it reads no jobs. */
export function jobPartsSql(source: Source, bind: Bind): string | null {
  const now = source.jobsUntil
  const where = now === null ? null : jobConditions(source, now, bind)
  if (now === null || where === null) return null
  const [from, behind] = boundsOf(source.period, bind)
  const days = `(min(${endSql('j', bind(now))}, ${behind}) - max(j.started_at, ${from})) / ${DAY_MS} + 2`
  return `SELECT total(${days}) AS parts FROM gpu_jobs j WHERE ${where.join(' AND ')}`
}
