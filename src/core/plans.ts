// What each plan allows, as data. A limit that is hit answers 402 with what to do; `null` is no limit.
import { AppError } from './errors.ts'

export const PLANS = ['free', 'premium', 'team'] as const
export type Plan = (typeof PLANS)[number]

export type PlanLimits = {
  teams: number | null
  membersPerTeam: number | null
  apiKeys: number | null
  workflows: number | null
  runsPerMonth: number | null
  concurrentRuns: number | null
  /** How many runs one start may lead to, by sub-workflows and error workflows, however deep. */
  descendantRuns: number
  storageBytes: number | null
  requestsPerMinute: number
  /** Mails that runs send. */
  mailsPerDay: number
}

const GIB = 1024 ** 3

export const PLAN_LIMITS: Record<Plan, PlanLimits> = {
  free: {
    teams: 3,
    membersPerTeam: 5,
    apiKeys: 5,
    workflows: 50,
    runsPerMonth: 10_000,
    concurrentRuns: 20,
    descendantRuns: 1_000,
    storageBytes: GIB,
    requestsPerMinute: 600,
    mailsPerDay: 50,
  },
  premium: {
    teams: 10,
    membersPerTeam: 20,
    apiKeys: 25,
    workflows: 500,
    runsPerMonth: 250_000,
    concurrentRuns: 200,
    descendantRuns: 10_000,
    storageBytes: 20 * GIB,
    requestsPerMinute: 3_000,
    mailsPerDay: 1_000,
  },
  team: {
    teams: null,
    membersPerTeam: null,
    apiKeys: 250,
    workflows: null,
    runsPerMonth: null,
    concurrentRuns: 2_000,
    descendantRuns: 20_000,
    storageBytes: 500 * GIB,
    requestsPerMinute: 12_000,
    mailsPerDay: 10_000,
  },
}

export const smallestPlan = PLAN_LIMITS.free

/** What a team of any plan may have at most. */
export const MOST_CONCURRENT_RUNS = Math.max(...PLANS.map((plan) => PLAN_LIMITS[plan].concurrentRuns ?? 0))

/** Throws when one more would pass the limit. Room that comes by itself is worth coming back for after `retryAfterSeconds`. */
export function requireRoom(
  plan: Plan,
  limit: keyof PlanLimits,
  used: number,
  what: string,
  retryAfterSeconds?: number,
): void {
  const most = PLAN_LIMITS[plan][limit]
  if (most === null || used < most) return
  throw limitReached(plan, limit, used, what, retryAfterSeconds)
}

export function limitReached(
  plan: Plan,
  limit: keyof PlanLimits,
  used: number,
  what: string,
  retryAfterSeconds?: number,
): AppError {
  const most = PLAN_LIMITS[plan][limit]
  return new AppError('plan.limit_reached', {
    detail: `The plan ${plan} allows ${most} ${what}. ${retryAfterSeconds === undefined ? 'Remove one' : 'Wait for one to end'}, or move to a larger plan with PUT /api/v1/users/subscription.`,
    errors: [{ path: limit, message: `${used} of ${most} used`, code: 'plan.limit_reached' }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}
