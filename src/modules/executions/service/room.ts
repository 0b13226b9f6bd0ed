// Whether the team's plan has room for one more run. Invariants:
// 1. The start path asks nothing for it: the counts come with the workflow.
// 2. What runs start themselves (sub-workflows, error workflows) is counted and never refused: refusing would fail a run
//    halfway, and putting off could make runs wait for each other for ever.
// 3. A start that was made before is answered with its run, however full the plan is by now.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { requireRoom } from '../../../core/plans.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import type { Room } from '../repo.ts'

const RETRY_AFTER_S = 30
/** How long a schedule's fire or an event is tried again when its run finds no room. */
const MADE_UP_FOR_MS = 30 * 60_000

/** `known` is the run that the start may have made already. */
export async function requireRunRoom(
  { env }: RequestContext,
  { plan, runsThisMonth, runningRuns }: Room,
  byRun: boolean,
  known: string | null,
): Promise<void> {
  try {
    requireRoom(plan, 'runsPerMonth', runsThisMonth ?? 0, 'runs a month')
    if (!byRun) requireRoom(plan, 'concurrentRuns', runningRuns, 'runs at a time', RETRY_AFTER_S)
  } catch (refused) {
    if (known === null || (await workflowRun(env.RUNS, known).view({ output: false })) === null) throw refused
  }
}

/** Room for a run that was due at this time is still waited for: by the back-off of the job that would start it. */
export const isWorthWaiting = (error: unknown, dueAt: number, now: number): boolean =>
  error instanceof AppError &&
  error.code === 'plan.limit_reached' &&
  error.retryAfterSeconds !== undefined &&
  now - dueAt < MADE_UP_FOR_MS
