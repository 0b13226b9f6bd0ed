// Pure decisions of the limiter. Invariants:
// 1. A bucket never holds more than `limit` tokens, and never less than zero.
// 2. Every delay has a maximum, and failures are forgotten `forgetMs` after the last one.
import type { BackoffPolicy, BackoffState, RateDecision, RatePolicy } from '../../src/objects/rate-limiter.ts'

export type Bucket = { tokens: number; at: number }

export function takeTokens(
  bucket: Bucket | null,
  policy: RatePolicy,
  cost: number,
  now: number,
): { bucket: Bucket; decision: RateDecision } {
  const perMs = policy.limit / policy.windowMs
  const refilled =
    bucket === null
      ? policy.limit
      : Math.min(policy.limit, bucket.tokens + Math.max(0, now - bucket.at) * perMs)
  const allowed = refilled >= cost
  const tokens = allowed ? refilled - cost : refilled
  return {
    bucket: { tokens, at: now },
    decision: {
      allowed,
      limit: policy.limit,
      remaining: Math.floor(tokens),
      retryAfterMs: allowed ? 0 : Math.ceil((cost - refilled) / perMs),
      resetMs: Math.ceil((policy.limit - tokens) / perMs),
    },
  }
}

export type Failures = { count: number; lastAt: number; openAt: number }

export function currentFailures(failures: Failures | null, policy: BackoffPolicy, now: number): Failures {
  if (failures === null || now - failures.lastAt >= policy.forgetMs) return { count: 0, lastAt: 0, openAt: 0 }
  return failures
}

export function addFailure(failures: Failures, policy: BackoffPolicy, now: number): Failures {
  const count = failures.count + 1
  const over = count - policy.free
  const delayMs =
    over <= 0 ? 0 : Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(over - 1, 30))
  return { count, lastAt: now, openAt: now + delayMs }
}

export const backoffState = (failures: Failures, now: number): BackoffState => ({
  failures: failures.count,
  retryAfterMs: Math.max(0, failures.openAt - now),
})
