// Executes a task. Invariants:
// 1. The task is first claimed for a run with a known id, then the run is started with that id. After a crash in
//    between, the tick starts it again with the same id: one claim is one run.
// 2. After a start, the caller checks whether the task still refers to the run, and cancels the run otherwise
//    (`cancelUnowned`). Code that removes a run from its task cancels the run afterwards, so one of the two finds it.
// 3. A run uses a slot of the team's plan, like runs of triggers, so tasks never exceed `concurrentRuns`. Without a
//    slot, the task goes back to the queue.
import type { RequestContext } from '../../../context.ts'
import { toIsoOrNull } from '../../../core/clock.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, ERRORS } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { requireFulfilled } from '../../../core/settled.ts'
import { prepare, runBatch } from '../../../db/statement.ts'
import type { RetryPolicy } from '../../../engine/model/definition.ts'
import type { RunActor } from '../../../objects/run-spec.ts'
import { type StartOptions, workflowRun } from '../../../objects/workflow-run.ts'
import { runIdOf, type Started, startRunnable } from '../../runs/index.ts'
import { findTeamStart, type Runnable, type TeamStart } from '../../workflows/index.ts'
import { fieldsOf, type TaskRow } from '../repo/columns.ts'
import { findDependencies, type StandingDependency } from '../repo/dependencies.ts'
import { findTasks } from '../repo/tasks.ts'
import { customInputOf } from '../types/custom.ts'
import { typeOf } from '../types/index.ts'
import type { Plan } from '../types/task-type.ts'
import { copyRunState, failStart, requeueTask, setRunId } from './repo.ts'

/** Larger results of dependencies are left out of a run's input. */
const MAX_DEPENDENCY_CHARS = 16_384

export function planOf(row: Pick<TaskRow, 'type' | 'input' | 'retry' | 'timeoutMs'>): Plan | null {
  const retry = JSON.parse(row.retry) as RetryPolicy
  return typeOf(row.type).plan(JSON.parse(row.input) as Json, { retry, timeoutMs: row.timeoutMs })
}

/** The id of the next run. */
export const nextRunId = (
  { settings }: Pick<RequestContext, 'settings'>,
  { id, teamId, attempt }: Pick<TaskRow, 'id' | 'teamId' | 'attempt'>,
): Promise<string> => runIdOf(settings, { teamId, id, isOwn: false }, onceOf(attempt + 1))

const onceOf = (attempt: number): string => `task ${attempt}`

export type Outcome =
  /** Invariant 2 is left to the caller. */
  | { started: Started; runId: string }
  | { waits: { code: string; message: string } }
  | { failed: { code: string; message: string } }

type StartMore = {
  by?: RunActor
  options?: StartOptions
  /** What the caller has read already. */
  team?: TeamStart
  dependencies?: readonly StandingDependency[]
}

/** For a task that was claimed for its `runId`. May be repeated. */
export async function startClaimed(
  request: RequestContext,
  row: TaskRow & { runId: string },
  more: StartMore = {},
): Promise<Outcome> {
  const { DB } = request.env
  try {
    const [team, dependencies] = await Promise.all([
      more.team ?? findTeamStart(DB, row.teamId),
      more.dependencies ?? findDependencies(DB, row.teamId, [row.id]),
    ])
    if (team === null) throw new AppError('resource.not_found', { detail: 'The team is gone.' })
    const plan = planOf(row)
    if (plan === null)
      throw new AppError('resource.conflict', { detail: 'The task is done by an external worker.' })
    const started = await startRunnable(request, await runnableOf(row, plan, team), {
      input: await runInputOf(request, row, dependencies),
      trigger: { type: 'task', key: row.id },
      startedBy: row.startedBy ?? row.createdBy,
      options: more.options ?? {},
      once: onceOf(row.attempt),
      runId: row.runId,
      kind: 'task',
      subjectId: row.id,
      ...(more.by === undefined ? {} : { by: more.by }),
      more: {
        workflowId: null,
        workflowVersion: 1,
        keyRoot: row.runId,
        tags: JSON.parse(row.tags) as string[],
      },
    })
    const { id } = started.execution
    if (id !== row.runId) await runBatch(DB, [setRunId(row.id, row.runId, id), copyRunState(row.id)])
    return { started, runId: id }
  } catch (error) {
    return refused(request, row, error)
  }
}

/** Cancels runs whose task was cancelled, deleted or queued again while they started. */
export async function cancelUnowned(
  { env }: Pick<RequestContext, 'env'>,
  teamId: string,
  started: readonly { taskId: string; runId: string }[],
): Promise<void> {
  if (started.length === 0) return
  const ids = started.map(({ taskId }) => taskId)
  const tasks = await findTasks(env.DB, teamId, ids, fieldsOf(['id', 'runId']))
  const runOf = new Map(tasks.map((task) => [task.id, task.runId]))
  const unowned = started.filter(({ taskId, runId }) => runOf.get(taskId) !== runId)
  requireFulfilled(
    await Promise.allSettled(
      unowned.map(({ runId }) => workflowRun(env.RUNS, runId).control('cancel', 'parent')),
    ),
  )
}

async function refused(
  request: RequestContext,
  row: TaskRow & { runId: string },
  error: unknown,
): Promise<Outcome> {
  const { DB } = request.env
  if (!(error instanceof AppError)) throw error
  const { code, message } = error
  if (code === 'plan.limit_reached' || ERRORS[code].retryable) {
    const waits = code === 'plan.limit_reached' ? { code: 'plan', message } : { code, message }
    await prepare(DB, requeueTask(row.id, row.runId, waits, request.now())).run()
    return { waits }
  }
  const [first] = error.errors ?? []
  const failed = {
    code,
    message: first === undefined ? message : `${message}: ${first.path ?? ''} ${first.message}`,
  }
  await prepare(DB, failStart(row.id, row.runId, failed, request.now(), row.retryOf)).run()
  return { failed }
}

async function runnableOf(row: TaskRow, { definition }: Plan, team: TeamStart): Promise<Runnable> {
  const text = JSON.stringify({ ...definition, name: row.title.slice(0, 200) })
  return {
    id: row.id,
    teamId: row.teamId,
    name: row.title,
    active: 1,
    errorWorkflowId: null,
    version: 1,
    definition: text,
    definitionHash: await sha256Hex(canonicalJson(definition)),
    vars: team.vars,
    plan: team.plan,
    runsThisMonth: team.runsThisMonth,
    runningRuns: team.runningRuns,
  }
}

/** The `input` that the steps of a task see. */
async function runInputOf(
  request: RequestContext,
  row: TaskRow,
  dependencies: readonly StandingDependency[],
): Promise<Json> {
  const given = JSON.parse(row.input) as Json
  return {
    input: row.type === 'custom' ? customInputOf(given) : given,
    task: {
      id: row.id,
      title: row.title,
      description: row.description,
      type: row.type,
      priority: row.priority,
      dueAt: toIsoOrNull(row.dueAt),
      tags: JSON.parse(row.tags) as Json,
      metadata: JSON.parse(row.metadata) as Json,
      occurrence: row.occurrence,
      scheduledFor: toIsoOrNull(row.scheduledFor),
    },
    files: (JSON.parse(row.files) as string[]).map((id) => ({ $file: id })),
    dependencies: await resultsOf(request, row, dependencies),
  }
}

async function resultsOf(
  { env }: RequestContext,
  row: TaskRow,
  dependencies: readonly StandingDependency[],
): Promise<Json> {
  if (dependencies.length === 0) return {}
  const others = await findTasks(
    env.DB,
    row.teamId,
    dependencies.map(({ dependsOn }) => dependsOn),
    fieldsOf(['id', 'title', 'status', 'result', 'error']),
  )
  return Object.fromEntries(
    others.map(({ id, title, status, result, error }) => {
      const fits = result !== null && result.length <= MAX_DEPENDENCY_CHARS
      return [
        id,
        {
          title,
          status,
          result: fits ? JSON.parse(result) : null,
          error: error === null ? null : JSON.parse(error),
        },
      ]
    }),
  )
}
