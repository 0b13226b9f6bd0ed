// The limits of each plan, as data. Exceeding a limit returns 402 with what to do. `null` means no limit.
import { AppError } from './errors.ts'

export const PLANS = ['free', 'premium', 'team'] as const
export type Plan = (typeof PLANS)[number]

export type PlanLimits = {
  teams: number | null
  membersPerTeam: number | null
  apiKeys: number | null
  workflows: number | null
  agents: number | null
  integrations: number | null
  runsPerMonth: number | null
  concurrentRuns: number | null
  /** How many runs one start may cause through sub-workflows and error workflows, at any depth. */
  descendantRuns: number
  /** Tasks that have not ended. */
  openTasks: number | null
  storageBytes: number | null
  /** How many versions of a file are kept. Adding another one deletes the oldest. */
  fileVersions: number
  webhookEndpoints: number | null
  requestsPerMinute: number
  /** Open sockets and streams of one user. */
  connectionsPerUser: number
  /** Mails that runs send. */
  mailsPerDay: number
}

const GIB = 1024 ** 3

export const DEFAULT_LIMITS: Record<Plan, PlanLimits> = {
  free: {
    teams: 3,
    membersPerTeam: 5,
    apiKeys: 5,
    workflows: 50,
    agents: 10,
    integrations: 25,
    runsPerMonth: 10_000,
    concurrentRuns: 20,
    descendantRuns: 1_000,
    openTasks: 1_000,
    storageBytes: GIB,
    fileVersions: 5,
    webhookEndpoints: 3,
    requestsPerMinute: 600,
    connectionsPerUser: 10,
    mailsPerDay: 50,
  },
  premium: {
    teams: 10,
    membersPerTeam: 20,
    apiKeys: 25,
    workflows: 500,
    agents: 200,
    integrations: 250,
    runsPerMonth: 250_000,
    concurrentRuns: 200,
    descendantRuns: 10_000,
    openTasks: 50_000,
    storageBytes: 20 * GIB,
    fileVersions: 20,
    webhookEndpoints: 25,
    requestsPerMinute: 3_000,
    connectionsPerUser: 50,
    mailsPerDay: 1_000,
  },
  team: {
    teams: null,
    membersPerTeam: null,
    apiKeys: 250,
    workflows: null,
    agents: null,
    integrations: 1_000,
    runsPerMonth: null,
    concurrentRuns: 2_000,
    descendantRuns: 20_000,
    openTasks: null,
    storageBytes: 500 * GIB,
    fileVersions: 100,
    webhookEndpoints: 250,
    requestsPerMinute: 12_000,
    connectionsPerUser: 200,
    mailsPerDay: 10_000,
  },
}

export const smallestPlan = DEFAULT_LIMITS.free

export type LimitOverrides = Partial<Record<Plan, Partial<Record<keyof PlanLimits, number>>>>

/** The current limits: the defaults plus the changes of administrators. `src/db/platform-settings.ts` keeps them up to date. */
export const PLAN_LIMITS: Record<Plan, PlanLimits> = { ...DEFAULT_LIMITS }

export function setLimits(overrides: LimitOverrides): void {
  for (const plan of PLANS) PLAN_LIMITS[plan] = { ...DEFAULT_LIMITS[plan], ...overrides[plan] }
}

/** The highest value that administrators can set for `concurrentRuns`. */
export const MAX_CONCURRENT_RUNS = 10_000

/** Throws if one more would exceed the limit. Set `retryAfterSeconds` if room becomes free without an action of the client. */
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
    errors: [{ path: `/limits/${limit}`, message: `${used} of ${most} used`, code: 'plan.limit_reached' }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}
