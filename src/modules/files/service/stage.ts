// Streams content into the bucket, before any row refers to it. Invariants:
// 1. The deletion of the object is scheduled first. Only the commit that adds a row for the object cancels it.
// 2. For a body of unknown length, only one part is in memory at a time. A body of known length is streamed, unless it is small.
// 3. A refused object is deleted immediately. After a crash, the scheduled deletion removes it.
import type { RequestContext } from '../../../context.ts'
import { randomToken, sha256Hex, toHex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { limitReached, PLAN_LIMITS } from '../../../core/plans.ts'
import { prepareRead } from '../../../db/hot-read.ts'
import { insertPromise, takeBackPromise } from '../../../db/promised-deletion.ts'
import { prepare } from '../../../db/statement.ts'
import { type FileRow, findFileByName } from '../repo/files.ts'
import { findStorage, type StorageRow } from '../repo/quota.ts'
import type { StoredObject } from '../repo/versions.ts'
import { HEAD_BYTES, type Inspector, inspectorFor } from '../types/inspect.ts'

export const MAX_FILE_BYTES = 50 * 1024 * 1024

/** R2 needs parts of at least 5 MiB, all of one size except the last. */
const PIECE_BYTES = 5 * 1024 * 1024
/** Up to this size, a body of known length is read into memory, while D1 is asked. It is stored with one call. */
export const SMALL_BYTES = 1024 * 1024

export type Content = {
  /** In NFC, and checked by `fileName`. */
  name: string
  chunks: AsyncIterable<Uint8Array>
  /** Null if the length is not known before the end. */
  sizeBytes: number | null
  /** The checksum that the sender expects. */
  sha256?: string | undefined
  maxBytes?: number | undefined
  /** For content that we create: its type, instead of the type of the name. */
  contentType?: string | undefined
}

/** `holder` is the file that had the name when the upload began; null if there was none. */
export type Staged = StoredObject & { name: string; holder: FileRow | null }

export const fileObjectPrefix = (teamId: string): string => `teams/${teamId}/files/`

export async function stageContent(scope: RequestContext, teamId: string, content: Content): Promise<Staged> {
  const { name, sizeBytes, maxBytes = MAX_FILE_BYTES } = content
  const inspector = content.contentType === undefined ? inspectorFor(name) : null
  if (sizeBytes !== null) requireSize(sizeBytes, maxBytes)
  const now = scope.now()
  const objectKey = `${fileObjectPrefix(teamId)}${randomToken()}`
  const promiseId = newId('msg', now)
  const chunks = withHead(counted(content.chunks, sizeBytes, maxBytes), inspector)
  const small = sizeBytes !== null && sizeBytes <= SMALL_BYTES ? readSmall(chunks) : null
  const promising = promise(scope, teamId, { name, objectKey, promiseId, sizeBytes: sizeBytes ?? 1 })
  // A body that is being read must be read to its end before any response.
  await Promise.allSettled([promising, small])
  const holder = await promising
  try {
    const contentType = content.contentType ?? (inspector as Inspector).type.contentType
    const { size, sha256 } =
      small === null
        ? await put(scope.env.FILES, objectKey, chunks, sizeBytes)
        : await putSmall(scope.env.FILES, objectKey, await small)
    if (content.sha256 !== undefined && content.sha256.toLowerCase() !== sha256)
      throw new AppError('file.checksum_mismatch', {
        detail: `The content has the SHA-256 ${sha256}, not ${content.sha256}. Send it again.`,
      })
    return { name, holder, objectKey, promiseId, contentType, sizeBytes: size, sha256 }
  } catch (error) {
    await discard(scope, { objectKey, promiseId })
    throw error
  }
}

/** After a failure. If this fails too, the scheduled deletion remains. */
export async function discard(
  scope: RequestContext,
  { objectKey, promiseId }: Pick<Staged, 'objectKey' | 'promiseId'>,
): Promise<void> {
  try {
    await scope.env.FILES.delete(objectKey)
    await prepare(scope.env.DB, takeBackPromise(promiseId)).run()
  } catch (error) {
    scope.log.warn('an object is left to its promise', { objectKey, error })
  }
}

function requireSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes === 0) throw emptyFile()
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
}

export const emptyFile = () => new AppError('file.empty', { detail: 'The file has no content.' })

export const tooLarge = (maxBytes: number) =>
  new AppError('file.too_large', {
    detail: `A file can have at most ${maxBytes} bytes.`,
    errors: [{ path: '/sizeBytes', message: `at most ${maxBytes}`, code: 'file.too_large' }],
  })

type Upload = { name: string; objectKey: string; promiseId: string; sizeBytes: number }

/**
 * One round trip to D1: the scheduled deletion, a first check of the quota, and the file that has the name. The commit checks the last
 * two again.
 */
async function promise(
  scope: RequestContext,
  teamId: string,
  { name, objectKey, promiseId, sizeBytes }: Upload,
): Promise<FileRow | null> {
  const d1 = scope.env.DB
  const [found, holders] = await d1.batch([
    prepare(d1, findStorage(teamId)),
    prepareRead(d1, findFileByName(teamId, name)),
    prepare(d1, insertPromise(promiseId, objectKey, scope.requestId, scope.now())),
  ])
  const storage = found?.results[0] as StorageRow | undefined
  const refusal = storage === undefined ? notFound('The team') : quotaRefusal(storage, sizeBytes)
  if (refusal === null) return (holders?.results[0] as FileRow | undefined) ?? null
  await discard(scope, { objectKey, promiseId })
  throw refusal
}

export function quotaRefusal({ plan, used }: StorageRow, moreBytes: number): AppError | null {
  const limit = PLAN_LIMITS[plan].storageBytes
  return limit === null || used + moreBytes <= limit
    ? null
    : limitReached(plan, 'storageBytes', used, 'bytes of files')
}

/** Checks the body against its announced length and the limit. */
async function* counted(
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
async function* withHead(
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
type Small = { bytes: Uint8Array<ArrayBuffer>; sha256: string }

async function readSmall(chunks: AsyncIterable<Uint8Array>): Promise<Small> {
  const seen: Uint8Array[] = []
  for await (const chunk of chunks) seen.push(chunk)
  const size = seen.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  const bytes = seen.length === 1 ? (seen[0] as Uint8Array<ArrayBuffer>) : joined(seen, size)
  return { bytes, sha256: await sha256Hex(bytes) }
}

async function putSmall(bucket: R2Bucket, key: string, { bytes, sha256 }: Small): Promise<Put> {
  await bucket.put(key, bytes)
  return { size: bytes.byteLength, sha256 }
}

async function put(
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
  // If both fail, the sender's failure is the reason: R2 fails because the bytes did not arrive.
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
