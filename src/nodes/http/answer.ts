// Interprets a response: whether it counts as success, and its body as a value.
import { isForbiddenKey, parseJson } from '../../core/json.ts'
import type { NodeError } from '../../engine/model/event.ts'
import { NodeFailure } from '../node.ts'
import type { OutboundResponse } from '../ports.ts'

export type ResponseType = 'auto' | 'json' | 'text'
export type OkStatus = number | string

/** Expressions could not read deeper values. */
const MAX_DEPTH = 256
const MAX_ERROR_CHARS = 2_000

/** Statuses after which the same request may succeed later. */
const isRetryable = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** Statuses that mean that the server has not acted on the request. */
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

/** Cloudflare's response for a server that it cannot reach. */
const EDGE_REASONS: Readonly<Record<number, string>> = {
  521: 'the server refused the connection',
  522: 'the server did not accept the connection in time',
  523: 'the server cannot be reached',
  525: 'the TLS handshake with the server failed',
  526: 'the certificate of the server is not valid',
  530: 'the name of the server cannot be resolved (DNS)',
}

function edgeReason({ status, headers }: OutboundResponse): string {
  const reason = headers.server?.toLowerCase() === 'cloudflare' ? EDGE_REASONS[status] : undefined
  return reason === undefined ? '' : `: ${reason}`
}

/** A query may contain secrets, and more people see errors than parameters. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** Seconds, or a date, which is compared with the server's own clock. */
export function retryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const text = headers['retry-after']?.trim()
  if (text === undefined || text === '') return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  // Date.parse accepts much that is not a date, such as -5.
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
    // Responses such as 204 have no body.
    return bytes.length === 0 ? null : jsonOf(decode(bytes, 'utf-8', false) ?? '', response)
  }
  const text = decode(bytes, charset, responseType === 'auto')
  if (text !== null) return text
  throw new NodeFailure({
    code: 'http.not_text',
    message: `${placeOf(response.url)} responded with ${type || 'a type'} that is neither JSON nor text`,
    retryable: false,
  })
}

function jsonOf(text: string, response: OutboundResponse): unknown {
  const parsed = parseJson(text, MAX_DEPTH)
  if (parsed.ok) return parsed.value
  // Drops names that expressions cannot use, as copies do, and keeps the rest of the response.
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

/** Null if it is strict and the bytes are not text. An unknown charset is read as UTF-8. */
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
