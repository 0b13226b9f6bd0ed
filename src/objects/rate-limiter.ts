// The exact rate limits: one object per account, so two requests cannot both pass the last check.

/** Allows `limit` requests at once, refilled evenly over `windowMs`. */
export type RatePolicy = { limit: number; windowMs: number }

export type RateDecision = {
  allowed: boolean
  limit: number
  remaining: number
  /** The time until a whole token is available; 0 if allowed. */
  retryAfterMs: number
  resetMs: number
}

/** Failures increase the wait before the next attempt: delay = base · 2^(failures − free), at most `maxDelayMs`. Never locks. */
export type BackoffPolicy = { free: number; baseDelayMs: number; maxDelayMs: number; forgetMs: number }

export type BackoffState = { failures: number; retryAfterMs: number }

export interface RateLimiterRpc {
  take(policy: RatePolicy, cost?: number): Promise<RateDecision>
  /** The wait before the next attempt is allowed; 0 for none. */
  check(policy: BackoffPolicy): Promise<BackoffState>
  /** Counts a failure before the password is checked, so that parallel guesses are all counted. */
  begin(policy: BackoffPolicy): Promise<BackoffState>
  /** The attempt was correct: forgets it and all failures before. */
  clear(): Promise<void>
}

export type RateLimiterNamespace = DurableObjectNamespace<RateLimiterRpc & Rpc.DurableObjectBranded>

export const rateLimiter = (namespace: RateLimiterNamespace, name: string): RateLimiterRpc =>
  namespace.get(namespace.idFromName(name)) as unknown as RateLimiterRpc
