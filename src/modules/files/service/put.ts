// Writes a body to the bucket and counts it. Invariant: for a body of unknown length, only one part is in memory at a time. A body of
// known length is streamed, unless it is small.
import { sha256Hex, toHex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { HEAD_BYTES, type Inspector } from '../types/inspect.ts'
import { emptyFile, tooLarge } from './size.ts'

/** R2 needs parts of at least 5 MiB, all of one size except the last. */
const PIECE_BYTES = 5 * 1024 * 1024

/** Up to this size, a body of known length is read into memory, while D1 is asked. It is stored with one call. */
export const SMALL_BYTES = 1024 * 1024

/** Checks the body against its announced length and the limit. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number | null,
  maxBytes: number,
): AsyncGenerator<Uint8Array, undefined> {
  let size = 0
  const wrongLength = () =>
    new AppError('request.malformed', {
      detail: `The request announced ${sizeBytes} bytes but contained another number.`,
    })
  try {
    for await (const chunk of chunks) {
      size += chunk.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      if (sizeBytes !== null && size > sizeBytes) throw wrongLength()
      if (chunk.byteLength > 0) yield chunk
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('request.malformed', { detail: 'The body ended early.', cause: error })
  }
  if (size === 0) throw emptyFile()
  if (sizeBytes !== null && size < sizeBytes) throw wrongLength()
  return undefined
}

/** Collects the head and has it checked before anything is stored, then passes every chunk on. */
export async function* withHead(
  chunks: AsyncIterable<Uint8Array>,
  inspector: Inspector | null,
): AsyncGenerator<Uint8Array, undefined> {
  let first: Uint8Array[] | null = []
  let size = 0
  function* released(): Generator<Uint8Array> {
    const held = first ?? []
    first = null
    inspector?.head(held.length === 1 ? (held[0] as Uint8Array) : joined(held, size))
    for (const chunk of held) {
      inspector?.chunk(chunk)
      yield chunk
    }
  }
  for await (const chunk of chunks) {
    if (first === null) {
      inspector?.chunk(chunk)
      yield chunk
      continue
    }
    first.push(chunk)
    size += chunk.byteLength
    if (size >= HEAD_BYTES) yield* released()
  }
  if (first !== null) yield* released()
  inspector?.end()
  return undefined
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

type Put = { size: number; sha256: string }

export async function put(
  bucket: R2Bucket,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number | null,
): Promise<Put> {
  const hash = hashing()
  if (sizeBytes !== null) {
    await putStream(bucket, key, hash.through(chunks), sizeBytes)
    return { size: sizeBytes, sha256: await hash.end() }
  }
  const size = await putPieces(bucket, key, hash.through(chunks))
  return { size, sha256: await hash.end() }
}

function hashing() {
  const digest = new crypto.DigestStream('SHA-256')
  // An aborted stream rejects as well. Its reason is known elsewhere.
  digest.digest.catch(() => undefined)
  const writer = digest.getWriter()
  return {
    async *through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
      for await (const chunk of chunks) {
        // Hashed while the bucket stores it.
        const hashed = writer.write(chunk)
        yield chunk
        await hashed
      }
      return undefined
    },
    end: async (): Promise<string> => {
      await writer.close()
      return toHex(await digest.digest)
    },
  }
}

async function putStream(
  bucket: R2Bucket,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): Promise<void> {
  const { readable, writable } = new FixedLengthStream(sizeBytes)
  const writer = writable.getWriter()
  const kept = bucket.put(key, readable).catch((error: unknown) => {
    // Nothing reads any more, so no write may wait.
    void writer.abort(error).catch(() => undefined)
    throw error
  })
  // If both fail, the sender's error is thrown: R2 failed only because the bytes did not arrive.
  const [sent, stored] = await Promise.allSettled([pump(chunks, writer), kept])
  if (sent.status === 'rejected' && sent.reason instanceof AppError) throw sent.reason
  if (stored.status === 'rejected') throw stored.reason
  if (sent.status === 'rejected') throw sent.reason
}

async function pump(
  chunks: AsyncIterable<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of chunks) await writer.write(chunk)
    await writer.close()
  } catch (error) {
    await writer.abort(error).catch(() => undefined)
    throw error
  }
}

/** One object in parts. A single part is stored directly. Returns the size. */
async function putPieces(bucket: R2Bucket, key: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let upload: R2MultipartUpload | null = null
  const parts: R2UploadedPart[] = []
  let size = 0
  try {
    for await (const { bytes, isLast } of piecesOf(chunks)) {
      size += bytes.byteLength
      if (isLast && upload === null) {
        await bucket.put(key, bytes)
        return size
      }
      upload ??= await bucket.createMultipartUpload(key)
      parts.push(await upload.uploadPart(parts.length + 1, bytes))
    }
    await upload?.complete(parts)
    return size
  } catch (error) {
    await upload?.abort().catch(() => undefined)
    throw error
  }
}

/** A piece is overwritten by the next one: pieces of their own would wait for the garbage collector, ten of a large file at once. */
async function* piecesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ bytes: Uint8Array<ArrayBuffer>; isLast: boolean }, undefined> {
  let piece = new Uint8Array()
  let size = 0
  const put = (bytes: Uint8Array): void => {
    if (size + bytes.byteLength > piece.byteLength) {
      // Small files need little memory, and a part of a large file is only copied a few times.
      const grown = new Uint8Array(
        Math.min(PIECE_BYTES, Math.max(size + bytes.byteLength, piece.byteLength * 4)),
      )
      grown.set(piece.subarray(0, size))
      piece = grown
    }
    piece.set(bytes, size)
    size += bytes.byteLength
  }
  for await (const chunk of chunks) {
    let rest = chunk
    // A full part waits for the next byte, so that the last part is known.
    while (size + rest.byteLength > PIECE_BYTES) {
      const fits = PIECE_BYTES - size
      put(rest.subarray(0, fits))
      yield { bytes: piece, isLast: false }
      rest = rest.subarray(fits)
      size = 0
    }
    put(rest)
  }
  yield { bytes: piece.subarray(0, size), isLast: true }
  return undefined
}

type Small = { bytes: Uint8Array<ArrayBuffer>; sha256: string }

export async function readSmall(chunks: AsyncIterable<Uint8Array>): Promise<Small> {
  const seen: Uint8Array[] = []
  for await (const chunk of chunks) seen.push(chunk)
  const size = seen.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  const bytes = seen.length === 1 ? (seen[0] as Uint8Array<ArrayBuffer>) : joined(seen, size)
  return { bytes, sha256: await sha256Hex(bytes) }
}

export async function putSmall(bucket: R2Bucket, key: string, { bytes, sha256 }: Small): Promise<Put> {
  await bucket.put(key, bytes)
  return { size: bytes.byteLength, sha256 }
}
