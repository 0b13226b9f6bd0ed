// The exact rate limits: one object per account, so that no two requests can slip through between two counts.

/** What is allowed: `limit` requests at once, refilled evenly over `windowMs`. */
export type RatePolicy = { limit: number; windowMs: number }

export type RateDecision = {
  allowed: boolean
  limit: number
  remaining: number
  /** Until a whole token is there again; 0 when allowed. */
  retryAfterMs: number
  resetMs: number
}

/** Failures raise the wait before the next try: delay = base · 2^(failures − free), at most `maxDelayMs`. Never a lock. */
export type BackoffPolicy = { free: number; baseDelayMs: number; maxDelayMs: number; forgetMs: number }

export type BackoffState = { failures: number; retryAfterMs: number }

export interface RateLimiterRpc {
  take(policy: RatePolicy, cost?: number): Promise<RateDecision>
  /** How long to wait before another try is looked at; 0 when now. */
  check(policy: BackoffPolicy): Promise<BackoffState>
  /** Counts one failure, before the password is even looked at, so that parallel guesses are all counted. */
  begin(policy: BackoffPolicy): Promise<BackoffState>
  /** The try was right: its count and those before are forgotten. */
  clear(): Promise<void>
}

export type RateLimiterNamespace = DurableObjectNamespace<RateLimiterRpc & Rpc.DurableObjectBranded>

export const rateLimiter = (namespace: RateLimiterNamespace, name: string): RateLimiterRpc =>
  namespace.get(namespace.idFromName(name)) as unknown as RateLimiterRpc
