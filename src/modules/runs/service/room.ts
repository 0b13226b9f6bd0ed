// Whether the team's plan has room for one more run, as far as the index knows. What it does not know yet is in the leases of the
// team's hosts, which have the last word. Invariants:
// 1. Nothing is asked for it: the counts come with the workflow.
// 2. A start that was made before is answered with its run, however full the plan is by now.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { limitReached, PLAN_LIMITS, type Plan, requireRoom } from '../../../core/plans.ts'
import type { RunTrigger } from '../../../objects/workflow-run.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import type { Room } from '../repo/runs.ts'

const RETRY_AFTER_S = 30
/** How long a schedule's fire or an event is tried again when its run finds no room. */
const MADE_UP_FOR_MS = 30 * 60_000

/** Started by a person or a key. */
const BY_HAND: ReadonlySet<RunTrigger['type']> = new Set(['manual', 'retry', 'rerun', 'compensate'])

/** `known` is the run that the start may have made already. */
export async function requireRunRoom(
  { env }: RequestContext,
  { plan, runsThisMonth, runningRuns }: Room,
  type: RunTrigger['type'],
  known: string | null,
): Promise<void> {
  try {
    requireRoom(plan, 'runsPerMonth', runsThisMonth ?? 0, RUNS)
    if (BY_HAND.has(type)) requireRoom(plan, 'concurrentRuns', runningRuns, WHAT, RETRY_AFTER_S)
  } catch (refused) {
    if (known === null || (await workflowRun(env.RUNS, known).view({ output: false })) === null) throw refused
  }
}

const WHAT = 'runs at a time'
const RUNS = 'runs a month'

/** The index counts some of them a moment later. */
export const noRuns = (plan: Plan, used: number): AppError =>
  limitReached(plan, 'runsPerMonth', Math.max(used, PLAN_LIMITS[plan].runsPerMonth ?? 0), RUNS)

export const noSlot = (plan: Plan): AppError =>
  limitReached(plan, 'concurrentRuns', PLAN_LIMITS[plan].concurrentRuns ?? 0, WHAT, RETRY_AFTER_S)

/** Room for a run that was due at this time is still waited for: by the back-off of the job that would start it. */
export const isWorthWaiting = (error: unknown, dueAt: number, now: number): boolean =>
  error instanceof AppError &&
  error.code === 'plan.limit_reached' &&
  error.retryAfterSeconds !== undefined &&
  now - dueAt < MADE_UP_FOR_MS
