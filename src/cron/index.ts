// The tick, which runs every minute. A tick may be skipped or run twice, so each task looks for what is due and does nothing if nothing is.
// A failing task does not stop the others.
import { openContext, type RequestContext } from '../context.ts'
import { newId } from '../core/ids.ts'
import { TickBudget } from '../core/tick-budget.ts'
import { loadSettings } from '../db/platform-settings.ts'
import { purgeExpired } from '../db/purge.ts'
import type { Env } from '../env.ts'
import { CRON_TASKS, MODULES } from '../modules/index.ts'
import { recordTick, type TaskResult } from '../modules/system/index.ts'
import { longestKept, retainByPlan, retainOfAll } from './retention.ts'

export async function tick(
  env: Env,
  now: () => number,
  defer: (work: Promise<unknown>) => void,
): Promise<void> {
  const request = openContext(env, { now, requestId: newId('req', now()), defer })
  const startedAt = now()
  await loadSettings(env.DB)
  const tasks: TaskResult[] = []
  for (const { name, run } of CRON_TASKS) tasks.push(await attempt(request, name, () => run(request)))
  tasks.push(...(await retain(request, new TickBudget(now))))
  tasks.push(...(await purge(request)))
  await attempt(request, 'record the tick', () => recordTick(env.DB, { startedAt, finishedAt: now(), tasks }))
}

/** All teams get half of the budget, so that they cannot stop retention by plan, and then what is left. */
export async function retain(request: RequestContext, budget: TickBudget): Promise<TaskResult[]> {
  const half = budget.half()
  const tasks = [
    await attempt(request, 'retention of all teams', () => retainOfAll(request, half)),
    await attempt(request, 'retention by plan', () => retainByPlan(request, budget)),
  ]
  if (half.isSpent && !budget.isSpent)
    tasks.push(
      await attempt(request, 'retention of all teams, continued', () => retainOfAll(request, budget)),
    )
  return tasks
}

/** Last, because it is not urgent. */
export async function purge(request: RequestContext): Promise<TaskResult[]> {
  const tasks: TaskResult[] = []
  const longest = longestKept(request)
  for (const { name, expires = [] } of MODULES) {
    if (expires.length > 0)
      tasks.push(
        await attempt(request, `purge ${name}`, () =>
          purgeExpired(request.env.DB, expires, request.now(), longest),
        ),
      )
  }
  return tasks
}

const MAX_ERROR = 200

async function attempt(
  request: RequestContext,
  name: string,
  work: () => Promise<unknown>,
): Promise<TaskResult> {
  const startedAt = request.now()
  let failure: string | null = null
  try {
    await work()
  } catch (error) {
    request.log.error('a cron task failed', { task: name, error })
    failure = String(error).slice(0, MAX_ERROR)
  }
  return { name, durationMs: request.now() - startedAt, error: failure }
}
