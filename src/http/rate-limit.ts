// Three limits, from cheap to exact: by address before routes without sign-in, by team and plan after the sign-in (both approximate,
// with the platform's counters), and exact buckets in a Durable Object where it matters. The state of a limit is stored with the
// request and written to the response at the very end (edges.ts), so problems and responses built by handlers have the headers too.
import type { Context, MiddlewareHandler } from 'hono'
import type { Actor } from '../context.ts'
import { AppError } from '../core/errors.ts'
import { PLAN_LIMITS, type Plan } from '../core/plans.ts'
import { type RateDecision, type RatePolicy, rateLimiter } from '../objects/rate-limiter.ts'
import type { AppEnv } from './app-env.ts'
import { networkOf } from './network.ts'

/** wrangler.toml configures the platform's counters. A test compares it with these values and the plans. */
export const ADDRESS_REQUESTS_PER_MINUTE = 300

const LIMITERS: Record<Plan, 'PLAN_LIMIT_FREE' | 'PLAN_LIMIT_PREMIUM' | 'PLAN_LIMIT_TEAM'> = {
  free: 'PLAN_LIMIT_FREE',
  premium: 'PLAN_LIMIT_PREMIUM',
  team: 'PLAN_LIMIT_TEAM',
}

export async function limitByPlan(c: Context<AppEnv>, actor: Pick<Actor, 'plan' | 'teamId'>): Promise<void> {
  const limit = PLAN_LIMITS[actor.plan].requestsPerMinute
  c.set('rateLimit', { 'RateLimit-Limit': String(limit) })
  if (!c.get('request').settings.RATE_LIMITS) return
  const { success } = await c.env[LIMITERS[actor.plan]].limit({ key: actor.teamId })
  if (!success) throw limited(60, `The plan ${actor.plan} allows ${limit} requests per minute.`)
}

/** For public routes: keeps one address from using up what all clients share. */
export const limitByAddress: MiddlewareHandler<AppEnv> = async (c, next) => {
  await chargeAddress(c)
  await next()
}

/**
 * Counts one request of the caller's network. Without a proxy that passes addresses, nothing is counted: all clients would share one
 * counter, and any of them could lock out the others.
 */
export async function chargeAddress(c: Context<AppEnv>): Promise<void> {
  const { settings, address } = c.get('request')
  c.set('rateLimit', { 'RateLimit-Limit': String(ADDRESS_REQUESTS_PER_MINUTE) })
  if (!settings.RATE_LIMITS || address === null) return
  const { success } = await c.env.ADDRESS_LIMIT.limit({ key: networkOf(address) })
  if (!success) throw limited(60)
}

/** Takes from an exact bucket. Its headers replace those of an earlier limit. */
export async function takeExactly(c: Context<AppEnv>, bucket: string, policy: RatePolicy): Promise<void> {
  const decision = await rateLimiter(c.env.RATE_LIMITER, bucket).take(policy)
  c.set('rateLimit', exactHeaders(decision))
  if (!decision.allowed) throw limited(Math.ceil(decision.retryAfterMs / 1000))
}

const exactHeaders = (decision: RateDecision): Record<string, string> => ({
  'RateLimit-Limit': String(decision.limit),
  'RateLimit-Remaining': String(decision.remaining),
  'RateLimit-Reset': String(Math.ceil(decision.resetMs / 1000)),
})

const limited = (retryAfterSeconds: number, detail?: string): AppError =>
  new AppError('rate.limited', { retryAfterSeconds, ...(detail ? { detail } : {}) })
