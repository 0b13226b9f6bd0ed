import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, dayOf } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { toUsd } from '../../../core/money.ts'
import { spreadOf } from '../pure/spread.ts'
import { hasEnded } from '../pure/status.ts'
import { searchedFilter } from '../read/service.ts'
import { countByStatus } from '../repo/list.ts'
import { findEnded, findGroups, findSummary } from './repo.ts'
import type {
  CountTasks,
  MetricsQuery,
  StatsQuery,
  TaskCounts,
  TaskMetrics,
  TaskPerformance,
  TaskStats,
} from './schema.ts'

const MAX_GROUPS = 1_000
const MAX_ENDED = 10_000
const DEFAULT_DAYS = 30
const SLOWEST = 10

function rangeOf(ctx: ServiceContext, { from, to }: StatsQuery): { from: string; to: string } {
  const range = { from: from ?? dayOf(ctx.now() - DEFAULT_DAYS * DAY_MS), to: to ?? dayOf(ctx.now()) }
  if (range.from > range.to)
    throw new AppError('request.invalid', {
      errors: [{ path: '/from', message: 'Must not be after to', code: 'custom' }],
    })
  return range
}

const mean = (sum: number, n: number): number | null => (n === 0 ? null : Math.round(sum / n))

export async function countTasks(ctx: ServiceContext, query: CountTasks): Promise<TaskCounts> {
  const { teamId, userId } = ctx.actor
  const filter = await searchedFilter(ctx, teamId, query, userId)
  const rows = await countByStatus(ctx.env.DB, teamId, filter, ctx.now())
  return {
    total: rows.reduce((sum, { n }) => sum + n, 0),
    byStatus: Object.fromEntries(rows.map(({ status, n }) => [status, n])),
  }
}

export async function getStats(ctx: ServiceContext): Promise<TaskStats> {
  const { counts, overdue, ended, p95 } = await findSummary(ctx.env.DB, ctx.actor.teamId, ctx.now())
  const byStatus: Record<string, number> = {}
  const byType: Record<string, number> = {}
  let open = 0
  let total = 0
  for (const { status, type, n } of counts) {
    byStatus[status] = (byStatus[status] ?? 0) + n
    byType[type] = (byType[type] ?? 0) + n
    total += n
    if (!hasEnded(status)) open += n
  }
  const judged = ended.succeeded + ended.failed
  return {
    total,
    byStatus,
    byType,
    open,
    overdue,
    successRate: judged === 0 ? null : ended.succeeded / judged,
    meanDurationMs: mean(ended.durationMs, ended.timed),
    p95DurationMs: p95,
    costUsd: toUsd(ended.costMicroUsd),
  }
}

const orNull = (text: string | undefined): string | null | undefined => (text === '' ? null : text)

export async function getMetrics(ctx: ServiceContext, query: MetricsQuery): Promise<TaskMetrics> {
  const range = rangeOf(ctx, query)
  const rows = await findGroups(ctx.env.DB, ctx.actor.teamId, range, query.groupBy, MAX_GROUPS + 1)
  return {
    ...range,
    groups: rows.slice(0, MAX_GROUPS).map(({ timed, durationMs, costMicroUsd, agent, assignee, ...row }) => ({
      ...row,
      ...(agent === undefined ? {} : { agent: orNull(agent) ?? null }),
      ...(assignee === undefined ? {} : { assignee: orNull(assignee) ?? null }),
      meanDurationMs: mean(durationMs, timed),
      costUsd: toUsd(costMicroUsd),
    })),
    truncated: rows.length > MAX_GROUPS,
  }
}

export async function getPerformance(ctx: ServiceContext, query: StatsQuery): Promise<TaskPerformance> {
  const range = rangeOf(ctx, query)
  const from = Date.parse(range.from)
  const to = Date.parse(range.to) + DAY_MS
  const rows = await findEnded(ctx.env.DB, ctx.actor.teamId, from, to, MAX_ENDED)
  const succeeded = rows.filter(({ status }) => status === 'succeeded')
  const cost = rows.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0)
  const days = Math.max(1, Math.round((Math.min(to, ctx.now()) - from) / DAY_MS))
  return {
    ...range,
    tasks: rows.length,
    durationMs: spreadOf(rows.flatMap(({ durationMs }) => durationMs ?? [])),
    waitMs: spreadOf(
      rows.flatMap(({ queuedAt, startedAt }) =>
        queuedAt === null || startedAt === null ? [] : Math.max(0, startedAt - queuedAt),
      ),
    ),
    leadMs: spreadOf(rows.map(({ createdAt, finishedAt }) => Math.max(0, finishedAt - createdAt))),
    cycleMs: spreadOf(
      rows.flatMap(({ queuedAt, finishedAt }) =>
        queuedAt === null ? [] : Math.max(0, finishedAt - queuedAt),
      ),
    ),
    retries: rows.reduce((sum, { attempt }) => sum + Math.max(0, attempt - 1), 0),
    throughputPerDay: succeeded.length / days,
    costPerSuccessUsd: succeeded.length === 0 ? null : toUsd(Math.round(cost / succeeded.length)),
    slowest: rows
      .flatMap(({ id, title, type, durationMs }) =>
        durationMs === null ? [] : [{ id, title, type, durationMs }],
      )
      .sort((a, b) => b.durationMs - a.durationMs)
      .slice(0, SLOWEST),
  }
}
