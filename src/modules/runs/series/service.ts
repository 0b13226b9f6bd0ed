import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../../core/clock.ts'
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import { toUsd } from '../../../core/money.ts'
import type { Page } from '../../../db/paginate.ts'
import { RUN_STATUSES } from '../schema.ts'
import { type CountRow, countErrorGroups, findErrorGroups, findSeries } from './repo.ts'
import type { ErrorGroup, ListErrors, RunSeries, SeriesQuery } from './schema.ts'

const BUCKET_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS }
/** A day of minutes, two months of hours or four years of days. */
const MAX_BUCKETS = 1_500

export async function getSeries(ctx: ServiceContext, query: SeriesQuery): Promise<RunSeries> {
  const { from, to } = rangeOf(ctx, query)
  const bucketMs = BUCKET_MS[query.bucket]
  if ((to - from) / bucketMs > MAX_BUCKETS)
    throw invalid('/bucket', `gives more than ${MAX_BUCKETS} points for this period: use a longer bucket`)
  const { counts, durations } = await findSeries(ctx.env.DB, {
    teamId: ctx.actor.teamId,
    from,
    to,
    bucketMs,
    workflowId: query.workflowId ?? null,
  })
  const durationOf = (bucket: number | null) => {
    const row = durations.find((one) => one.bucket === bucket)
    return { p50: row?.p50 ?? null, p95: row?.p95 ?? null }
  }
  const { succeeded, failed } = byStatus(counts)
  return {
    from: toIso(from),
    to: toIso(to),
    bucket: query.bucket,
    ...figures(counts),
    successRate: succeeded + failed === 0 ? null : succeeded / (succeeded + failed),
    durationMs: durationOf(null),
    points: [...Map.groupBy(counts, (row) => row.bucket)].map(([bucket, rows]) => ({
      at: toIso(bucket * bucketMs),
      ...figures(rows),
      durationMs: durationOf(bucket),
    })),
  }
}

export async function listErrors(ctx: ServiceContext, query: ListErrors): Promise<Page<ErrorGroup>> {
  const { from, to } = rangeOf(ctx, query)
  const skip = query.cursor === undefined ? 0 : Number(decodeCursor(query.cursor, BY_RUNS).value)
  if (!Number.isSafeInteger(skip) || skip < 0) throw new AppError('request.invalid_cursor')
  const where = { teamId: ctx.actor.teamId, from, to, workflowId: query.workflowId ?? null }
  const [rows, total] = await Promise.all([
    findErrorGroups(ctx.env.DB, { ...where, limit: query.limit + 1, skip }),
    query.count ? countErrorGroups(ctx.env.DB, where) : null,
  ])
  const hasMore = rows.length > query.limit
  return {
    items: rows.slice(0, query.limit).map((row) => ({
      ...row,
      firstAt: toIso(row.firstAt),
      lastAt: toIso(row.lastAt),
    })),
    nextCursor: hasMore ? encodeCursor({ sort: BY_RUNS, value: skip + query.limit, id: '' }) : null,
    ...(total === null ? {} : { total }),
  }
}

/** The order of groups changes with each run, so the cursor is an offset. */
const BY_RUNS = '-runs'

function rangeOf(ctx: ServiceContext, query: { from?: string | undefined; to?: string | undefined }) {
  const to = query.to === undefined ? ctx.now() + 1 : Date.parse(query.to)
  const from = query.from === undefined ? to - DAY_MS : Date.parse(query.from)
  if (from >= to) throw invalid('/from', 'must be before `to`')
  return { from, to }
}

const invalid = (path: `/${string}`, message: string): AppError =>
  new AppError('request.invalid', { errors: [{ path, message, code: 'invalid_value' }] })

function byStatus(rows: CountRow[]): RunSeries['byStatus'] {
  const counts = Object.fromEntries(RUN_STATUSES.map((status) => [status, 0])) as RunSeries['byStatus']
  for (const row of rows) counts[row.status as keyof typeof counts] += row.runs
  return counts
}

const figures = (rows: CountRow[]) => ({
  runs: rows.reduce((sum, row) => sum + row.runs, 0),
  byStatus: byStatus(rows),
  costUsd: toUsd(rows.reduce((sum, row) => sum + row.costMicroUsd, 0)),
})
