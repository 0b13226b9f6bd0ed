// The meaning of a failed call, and how to fix it. Pure.
import { AppError } from '../../../core/errors.ts'
import type { PlatformAnswer } from './answer.ts'

const MAX_REPLY_CHARS = 500
const MAX_WAIT_S = 3_600

/** The platform's own message, in one line. */
export function replyOf({ json, text }: Pick<PlatformAnswer, 'json' | 'text'>): string {
  const reply = messageIn(json) ?? text
  return reply.replace(/\s+/g, ' ').trim().slice(0, MAX_REPLY_CHARS)
}

function messageIn(json: unknown): string | null {
  if (typeof json !== 'object' || json === null) return null
  const { message, error, errors } = json as Record<string, unknown>
  if (typeof message === 'string') return message
  if (typeof error === 'string') return error
  const inner = messageIn(error)
  if (inner !== null) return inner
  return Array.isArray(errors)
    ? errors.map((one) => (typeof one === 'string' ? one : (messageIn(one) ?? ''))).join('; ')
    : null
}

/** The delay that the platform requests, in seconds. Undefined if it requests none. */
export function retryAfterOf(
  { headers }: Pick<PlatformAnswer, 'headers'>,
  nowMs: number,
): number | undefined {
  const after = headers['retry-after']
  if (after !== undefined && /^\d{1,6}$/.test(after)) return Math.min(Number(after), MAX_WAIT_S)
  if (after !== undefined && !Number.isNaN(Date.parse(after)))
    return Math.min(MAX_WAIT_S, Math.max(0, Math.ceil((Date.parse(after) - nowMs) / 1_000)))
  const reset = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) : Number.NaN
  return Number.isFinite(reset)
    ? Math.min(MAX_WAIT_S, Math.max(1, Math.ceil(reset - nowMs / 1_000)))
    : undefined
}

export function statusFault(
  request: { method: string; url: string },
  answer: PlatformAnswer,
  nowMs = Date.now(),
): AppError {
  const { status } = answer
  const host = new URL(request.url).host
  const reply = replyOf(answer)
  const detail = (what: string): string =>
    `${what} ${host} said${reply === '' ? ` ${status}.` : `: ${reply}`}`
  const after = retryAfterOf(answer, nowMs)
  const wait = after === undefined ? {} : { retryAfterSeconds: after }
  switch (status) {
    case 401:
      return new AppError('deployment.unauthorized', {
        detail: detail('The credential is not accepted. Set new secrets in the integration, then test it.'),
      })
    case 403:
      return new AppError('deployment.forbidden', {
        detail: detail('The credential lacks a required permission.'),
      })
    case 404:
      return new AppError('deployment.project_not_found', {
        detail: detail('The project does not exist, or the credential has no access to it. Check `project`.'),
      })
    case 409:
      return new AppError('deployment.conflict', {
        detail: detail('Another change of the project is in progress.'),
      })
    case 413:
      return new AppError('deployment.too_large', {
        detail: detail('A file or request is too large for the platform.'),
      })
    case 408:
    case 425:
    case 429:
      return new AppError('deployment.rate_limited', {
        detail: detail('The platform has reached its rate limit. Try again later.'),
        ...wait,
      })
    default:
      return status >= 500
        ? new AppError('deployment.platform_failed', {
            detail: detail('The platform has a problem.'),
            ...wait,
          })
        : new AppError('deployment.refused', { detail: detail('The platform rejected the request.') })
  }
}
