import type { ServiceContext } from '../../../context.ts'
import { encodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import { MICROS, toUsd } from '../../../core/money.ts'
import { needsRows } from '../snapshots/filter.ts'
import { type Dimension, dimensionNeedsDays, dimensionNeedsRows } from './dimensions.ts'
import { lengthOf, type Period, periodFrom } from './period.ts'
import { countJobParts, findGroups, findTotal, type GroupRow, type SummarySort } from './repo.ts'
import type { SnapshotTotal, Summary, SummaryQuery, TotalQuery } from './schema.ts'
import type { Source } from './source-repo.ts'

/** The subject: costs, or usage. Both return the costs and the hours of the same filter. */
export type SnapshotKind = 'costs' | 'usage'

const MAX_DAYS = 3_700
/** The maximum number of job days to split: all teams share the database that computes them. */
const MAX_JOB_DAYS = 500_000

function sourceOf(ctx: ServiceContext, query: TotalQuery, dimensions: Dimension[]): Source {
  const { include, ...filter } = query
  const period = periodFrom(filter, ctx.now())
  requireLength(period)
  const fromRows = needsRows(filter) || dimensions.some(dimensionNeedsRows)
  return {
    teamId: ctx.actor.teamId,
    filter,
    period,
    fromRows,
    byMonth: !fromRows && !dimensions.some(dimensionNeedsDays),
    jobsUntil: include === 'jobs' ? ctx.now() : null,
    splitJobs: dimensions.some(({ kind }) => kind === 'time'),
  }
}

async function requireFewJobDays({ env }: ServiceContext, source: Source): Promise<void> {
  if (!source.splitJobs || (await countJobParts(env.DB, source)) <= MAX_JOB_DAYS) return
  throw new AppError('request.too_large', {
    detail: `The jobs of these periods have more than ${MAX_JOB_DAYS} days together. Take a shorter period, narrow the filter, or group by something other than time.`,
  })
}

function requireLength(period: Period): void {
  if (lengthOf(period) <= MAX_DAYS) return
  throw new AppError('request.invalid', {
    errors: [{ path: '/from', message: `a period has at most ${MAX_DAYS} days`, code: 'too_big' }],
  })
}

export async function getTotal(
  ctx: ServiceContext,
  kind: SnapshotKind,
  query: TotalQuery,
): Promise<SnapshotTotal> {
  const source = sourceOf(ctx, query, [])
  const { total, currencies } = await findTotal(ctx.env.DB, source)
  return {
    ...source.period,
    totalUsd: toUsd(total.cost),
    totalHours: total.hours / MICROS,
    tokens: total.tokens,
    count: kind === 'costs' ? total.costRows : total.usageRows,
    byCurrency: Object.fromEntries(
      currencies.map(({ currency, whole, rest }) => [currency, whole + rest / MICROS]),
    ),
  }
}

export async function getSummary(
  ctx: ServiceContext,
  kind: SnapshotKind,
  { groupBy, limit, cursor, sort: wanted, ...query }: SummaryQuery,
): Promise<Summary> {
  const source = sourceOf(ctx, query, groupBy)
  const sort = wanted ?? (kind === 'costs' ? '-cost' : '-hours')
  const names = groupBy.map(({ name }) => name)
  const cursorSort = `${sort} ${names.join(',')}`
  const question = { source, dimensions: groupBy, sort, cursorSort, limit, cursor }
  await requireFewJobDays(ctx, source)
  const rows = await findGroups(ctx.env.DB, question)
  const first = rows[0]
  const last = rows.at(-1)
  const left = first === undefined ? 0 : first.left - rows.length
  const totalOf = (row: GroupRow) => (kind === 'costs' ? row.totalCost : row.totalHours)
  return {
    ...source.period,
    groups: rows.map((row) => ({
      keys: keysOf(names, row),
      costUsd: toUsd(row.cost),
      hours: row.hours / MICROS,
      tokens: row.tokens,
      share: ratio(kind === 'costs' ? row.cost : row.hours, totalOf(row)),
      previousUsd: toUsd(row.previous),
      changePct: changeOf(row),
    })),
    other: first === undefined || left === 0 ? null : otherOf(first, rows, left),
    totalUsd: toUsd(first?.totalCost ?? 0),
    nextCursor:
      left === 0 || last === undefined
        ? null
        : encodeCursor({ sort: cursorSort, value: positionOf(last, sort), id: last.key }),
  }
}

const keysOf = (names: string[], { key }: GroupRow): Record<string, string | null> => {
  const values = JSON.parse(key) as (string | null)[]
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]))
}

const positionOf = (row: GroupRow, sort: SummarySort): string | number =>
  sort.endsWith('key') ? row.key : sort.endsWith('cost') ? row.cost : row.hours

const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : Number((part / whole).toFixed(6))

const changeOf = ({ cost, previous }: GroupRow): number | null =>
  previous === 0 ? null : Number((((cost - previous) / Math.abs(previous)) * 100).toFixed(2))

function otherOf(first: GroupRow, rows: GroupRow[], groups: number): NonNullable<Summary['other']> {
  const sum = (value: (row: GroupRow) => number) => rows.reduce((total, row) => total + value(row), 0)
  return {
    groups,
    costUsd: toUsd(first.leftCost - sum((row) => row.cost)),
    hours: (first.leftHours - sum((row) => row.hours)) / MICROS,
    tokens: first.leftTokens - sum((row) => row.tokens),
  }
}
