import { fnv1a } from '../../core/fnv.ts'
import { DEFAULTS, type RetryPolicy } from '../model/definition.ts'

/** After this many crashes of turns that work on it, an activation fails for good. */
export const MAX_CRASHES = 3
/**
 * After this many attempts that were lost with their process, an effect fails for good. The limit is higher, because
 * most processes are lost for other reasons than this effect.
 */
export const MAX_LOST_ATTEMPTS = 10
const SECOND_LOSS_DELAY_MS = 2_000
const MAX_LOSS_DELAY_MS = 60_000

/** No delay after the first loss. If the effect crashes its process, other runs get more time after each further loss. */
export const lossDelayMs = (lost: number): number =>
  lost < 2 ? 0 : Math.min(SECOND_LOSS_DELAY_MS * 2 ** (lost - 2), MAX_LOSS_DELAY_MS)

/** The longest delay that another service can request if the policy has no maximum. */
const MAX_RETRY_AFTER_MS = 3_600_000

/**
 * The delay in milliseconds before the next try after `failures` failures. `jitter` is a number in [0, 1) and reduces
 * the delay by up to half, so that the policy's maximum is never exceeded. `retryAfterMs` is what the other service
 * requested. It wins if it is longer, up to the policy's `maxDelayMs`, or else an hour.
 */
export function backoffMs(policy: RetryPolicy, failures: number, jitter: number, retryAfterMs = 0): number {
  const first = policy.delayMs ?? DEFAULTS.retryDelayMs
  const limit = policy.maxDelayMs ?? DEFAULTS.retryMaxDelayMs
  const grown = first * (policy.factor ?? DEFAULTS.retryFactor) ** (failures - 1)
  const delay = Math.min(grown, limit)
  const spread = policy.jitter ? delay * (1 - jitter / 2) : delay
  return Math.max(Math.round(spread), Math.min(retryAfterMs, policy.maxDelayMs ?? MAX_RETRY_AFTER_MS))
}

/** A number in [0, 1) that is the same on every replay: a hash of the text and the count. */
export function hashUnit(text: string, count: number): number {
  let hash = fnv1a(text, count)
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507)
  return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296
}
