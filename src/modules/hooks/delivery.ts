// What was sent to a hook. The bytes are kept as they came, because a signature is over them and nothing else.
import { AppError } from '../../core/errors.ts'
import { type Json, parseJson } from '../../core/json.ts'
import { chunksOf } from '../../core/read-chunks.ts'

export const MOST_BODY_BYTES = 1024 * 1024

/** The part of a request that a hook looks at. */
export type Delivery = {
  method: string
  /** What follows the token, as it came: parts may be percent-encoded. */
  path: string
  url: URL
  headers: Headers
  bytes: Uint8Array<ArrayBuffer>
}

/** Counted while it is read: the announced length may be missing or wrong. */
export async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new AppError('request.too_large', { detail: `At most ${MOST_BODY_BYTES} bytes.` })
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BODY_BYTES) throw tooLarge()
  if (request.body === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(request.body)) {
    size += chunk.byteLength
    if (size > MOST_BODY_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** These say who the sender is towards us or others, and have no business in a run, its events and its logs. */
const CREDENTIAL_HEADERS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
  'webhook-signature',
])

/** What the run gets as its input. `secretHeader` is the trigger's own, which proves the sender. */
export function inputOf(
  delivery: Delivery,
  params: Record<string, string>,
  secretHeader: string | null,
): Json {
  const { method, url, headers } = delivery
  const kept = [...headers].filter(
    ([name]) => !CREDENTIAL_HEADERS.has(name) && name !== secretHeader?.toLowerCase(),
  )
  return {
    method,
    path: `/${delivery.path}`,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decoded(value)])),
    query: fieldsOf(url.searchParams),
    headers: Object.fromEntries(kept),
    body: bodyOf(delivery),
  }
}

const JSON_TYPE = /^application\/([a-z0-9.+-]+\+)?json$/
const TEXT_TYPE = /^(text\/.+|application\/([a-z0-9.+-]+\+)?(xml|yaml|javascript|graphql|x-ndjson))$/

function bodyOf({ headers, bytes }: Delivery): Json {
  if (bytes.length === 0) return null
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const isForm = type === 'application/x-www-form-urlencoded'
  if (!isForm && type !== '' && !JSON_TYPE.test(type) && !TEXT_TYPE.test(type))
    throw new AppError('request.unsupported_media_type', { detail: 'Send JSON, a form or text.' })
  const text = textOf(bytes)
  if (isForm) return fieldsOf(new URLSearchParams(text))
  if (!JSON_TYPE.test(type)) return text
  const parsed = parseJson(text)
  if (!parsed.ok) throw new AppError(parsed.error)
  return parsed.value
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw new AppError('request.malformed', { detail: 'The body is not UTF-8.' })
  }
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** A field that comes once is its text, one that comes again the list of all. */
function fieldsOf(params: URLSearchParams): Json {
  const fields = new Map<string, string | string[]>()
  for (const [name, value] of params) {
    if (FORBIDDEN.has(name)) throw new AppError('request.forbidden_key')
    const known = fields.get(name)
    if (known === undefined) fields.set(name, value)
    else if (Array.isArray(known)) known.push(value)
    else fields.set(name, [known, value])
  }
  return Object.fromEntries(fields)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
