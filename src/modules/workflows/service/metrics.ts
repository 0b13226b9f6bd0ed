import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { type RunNodeView, workflowRun } from '../../../objects/workflow-run.ts'
import { toUsd } from '../../teams/index.ts'
import { type DayRow, findMetrics, type StatusRow } from '../repo/metrics.ts'
import { workflowExists } from '../repo/workflows.ts'
import type { MetricsQuery, WorkflowMetrics } from '../schema/metrics.ts'
import { missing } from './view.ts'

const ENDED = ['succeeded', 'failed', 'cancelled']

/** Whole days in UTC, today among them. */
export async function readMetrics(
  ctx: ServiceContext,
  workflowId: string,
  { days, nodes }: MetricsQuery,
): Promise<WorkflowMetrics> {
  const { teamId } = ctx.actor
  if (!(await workflowExists(ctx.env.DB, teamId, workflowId))) missing()
  const since = (Math.floor(ctx.now() / DAY_MS) - days + 1) * DAY_MS
  const found = await findMetrics(ctx.env.DB, { teamId, workflowId, since, newest: nodes })
  const total = totalsOf(found.statuses)
  const judged = total.succeeded + total.failed
  return {
    workflowId,
    days,
    from: toIso(since),
    ...total,
    open: sum(found.statuses.filter((row) => !ENDED.includes(row.status)).map((row) => row.runs)),
    byStatus: Object.fromEntries(found.statuses.map((row) => [row.status, row.runs])),
    successRate: judged === 0 ? null : total.succeeded / judged,
    durationMs: { p50: found.p50, p95: found.p95 },
    inputTokens: sum(found.statuses.map((row) => row.inputTokens)),
    outputTokens: sum(found.statuses.map((row) => row.outputTokens)),
    perDay: perDay(found.days),
    perNode: await perNode(ctx, found.newest),
  }
}

type Counted = Pick<StatusRow, 'status' | 'runs' | 'costMicroUsd'>

const totalsOf = (rows: Counted[]) => {
  const count = (status: string) => sum(rows.filter((row) => row.status === status).map((row) => row.runs))
  return {
    runs: sum(rows.map((row) => row.runs)),
    succeeded: count('succeeded'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    costUsd: toUsd(sum(rows.map((row) => row.costMicroUsd))),
  }
}

const perDay = (rows: DayRow[]): WorkflowMetrics['perDay'] =>
  [...Map.groupBy(rows, (row) => row.day)].map(([day, group]) => ({
    day: toIso(day * DAY_MS).slice(0, 10),
    ...totalsOf(group),
  }))

/** Nodes are known to the runs' own objects only, so their figures are those of the newest few. */
async function perNode(ctx: ServiceContext, runIds: string[]): Promise<WorkflowMetrics['perNode']> {
  const views = await Promise.all(
    runIds.map((id) => workflowRun(ctx.env.RUNS, id).view({ nodes: true, output: false })),
  )
  const nodes = views.flatMap((view): RunNodeView[] => view?.nodes ?? [])
  return [...Map.groupBy(nodes, (node) => node.id)].map(([id, group]) => {
    const durations = group
      .flatMap((node) => (node.durationMs === null ? [] : [node.durationMs]))
      .sort((a, b) => a - b)
    return {
      id,
      type: group[0]?.type ?? '',
      runs: group.filter((node) => node.startedAt !== null).length,
      succeeded: group.filter((node) => node.status === 'succeeded').length,
      failed: group.filter((node) => node.status === 'failed').length,
      durationMs: { p50: rank(durations, 0.5), p95: rank(durations, 0.95) },
    }
  })
}

const rank = (sorted: number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
