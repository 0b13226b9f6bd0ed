// Bodies are counted while they are read, because Content-Length may be missing or wrong.
import type { Context } from 'hono'
import { AppError } from '../core/errors.ts'
import { MAX_JSON_DEPTH } from '../core/json.ts'
import { requireOurJson } from '../core/our-json.ts'
import { eachChunk, gather } from '../core/read-chunks.ts'
import type { AppEnv } from './app-env.ts'

export const MAX_JSON_BYTES = 1024 * 1024

const JSON_TYPE = /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i

export type BodyOptions = {
  maxBytes?: number
  maxDepth?: number
  /** An empty body counts as `{}`, whatever its type. */
  optional?: boolean
}

/** Throws unless the body is JSON within the limits of size and depth. Hono's `c.req.json()` then uses the same text. */
export async function requireJson(c: Context<AppEnv>, options: BodyOptions = {}): Promise<void> {
  const { maxBytes = MAX_JSON_BYTES, maxDepth = MAX_JSON_DEPTH, optional = false } = options
  if (optional && (await readText(c, maxBytes)) === '') {
    Object.assign(c.req.bodyCache, { text: Promise.resolve('{}') })
    return
  }
  const type = c.req.header('content-type')
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw new AppError('request.unsupported_media_type', { detail: 'Send application/json.' })
  }
  requireOurJson(await readText(c, maxBytes), maxDepth)
}

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i
const MAX_FORM_BYTES = 64 * 1024

export const isForm = (c: Context<AppEnv>): boolean => FORM_TYPE.test(c.req.header('content-type') ?? '')

export const readForm = async (c: Context<AppEnv>): Promise<URLSearchParams> =>
  new URLSearchParams(await readText(c, MAX_FORM_BYTES))

export async function readText(c: Context<AppEnv>, maxBytes: number): Promise<string> {
  if (c.req.bodyCache.text !== undefined) return c.req.text()
  const text = await readStream(c.req.raw, maxBytes)
  // Hono stores a promise here, although its types say otherwise.
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
  return text
}

/** The body as bytes, which must not have been read before. */
export async function readBytes({ req }: Context<AppEnv>, maxBytes: number): Promise<Uint8Array> {
  if (req.raw.body === null) return new Uint8Array()
  const mayFit = Number(req.header('content-length') ?? 0) <= maxBytes
  const bytes = mayFit ? await gather(req.raw.body, maxBytes) : null
  if (bytes === null) throw tooLarge(maxBytes)
  return bytes
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError('request.too_large', { detail: `At most ${maxBytes} bytes.` })

async function readStream(request: Request, maxBytes: number): Promise<string> {
  const announced = request.headers.get('content-length')
  if (Number(announced ?? 0) > maxBytes) throw tooLarge(maxBytes)
  if (request.body === null) return ''
  if (announced !== null) return new TextDecoder().decode(await request.arrayBuffer())
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const isWhole = await eachChunk(request.body, (chunk) => {
    size += chunk.byteLength
    if (size > maxBytes) return false
    text += decoder.decode(chunk, { stream: true })
    return true
  })
  if (!isWhole) throw tooLarge(maxBytes)
  return text + decoder.decode()
}
