// When to retry a delivery. Each delay counts from the previous failure; all together are about 76 hours.
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'

const DELAYS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const

export const MAX_ATTEMPTS = DELAYS_MS.length + 1
export const MAX_JITTER = 0.1
/** The longest wait that a receiver can request with `Retry-After`. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR_MS

/** The delay after `attempts` attempts, of which the last failed. Null if there are no more. `random` is from 0 to 1. */
export function nextAttemptAt(
  attempts: number,
  failedAt: number,
  random: number,
  retryAfterMs: number | null,
): number | null {
  const delayMs = DELAYS_MS[attempts - 1]
  if (delayMs === undefined) return null
  const withJitter = Math.round(delayMs * (1 + MAX_JITTER * random))
  return failedAt + Math.max(withJitter, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS))
}

/** `Retry-After` in seconds or as a date; null if it is missing or unreadable. */
export function readRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
