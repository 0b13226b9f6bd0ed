// What an answer means for the delivery and its endpoint, and what is kept of it. Invariants:
// 1. Only 2xx is success. A redirect is a failure: the address that was set is the one that is called.
// 2. What is kept holds none of the endpoint's secrets, and at most 4 KB of the body and of the headers.
import { type HideText, hideValues } from '../../core/hide-values.ts'
import { readRetryAfter } from './schedule.ts'

/** What came of one attempt. `status` is null when nobody answered; then `error` says why. */
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
  /** Tried again; not before `retryAfterMs`, and nor is anything else for this endpoint. */
  | { kind: 'retry'; retryAfterMs: number | null }
  /** The receiver wants no further attempt of this delivery. */
  | { kind: 'aborted' }
  /** The receiver wants nothing any more. */
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

/** The part of the answer that is kept. */
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
