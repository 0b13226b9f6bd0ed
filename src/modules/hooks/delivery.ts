// What was sent to a hook. The bytes are kept unchanged, because signatures cover the raw bytes.
import { AppError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { gather } from '../../core/read-chunks.ts'
import { bodyOf, fieldsOf } from './body.ts'

export const MAX_BODY_BYTES = 1024 * 1024

/** The parts of a request that hooks use. */
export type Delivery = {
  method: string
  /** The raw path after the token; segments may be percent-encoded. */
  path: string
  url: URL
  headers: Headers
  bytes: Uint8Array<ArrayBuffer>
}

/** Counted while reading, because Content-Length may be missing or wrong. */
export async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new AppError('request.too_large', { detail: `At most ${MAX_BODY_BYTES} bytes.` })
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  if (request.body === null) return new Uint8Array(0)
  const bytes = await gather(request.body, MAX_BODY_BYTES)
  if (bytes === null) throw tooLarge()
  return bytes
}

/** These headers authenticate the sender, so they must not appear in a run, its events or its logs. */
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

/** The input of the run. `secretHeader` is the trigger's own header with the secret. */
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
