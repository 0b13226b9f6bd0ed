// Decodes the bytes of a file to text. Invariants:
// 1. A file unpacks to at most `MAX_UNPACKED_BYTES`, however it is compressed.
// 2. Text is UTF-8, UTF-16 with a byte-order mark, or Latin-1 (Windows) if its beginning is not UTF-8. A byte-order
//    mark is not part of the text.
import { AppError } from '../../../../core/errors.ts'

export const MAX_UNPACKED_BYTES = 500 * 1024 * 1024

export type Encoding = 'auto' | 'utf-8' | 'latin1'

const tooLarge = () =>
  new AppError('file.too_large', {
    detail: `A file can have at most ${MAX_UNPACKED_BYTES} bytes after unpacking.`,
  })

export async function* textOf(
  body: ReadableStream<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string, undefined> {
  let decoder: TextDecoder | null = null
  let size = 0
  for await (const chunk of unpacked(body)) {
    size += chunk.byteLength
    if (size > MAX_UNPACKED_BYTES) throw tooLarge()
    decoder ??= decoderFor(encoding, chunk)
    const text = decoder.decode(chunk, { stream: true })
    if (text !== '') yield text
  }
  const rest = decoder?.decode() ?? ''
  if (rest !== '') yield rest
  return undefined
}

/** Invalid UTF-8 becomes U+FFFD. The reader refuses rows that contain it. */
function decoderFor(encoding: Encoding, head: Uint8Array): TextDecoder {
  if (encoding === 'latin1') return new TextDecoder('windows-1252')
  if (encoding === 'utf-8') return new TextDecoder('utf-8')
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le')
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be')
  try {
    // A character may be cut at the end of the chunk, which a stream allows.
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(head, { stream: true })
    return new TextDecoder('utf-8')
  } catch {
    return new TextDecoder('windows-1252')
  }
}

async function* unpacked(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  const reader = body.getReader()
  const first = await reader.read()
  if (first.done) return undefined
  const whole = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(first.value),
    pull: async (controller) => {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b
  const plain = isGzip
    ? whole.pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
    : whole
  try {
    for await (const chunk of plain) yield chunk
  } catch (error) {
    if (!isGzip || error instanceof AppError) throw error
    throw new AppError('request.invalid', { detail: 'The gzip data is damaged.', cause: error })
  }
  return undefined
}
