import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { toUsd } from '../../../core/money.ts'
import { isTerminal, type RunStatus } from '../../../engine/model/state.ts'
import { type RunNodeView, workflowRun } from '../../../objects/workflow-run.ts'
import { type DayRow, findMetrics, type StatusRow } from '../repo/metrics.ts'
import { hasWorkflow } from '../repo/workflows.ts'
import type { MetricsQuery, WorkflowMetrics } from '../schema/metrics.ts'
import { missing } from './view.ts'

/** Whole days in UTC, including today. */
export async function getMetrics(
  ctx: ServiceContext,
  workflowId: string,
  { days, nodes }: MetricsQuery,
): Promise<WorkflowMetrics> {
  const { teamId } = ctx.actor
  if (!(await hasWorkflow(ctx.env.DB, teamId, workflowId))) missing()
  const since = (Math.floor(ctx.now() / DAY_MS) - days + 1) * DAY_MS
  const found = await findMetrics(ctx.env.DB, { teamId, workflowId, since, newest: nodes })
  const total = totalsOf(found.statuses)
  const judged = total.succeeded + total.failed
  return {
    workflowId,
    days,
    from: toIso(since),
    ...total,
    open: sum(found.statuses.filter((row) => !isTerminal(row.status as RunStatus)).map((row) => row.runs)),
    byStatus: Object.fromEntries(found.statuses.map((row) => [row.status, row.runs])),
    successRate: judged === 0 ? null : total.succeeded / judged,
    durationMs: { p50: found.p50, p95: found.p95 },
    inputTokens: sum(found.statuses.map((row) => row.inputTokens)),
    outputTokens: sum(found.statuses.map((row) => row.outputTokens)),
    perDay: perDay(found.days),
    ...(await perNode(ctx, found.newest)),
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

/** Limits how many run views are in memory at once, because they may be large. */
const AT_ONCE = 4

type NodeFigures = WorkflowMetrics['perNode'][number] & { durations: number[] }

/** Only the runs' own objects know about nodes, so these figures come from the newest runs that respond. */
async function perNode(
  ctx: ServiceContext,
  runIds: string[],
): Promise<Pick<WorkflowMetrics, 'perNode' | 'perNodeRuns'>> {
  const figures = new Map<string, NodeFigures>()
  const left = [...runIds]
  let perNodeRuns = 0
  const ask = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      try {
        const view = await workflowRun(ctx.env.RUNS, id).view({ nodes: true, output: false })
        if (view === null) continue
        perNodeRuns++
        for (const node of view.nodes ?? []) count(figures, node)
      } catch (error) {
        ctx.log.warn('a run was left out of the metrics', { runId: id, error })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  const perNode = [...figures.values()].map(({ durations, ...one }) => {
    durations.sort((a, b) => a - b)
    return { ...one, durationMs: { p50: rank(durations, 0.5), p95: rank(durations, 0.95) } }
  })
  return { perNode, perNodeRuns }
}

function count(
  figures: Map<string, NodeFigures>,
  { id, type, status, startedAt, durationMs }: RunNodeView,
): void {
  const none = { runs: 0, succeeded: 0, failed: 0, durationMs: { p50: null, p95: null } }
  const known = figures.get(id) ?? { id, type, ...none, durations: [] }
  figures.set(id, known)
  if (startedAt !== null) known.runs++
  if (status === 'succeeded') known.succeeded++
  if (status === 'failed') known.failed++
  if (durationMs !== null) known.durations.push(durationMs)
}

const rank = (sorted: number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
