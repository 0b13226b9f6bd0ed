// Whether the team's plan has room for one more run, according to the index. What the index does not know yet is in the leases
// of the team's hosts, which decide. Invariants:
// 1. It needs no query of its own: the counts are loaded with the workflow.
// 2. A repeated start returns its run, even if the plan is full by now.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { limitReached, PLAN_LIMITS, type Plan, requireRoom } from '../../../core/plans.ts'
import { type RunTrigger, workflowRun } from '../../../objects/workflow-run.ts'
import type { Room } from './repo.ts'

const RETRY_AFTER_S = 30
/** How long a schedule's fire or an event is retried while its run finds no room. */
const MADE_UP_FOR_MS = 30 * 60_000

/** Starts made by a person or an API key. */
const BY_HAND: ReadonlySet<RunTrigger['type']> = new Set(['manual', 'retry', 'rerun', 'compensate'])

/** `known` is the run that the start may already have created. */
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

/** Some of them appear in the index a moment later. */
export const noRuns = (plan: Plan, used: number): AppError =>
  limitReached(plan, 'runsPerMonth', Math.max(used, PLAN_LIMITS[plan].runsPerMonth ?? 0), RUNS)

export const noSlot = (plan: Plan): AppError =>
  limitReached(plan, 'concurrentRuns', PLAN_LIMITS[plan].concurrentRuns ?? 0, WHAT, RETRY_AFTER_S)

/** A run that was due at this time is still retried, with the back-off of the job that starts it. */
export const isWorthWaiting = (error: unknown, dueAt: number, now: number): boolean =>
  error instanceof AppError &&
  error.code === 'plan.limit_reached' &&
  error.retryAfterSeconds !== undefined &&
  now - dueAt < MADE_UP_FOR_MS
