// The content of a request: a raw body with a name, or the files of a form.
import type { Context } from 'hono'
import { AppError } from '../../../core/errors.ts'
import { largeChunksOf } from '../../../core/read-chunks.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { boundaryOf, decodeExtended, type Part, readMultipart } from '../../../http/multipart.ts'
import { SMALL_BYTES } from '../service/put.ts'
import { MAX_FILE_BYTES, tooLarge } from '../service/size.ts'
import { type Incoming, noFile } from '../service/upload.ts'

/** What a form may contain in addition to its file. */
const FORM_BYTES = 64 * 1024

export type OneFile = {
  incoming: Incoming
  /** Reads the rest after the file. Throws if it contains another file. */
  isOnly: () => Promise<void>
}

export async function oneFile(c: Context<AppEnv>, maxBytes = MAX_FILE_BYTES): Promise<OneFile> {
  const boundary = boundaryOf(c.req.header('content-type'))
  const announced = announcedBytes(c)
  const sha256 = expectedSha256(c)
  if (boundary === null) {
    const incoming = { name: nameInHeader(c), chunks: bodyChunks(c), sizeBytes: announced, sha256, maxBytes }
    return { incoming, isOnly: () => Promise.resolve() }
  }
  if (announced !== null && announced > maxBytes + FORM_BYTES) throw tooLarge(maxBytes)
  const files = filesOf(c, boundary)
  const first = await files.next()
  if (first.done) throw noFile()
  return {
    incoming: { ...first.value, sha256, maxBytes },
    isOnly: async () => {
      const second = await files.next()
      if (second.done) return
      await files.return(undefined)
      throw new AppError('request.invalid', {
        detail: 'The form has more than one file. Send them to /files/upload-multiple.',
        errors: [{ path: `/${second.value.name}`, message: 'one file is expected', code: 'invalid' }],
      })
    },
  }
}

export function manyFiles(c: Context<AppEnv>): AsyncIterable<Incoming> {
  const boundary = boundaryOf(c.req.header('content-type'))
  if (boundary === null)
    throw new AppError('request.unsupported_media_type', { detail: 'Send multipart/form-data.' })
  return filesOf(c, boundary)
}

async function* filesOf(c: Context<AppEnv>, boundary: string): AsyncGenerator<Incoming, undefined> {
  const { body } = c.req.raw
  if (body === null) return undefined
  for await (const part of readMultipart(body, boundary)) yield asFile(part)
  return undefined
}

function asFile({ field, filename, chunks }: Part): Incoming {
  if (filename === null)
    throw new AppError('request.invalid', {
      detail: `The form field ${field} is not a file. Send options in the query.`,
      errors: [{ path: `/${field}`, message: 'not a file', code: 'unrecognized_keys' }],
    })
  return { name: filename, chunks, sizeBytes: null }
}

/** A body that is one file, whatever its name is. */
export const rawFile = (c: Context<AppEnv>, name: string): Incoming => ({
  ...{ name, chunks: bodyChunks(c), sizeBytes: announcedBytes(c), maxBytes: MAX_FILE_BYTES },
  sha256: expectedSha256(c),
})

/** A small body is one chunk: it needs neither the buffers nor the calls of a stream. */
export async function* bodyChunks(c: Context<AppEnv>): AsyncGenerator<Uint8Array, undefined> {
  const announced = announcedBytes(c)
  if (announced !== null && announced <= SMALL_BYTES) yield new Uint8Array(await c.req.raw.arrayBuffer())
  else yield* largeChunksOf(c.req.raw.body ?? new Blob().stream())
  return undefined
}

export function announcedBytes(c: Context<AppEnv>): number | null {
  const header = c.req.header('content-length')
  if (header === undefined) return c.req.raw.body === null ? 0 : null
  if (!/^\d{1,15}$/.test(header))
    throw new AppError('request.malformed', { detail: 'Content-Length is not a number.' })
  return Number(header)
}

export function expectedSha256(c: Context<AppEnv>): string | undefined {
  const header = c.req.header('x-content-sha256')
  if (header !== undefined && !/^[0-9a-f]{64}$/i.test(header))
    throw new AppError('request.invalid', {
      errors: [{ path: '/X-Content-SHA256', message: '64 hexadecimal digits are expected', code: 'invalid' }],
    })
  return header
}

/** `X-Filename` contains a name in ASCII, or any name in the encoding of RFC 8187: `UTF-8''na%C3%AFve.txt`. */
export function nameInHeader(c: Context<AppEnv>): string {
  const refuse = (message: string) =>
    new AppError('request.invalid', {
      detail: `X-Filename: ${message}.`,
      errors: [{ path: '/X-Filename', message, code: 'invalid' }],
    })
  const header = c.req.header('x-filename')
  if (header === undefined || header.trim() === '')
    throw refuse('the name of the file is missing; send it in this header, or send a form')
  if (/^utf-8'/i.test(header)) return decodeExtended(header.trim())
  // Two headers with the same name arrive as one, separated by a comma.
  if (header.includes(','))
    throw refuse("a comma could separate two names; encode the name as UTF-8''… (RFC 8187)")
  if (!/^[\x20-\x7e]*$/.test(header)) throw refuse("encode the name as UTF-8''… (RFC 8187)")
  return header
}
