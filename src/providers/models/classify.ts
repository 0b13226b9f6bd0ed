// Classifies why a call failed, and whether another model may be tried. Neither the SDK's `isRetryable` nor the
// status is enough: providers report an empty account with 400, 402, 403 and 429, and an invalid key with 400 and
// 401. Invariants:
// 1. An error that we caused (an invalid request, a prompt that is too large), or a refusal of the content, never
//    moves a call to the next model.
// 2. The message is ours, or at most a line of the provider's error, and never contains the key.
import { AppError } from '../../core/errors.ts'
import type { FailureReason } from './types.ts'

export type Classified = {
  reason: FailureReason
  movesOn: boolean
  message: string
  retryAfterMs?: number
}

const STAYS: ReadonlySet<FailureReason> = new Set(['refused', 'bad_request', 'too_large', 'cancelled'])

const CREDIT =
  /insufficient[_ ](?:quota|balance|credits?|funds)|credit balance is too low|exceeded your current quota|billing[_ ](?:hard[_ ])?(?:limit|not active)|(?:reached|exceeded) (?:your|the) (?:specified )?(?:api )?(?:usage|spend\w*|credit) limit|out of credits?|payment required|quota[_ ]exceeded/i
/** Only searched in codes: a message may contain text of the user, who must not be able to have a key suspended. */
const BAD_KEY = /^(?:api_key_invalid|invalid_api_key|authentication_error|unauthenticated)$/i
const NO_MODEL =
  /model_not_found|no such model|unknown model|invalid model|model .{0,120}?(?:does not exist|not found|not exist|is not supported|is not available)|models\/\S+ is not found/i
const TOO_LARGE =
  /context_length_exceeded|maximum context length|context (?:window|length)|prompt is too long|too many (?:input )?tokens|input token count|request_too_large|exceeds the maximum number of tokens/i
const REFUSED =
  /content_(?:policy|filter)|content management policy|safety system|content_policy_violation|PROHIBITED_CONTENT/i
const OVERLOADED = /overloaded|capacity|temporarily unavailable/i

/** `isTimeout` and `isCancelled` say who ended the call. The error itself may not show that. */
export function classify(
  error: unknown,
  provider: string,
  ended: { isTimeout: boolean; isCancelled: boolean },
): Classified {
  if (ended.isCancelled) return failure('cancelled', 'The call was cancelled.')
  if (ended.isTimeout) return failure('timeout', `${provider} did not answer in time.`)
  const { statusCode, responseBody, data, message, responseHeaders, name, cause } = (error ??
    {}) as ErrorShape
  if (error instanceof AppError)
    return error.code === 'outbound.blocked'
      ? failure('not_configured', `The address of ${provider} is not allowed: ${error.message}`)
      : failure('connection', `${provider}: ${error.message}`)
  if (cause instanceof AppError) return classify(cause, provider, ended)
  if (name === 'AI_UnsupportedFunctionalityError' || name === 'AI_InvalidPromptError')
    return failure('bad_request', `${provider} does not support the request: ${line(message)}`)
  // The provider's text of the error, to classify it. Only its own message is shown.
  const text =
    `${responseBody ?? ''} ${typeof data === 'object' ? JSON.stringify(data) : ''} ${message ?? ''}`.slice(
      0,
      8_000,
    )
  const status = statusCode ?? statusIn(data)
  const wait = retryAfter(responseHeaders)
  const answered = `${provider} answered ${status}`
  const withWait = (reason: FailureReason, explanation: string): Classified => ({
    ...failure(reason, explanation),
    ...(wait === null ? {} : { retryAfterMs: wait }),
  })
  if (status === undefined || status === 200) {
    if (OVERLOADED.test(text)) return failure('overloaded', `${provider} is overloaded.`)
    if (/JSON|parse|schema|type validation|response data/i.test(`${name} ${message}`) && !isNetwork(error))
      return failure('bad_answer', `${provider} gave an answer that cannot be read.`)
    return failure('connection', `The connection to ${provider} broke.`)
  }
  if (
    status === 401 ||
    ((status === 400 || status === 403) && codesIn(data, responseBody).some((code) => BAD_KEY.test(code)))
  )
    return failure('key_rejected', `${provider} does not accept the key.`)
  if (status === 402 || ([400, 403, 429].includes(status) && CREDIT.test(text)))
    return failure('credit', `The account at ${provider} has no credit or quota left.`)
  if (status === 403) return failure('forbidden', `${answered}: the key may not use this model.`)
  if (status === 404 || (status === 400 && NO_MODEL.test(text)))
    return failure('unknown_model', `${provider} does not know this model.`)
  if (status === 413 || (status === 400 && TOO_LARGE.test(text)))
    return failure('too_large', `${provider} rejected the request as too large: ${line(message)}`)
  if ((status === 400 || status === 422) && REFUSED.test(text))
    return failure('refused', `${provider} refuses the content.`)
  if (status === 408) return failure('timeout', `${answered}: it took too long.`)
  if (status === 429) return withWait('rate_limited', `${answered}: too many requests.`)
  if (status === 425 || status === 529 || status === 503 || (status >= 500 && OVERLOADED.test(text)))
    return withWait('overloaded', `${answered}: it is overloaded.`)
  if (status === 409 || status >= 500) return withWait('server', `${answered}.`)
  return failure('bad_request', `${answered}: ${line(message)}`)
}

type ErrorShape = {
  name?: string
  statusCode?: number
  responseBody?: string
  responseHeaders?: Record<string, string>
  data?: unknown
  message?: string
  cause?: unknown
}

export const failure = (reason: FailureReason, message: string): Classified => ({
  reason,
  movesOn: !STAYS.has(reason),
  message,
})

const isNetwork = (error: unknown): boolean =>
  /network connection lost|connection (?:reset|closed)|fetch failed|terminated|premature/i.test(
    `${(error as ErrorShape)?.message} ${((error as ErrorShape)?.cause as ErrorShape | undefined)?.message}`,
  )

type ErrorBody = {
  error?: { code?: unknown; type?: unknown; status?: unknown; details?: { reason?: unknown }[] }
}

/** The words that the provider uses for the kind of error. */
function codesIn(data: unknown, responseBody: string | undefined): string[] {
  let body = data as ErrorBody | undefined
  try {
    // The SDK's parsed form leaves out some fields.
    body = JSON.parse(responseBody ?? '') as ErrorBody
  } catch {}
  const { code, type, status, details } = body?.error ?? {}
  const reasons = Array.isArray(details) ? details.map((detail) => detail?.reason) : []
  return [code, type, status, ...reasons].filter((one): one is string => typeof one === 'string')
}

/** Errors inside a stream have their status in the body, if anywhere. */
function statusIn(data: unknown): number | undefined {
  const error = (data as { error?: { code?: unknown; status?: unknown } } | null | undefined)?.error
  const code = error?.code ?? error?.status
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined
}

const MAX_WAIT_MS = 3_600_000

/** Seconds, a date, or OpenAI's own header in milliseconds. */
function retryAfter(headers: Record<string, string> | undefined): number | null {
  const inMs = Number(headers?.['retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(inMs) && inMs >= 0) return Math.min(inMs, MAX_WAIT_MS)
  const seconds = Number(headers?.['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, MAX_WAIT_MS) : null
}

const line = (message: string | undefined): string => (message ?? '').replace(/\s+/g, ' ').slice(0, 300)
