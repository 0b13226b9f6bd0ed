import type { ServiceContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { type RunNodeView, workflowRun } from '../../../objects/workflow-run.ts'
import { publicError } from '../../runs/index.ts'
import { hasEnded } from '../pure/status.ts'
import { findVisibleTask } from '../repo/tasks.ts'
import { planOf } from '../runs/start.ts'
import type { TaskStep, TaskSteps } from '../schema/task.ts'
import { viewOf } from './service.ts'

const MAX_NODES = 1_000
const MAX_OUTPUT_CHARS = 500
const MAX_LOG = 500
const MAX_LINES_A_STEP = 50

const DONE: ReadonlySet<string> = new Set(['succeeded', 'failed', 'skipped', 'cancelled'])

/** The steps of the plan, with the state of the run. */
export async function listSteps(ctx: ServiceContext, id: string): Promise<TaskSteps> {
  const { rows } = await ctx.read((who) => findVisibleTask(who, id))
  const [row] = rows
  if (row === undefined) throw notFound('The task')
  const { view } = await viewOf(ctx, row)
  const plan = planOf(row)
  const base = { taskId: row.id, runId: row.runId, status: view.status }
  if (plan === null || row.children > 0) return { ...base, progress: view.progress, steps: [] }
  const run = row.runId === null ? null : workflowRun(ctx.env.RUNS, row.runId)
  const nodes = (await run?.nodes({ limit: MAX_NODES }))?.nodes ?? []
  const byId = new Map(nodes.filter(({ id: node, path }) => node === path).map((node) => [node.id, node]))
  const outputs = new Map(
    run === null
      ? []
      : await run.outputs(
          [...byId.values()].filter(({ status }) => status === 'succeeded').map(({ path }) => path),
        ),
  )
  const logs = run === null ? new Map<string, TaskStep['log']>() : await logsOf(run)
  const steps = plan.steps.map((step): TaskStep => {
    const node = byId.get(step.id)
    return {
      id: step.id,
      name: step.name,
      weight: step.weight,
      ...stateOf(step.id, node, plan.definition.nodes.find((one) => one.id === step.id)?.type ?? ''),
      agentId: row.agentId === '' ? null : row.agentId,
      output: node === undefined ? null : (outputs.get(node.path)?.slice(0, MAX_OUTPUT_CHARS) ?? null),
      costUsd: node?.cost?.usd ?? null,
      log: logs.get(step.id) ?? [],
    }
  })
  const weight = steps.reduce((sum, step) => sum + step.weight, 0)
  const done = steps.reduce((sum, step) => sum + (DONE.has(step.status) ? step.weight : 0), 0)
  const progress = hasEnded(view.status) || weight === 0 ? view.progress : Math.floor((done / weight) * 100)
  return { ...base, progress, steps }
}

const stateOf = (id: string, node: RunNodeView | undefined, type: string) =>
  node === undefined
    ? {
        path: id,
        type,
        status: 'pending',
        attempt: 0,
        startedAt: null,
        finishedAt: null,
        durationMs: null,
        error: null,
      }
    : {
        path: node.path,
        type: node.type,
        status: node.status,
        attempt: node.attempt,
        startedAt: node.startedAt,
        finishedAt: node.finishedAt,
        durationMs: node.durationMs,
        error: publicError(node.error) as TaskStep['error'],
      }

/** The log lines of each step. */
async function logsOf(run: ReturnType<typeof workflowRun>): Promise<Map<string, TaskStep['log']>> {
  const page = await run.events(0, MAX_LOG)
  const logs = new Map<string, TaskStep['log']>()
  for (const event of page?.events ?? []) {
    const { type, at } = event
    const step = 'path' in event ? (event.path?.split(/[.:~]/)[0] ?? '') : ''
    if (step === '') continue
    const lines = logs.get(step) ?? []
    if (lines.length < MAX_LINES_A_STEP) lines.push({ at, message: type === 'log' ? event.message : type })
    logs.set(step, lines)
  }
  return logs
}
