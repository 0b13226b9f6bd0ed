// What came back: whether it counts as success, and its body as a value.
import { isForbiddenKey, parseJson } from '../../core/json.ts'
import type { NodeError } from '../../engine/model/event.ts'
import { NodeFailure } from '../node.ts'
import type { OutboundResponse } from '../ports.ts'

export type ResponseType = 'auto' | 'json' | 'text'
export type OkStatus = number | string

/** Deeper values could not be read by any expression. */
const MAX_DEPTH = 256
const MAX_ERROR_CHARS = 2_000

/** The other side says that the same request may succeed later. */
const isRetryable = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** Statuses by which the other side says that it has not acted on the request. */
const REFUSED = new Set([408, 425, 429, 501, 503, 505])

export const isOk = (status: number, okStatuses: readonly OkStatus[] | undefined): boolean =>
  okStatuses === undefined
    ? status >= 200 && status < 400
    : okStatuses.some((one) =>
        typeof one === 'number' ? one === status : Number(one[0]) === Math.floor(status / 100),
      )

export function statusFailure(method: string, response: OutboundResponse, nowMs: number): NodeError {
  const { status, headers, bytes } = response
  const retryAfterMs = retryAfter(headers, nowMs)
  return {
    code: 'http.status',
    message: `${method} ${placeOf(response.url)} answered ${status}${edgeReason(response)}`,
    retryable: isRetryable(status),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    outcomeUnknown: status >= 500 && !REFUSED.has(status),
    details: { status, body: decode(bytes.subarray(0, MAX_ERROR_CHARS), 'utf-8', false) ?? '' },
  }
}

/** What Cloudflare answers in place of a server that it cannot reach. */
const EDGE_REASONS: Readonly<Record<number, string>> = {
  521: 'the server refused the connection',
  522: 'the server did not take the connection in time',
  523: 'the server cannot be reached',
  525: 'the TLS handshake with the server failed',
  526: 'the certificate of the server is not valid',
  530: 'the name of the server cannot be resolved (DNS)',
}

function edgeReason({ status, headers }: OutboundResponse): string {
  const reason = headers.server?.toLowerCase() === 'cloudflare' ? EDGE_REASONS[status] : undefined
  return reason === undefined ? '' : `: ${reason}`
}

/** A query may hold secrets, and errors are shown to more people than parameters. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** Seconds, or a date, which is held against the other side's own clock. */
export function retryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const text = headers['retry-after']?.trim()
  if (text === undefined || text === '') return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  // Date.parse also makes dates of much that is none, such as -5.
  const at = /^[A-Za-z]{3,9},/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) return null
  const theirNow = Date.parse(headers.date ?? '')
  return Math.max(0, at - (Number.isNaN(theirNow) ? nowMs : theirNow))
}

export function readBody(response: OutboundResponse, responseType: ResponseType): unknown {
  const { bytes, headers } = response
  const type = headers['content-type'] ?? ''
  const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8'
  const isJson = responseType === 'json' || (responseType === 'auto' && /^[^;]*[/+]json\s*(;|$)/i.test(type))
  if (isJson) {
    // 204 and its like: an answer without a body is none, and says so.
    return bytes.length === 0 ? null : jsonOf(decode(bytes, 'utf-8', false) ?? '', response)
  }
  const text = decode(bytes, charset, responseType === 'auto')
  if (text !== null) return text
  throw new NodeFailure({
    code: 'http.not_text',
    message: `${placeOf(response.url)} answered ${type || 'something'} that is neither JSON nor text`,
    retryable: false,
  })
}

function jsonOf(text: string, response: OutboundResponse): unknown {
  const parsed = parseJson(text, MAX_DEPTH)
  if (parsed.ok) return parsed.value
  // Names that expressions cannot use are left out, as they do in copies; the rest of the answer is of use.
  if (parsed.error === 'request.forbidden_key')
    return JSON.parse(text, (key, value) => (isForbiddenKey(key) ? undefined : value)) as unknown
  const why =
    parsed.error === 'request.too_deep'
      ? `JSON nested deeper than ${MAX_DEPTH}`
      : 'something that is not JSON'
  throw new NodeFailure({
    code: 'http.not_json',
    message: `${placeOf(response.url)} answered ${why}`,
    retryable: false,
    details: { status: response.status, body: text.slice(0, 200) },
  })
}

/** Null when it is strict and the bytes are not text; a charset that is not known is read as UTF-8. */
function decode(bytes: Uint8Array, charset: string, strict: boolean): string | null {
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(charset, { fatal: strict, ignoreBOM: false })
  } catch {
    decoder = new TextDecoder('utf-8', { fatal: strict, ignoreBOM: false })
  }
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}
