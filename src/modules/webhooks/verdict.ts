// What a response means for the delivery and its endpoint, and what part of it is stored. Invariants:
// 1. Only 2xx is success. A redirect is a failure: only the configured URL is called.
// 2. The stored part contains no secrets of the endpoint, and at most 4 KB each of the body and the headers.
import { type HideText, hideValues } from '../../core/hide-values.ts'
import { readRetryAfter } from './schedule.ts'

/** The result of one attempt. `status` is null if there was no response; then `error` is the reason. */
export type Outcome = {
  at: number
  durationMs: number
  status: number | null
  headers: Record<string, string>
  body: string
  error: string | null
}

export type Verdict =
  | { kind: 'succeeded' }
  /** Retried, but not before `retryAfterMs`. The same applies to all other deliveries to this endpoint. */
  | { kind: 'retry'; retryAfterMs: number | null }
  /** The receiver wants no further attempts of this delivery. */
  | { kind: 'aborted' }
  /** The receiver wants no more deliveries at all. */
  | { kind: 'gone' }

const ABORT = 'abort-message'

export function judge({ status, headers, at, durationMs }: Outcome): Verdict {
  if (status !== null && status >= 200 && status < 300) return { kind: 'succeeded' }
  if (status === 410) return { kind: 'gone' }
  if (headers['webhook-delivery']?.trim().toLowerCase() === ABORT) return { kind: 'aborted' }
  return { kind: 'retry', retryAfterMs: readRetryAfter(headers['retry-after'], at + durationMs) }
}

export const MAX_KEPT_CHARS = 4_096
const HIDDEN_HEADERS = /^(set-cookie|authorization|proxy-.*|www-authenticate|cookie)$/

/** The part of the response that is stored. */
export function keptOf(outcome: Outcome, secrets: readonly string[]): Outcome {
  const hide: HideText = hideValues(secrets) ?? ((text) => text)
  const headers: Record<string, string> = {}
  let room = MAX_KEPT_CHARS
  for (const [name, value] of Object.entries(outcome.headers)) {
    if (HIDDEN_HEADERS.test(name)) continue
    room -= name.length + value.length
    if (room < 0) break
    headers[name] = hide(value)
  }
  return { ...outcome, headers, body: hide(outcome.body).slice(0, MAX_KEPT_CHARS) }
}
