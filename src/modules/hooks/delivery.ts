// What was sent to a hook. The bytes are kept as they came, because a signature is over them and nothing else.
import { AppError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { gather } from '../../core/read-chunks.ts'
import { bodyOf, fieldsOf } from './body.ts'

export const MAX_BODY_BYTES = 1024 * 1024

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
  const tooLarge = () => new AppError('request.too_large', { detail: `At most ${MAX_BODY_BYTES} bytes.` })
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  if (request.body === null) return new Uint8Array(0)
  const bytes = await gather(request.body, MAX_BODY_BYTES)
  if (bytes === null) throw tooLarge()
  return bytes
}

/** These say who the sender is towards us or others, and have no business in a run, its events and its logs. */
const CREDENTIAL_HEADERS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
  'webhook-signature',
  'x-gitlab-token',
  'x-hub-signature',
  'x-hub-signature-256',
  'stripe-signature',
  'x-slack-signature',
  'x-shopify-hmac-sha256',
])

export type HookInput = {
  method: string
  path: string
  params: Record<string, string>
  query: Json
  headers: Record<string, string>
  body: Json
}

/** What the run gets as its input. `secretHeader` is the trigger's own, which proves the sender. */
export async function inputOf(
  delivery: Delivery,
  params: Record<string, string>,
  secretHeader: string | null,
): Promise<HookInput> {
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
    body: await bodyOf(delivery),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
