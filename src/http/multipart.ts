// Parses multipart/form-data as a stream (RFC 7578). Invariants:
// 1. It holds at most one chunk of the body and the possible beginning of a boundary.
// 2. The body of a part must be read before the next part. Whatever is left of it is skipped.
// 3. Parsing stops at the first error and releases the stream. `drain.ts` reads the rest.
import { Buffer } from 'node:buffer'
import { AppError } from '../core/errors.ts'

export type Part = {
  field: string
  /** Null for a plain field. */
  filename: string | null
  chunks: AsyncIterable<Uint8Array>
}

const MAX_HEADER_BYTES = 16_384
const MAX_PREAMBLE_BYTES = 65_536

const CRLF = Buffer.from('\r\n')
const BLANK_LINE = Buffer.from('\r\n\r\n')

const malformed = (detail: string, cause?: unknown) =>
  new AppError('request.malformed', { detail, ...(cause === undefined ? {} : { cause }) })

/** Null for another type. Throws if multipart/form-data has no valid boundary. */
export function boundaryOf(contentType: string | undefined): string | null {
  if (contentType === undefined || !/^multipart\/form-data\s*(;|$)/i.test(contentType)) return null
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2] ?? ''
  if (!/^[\x20-\x7e]{1,70}$/.test(boundary) || boundary.endsWith(' '))
    throw malformed('multipart/form-data needs a boundary of 1 to 70 characters.')
  return boundary
}

export async function* readMultipart(
  body: ReadableStream<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part, undefined> {
  const source = reading(body)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first boundary has no line end before it. Adding one makes it like the others.
  source.put(CRLF)
  try {
    await skipPreamble(source, delimiter)
    for (;;) {
      if (await isClosing(source)) return undefined
      const headers = await readHeaders(source)
      const chunks = partChunks(source, delimiter)
      yield { ...dispositionOf(headers), chunks }
      for await (const _ of chunks);
    }
  } finally {
    source.release()
  }
}

type Source = ReturnType<typeof reading>

function reading(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader()
  let held: Buffer = Buffer.alloc(0)
  return {
    held: () => held,
    put: (bytes: Buffer) => {
      held = bytes
    },
    take: (length: number): Buffer => {
      const taken = held.subarray(0, length)
      held = held.subarray(length)
      return taken
    },
    /** Appends one more chunk to the buffer. */
    more: async (): Promise<void> => {
      let next: ReadableStreamReadResult<Uint8Array>
      try {
        next = await reader.read()
      } catch (error) {
        throw malformed('The body ended early.', error)
      }
      if (next.done) throw malformed('The body ended before its last boundary.')
      const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    },
    release: () => reader.releaseLock(),
  }
}

async function skipPreamble(source: Source, delimiter: Buffer): Promise<void> {
  for (;;) {
    const found = source.held().indexOf(delimiter)
    if (found !== -1) {
      source.take(found + delimiter.length)
      return
    }
    if (source.held().length > MAX_PREAMBLE_BYTES)
      throw malformed('The body does not begin with the boundary that Content-Type names.')
    try {
      await source.more()
    } catch (error) {
      if (error instanceof AppError && error.cause === undefined)
        throw malformed('The body does not have the boundary that Content-Type names.')
      throw error
    }
  }
}

/** After a boundary: `--` ends the body; spaces and a line end begin a part. */
async function isClosing(source: Source): Promise<boolean> {
  while (source.held().length < 2) await source.more()
  if (source.held().subarray(0, 2).toString('latin1') === '--') return true
  for (;;) {
    const end = source.held().indexOf(CRLF)
    const line = source.held().subarray(0, end === -1 ? source.held().length : end)
    if (line.length > 100 || !/^[ \t\r]*$/.test(line.toString('latin1')))
      throw malformed('A boundary must be followed by a line end.')
    if (end !== -1) {
      source.take(end)
      return false
    }
    await source.more()
  }
}

/** From the line end after the boundary to the blank line. */
async function readHeaders(source: Source): Promise<string> {
  for (;;) {
    const end = source.held().indexOf(BLANK_LINE)
    if (end > MAX_HEADER_BYTES || (end === -1 && source.held().length > MAX_HEADER_BYTES))
      throw malformed(`The headers of a part have more than ${MAX_HEADER_BYTES} bytes.`)
    if (end !== -1) return source.take(end + BLANK_LINE.length).toString('utf8')
    await source.more()
  }
}

async function* partChunks(source: Source, delimiter: Buffer): AsyncGenerator<Uint8Array, undefined> {
  for (;;) {
    const held = source.held()
    const found = held.indexOf(delimiter)
    if (found !== -1) {
      const last = source.take(found)
      source.take(delimiter.length)
      if (last.length > 0) yield last
      return undefined
    }
    const sure = held.length - delimiter.length + 1
    if (sure > 0) yield source.take(sure)
    await source.more()
  }
}

function dispositionOf(headers: string): { field: string; filename: string | null } {
  const line = /(?:^|\r\n)content-disposition:\s*form-data\s*;([^\r\n]*)/i.exec(headers)?.[1]
  if (line === undefined) throw malformed('A part has no Content-Disposition: form-data.')
  const field = parameter(line, 'name')
  if (field === null) throw malformed('A part has no name.')
  // It begins at a semicolon: a search that may begin at any space takes the square of their number.
  const encoded = /(?:^|;)\s*filename\*\s*=\s*([^;]+)/i.exec(line)?.[1]
  const filename = encoded === undefined ? parameter(line, 'filename') : decodeExtended(encoded.trim())
  return { field, filename }
}

/** Browsers encode a quote as %22, other clients with a backslash. */
function parameter(line: string, name: string): string | null {
  const match = new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(
    line,
  )
  const text = match?.[1] ?? match?.[2]
  if (text === undefined) return null
  return text
    .replace(/\\(["\\])/g, '$1')
    .replace(/%22/g, '"')
    .replace(/%0D/gi, '\r')
    .replace(/%0A/gi, '\n')
}

/**
 * RFC 8187: `UTF-8'en'na%C3%AFve.txt`. Also takes `'`, `(`, `)` and `*` as they are, because `encodeURIComponent` leaves them so. Throws if
 * the value is malformed.
 */
export function decodeExtended(text: string): string {
  const match = /^utf-8'[^']*'([A-Za-z0-9!#$&+.^_`|~%'()*-]*)$/i.exec(text)
  try {
    if (match?.[1] !== undefined) return decodeURIComponent(match[1])
  } catch {
    // Falls through: bytes that are not UTF-8.
  }
  throw malformed("An encoded file name must have the form UTF-8''name%20in%20UTF-8 (RFC 8187).")
}
