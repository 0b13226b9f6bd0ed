// The counts of one account. Invariants:
// 1. A count is stored in the turn that decides, before any await, so parallel requests cannot share a token.
// 2. An unused object removes its own storage: an alarm clears it when everything in it has expired.
import { DurableObject } from 'cloudflare:workers'
import type {
  BackoffPolicy,
  BackoffState,
  RateDecision,
  RateLimiterRpc,
  RatePolicy,
} from '../../src/objects/rate-limiter.ts'
import {
  addFailure,
  type Bucket,
  backoffState,
  currentFailures,
  type Failures,
  takeTokens,
} from './bucket.ts'

export class RateLimiter extends DurableObject implements RateLimiterRpc {
  async take(policy: RatePolicy, cost = 1): Promise<RateDecision> {
    const now = Date.now()
    const { bucket, decision } = takeTokens(this.#read<Bucket>('bucket'), policy, cost, now)
    this.#write('bucket', bucket)
    await this.#forgetAfter(decision.resetMs)
    return decision
  }

  async check(policy: BackoffPolicy): Promise<BackoffState> {
    const now = Date.now()
    return backoffState(currentFailures(this.#read<Failures>('failures'), policy, now), now)
  }

  async begin(policy: BackoffPolicy): Promise<BackoffState> {
    const now = Date.now()
    const failures = currentFailures(this.#read<Failures>('failures'), policy, now)
    const state = backoffState(failures, now)
    if (state.retryAfterMs > 0) return state
    this.#write('failures', addFailure(failures, policy, now))
    await this.#forgetAfter(policy.forgetMs)
    return state
  }

  async clear(): Promise<void> {
    this.ctx.storage.kv.delete('failures')
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }

  #read<T>(key: string): T | null {
    return this.ctx.storage.kv.get<T>(key) ?? null
  }

  #write(key: string, value: unknown): void {
    this.ctx.storage.kv.put(key, value)
  }

  /** Only ever moves the alarm later, so that a short bucket cannot clear failures that must be remembered longer. */
  async #forgetAfter(delayMs: number): Promise<void> {
    const due = Date.now() + Math.max(delayMs, 1)
    const set = await this.ctx.storage.getAlarm()
    if (set === null || set < due) await this.ctx.storage.setAlarm(due)
  }
}
