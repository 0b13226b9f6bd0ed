// The digests by which platforms identify a content: SHA-1 (Vercel, Netlify), the id of a Git blob (GitHub), or an
// ETag (S3). All are computed in one pass over the content, together with our SHA-256.
import { toHex, utf8 } from '../../../core/crypto.ts'
import { eachChunk } from '../../../core/read-chunks.ts'

export type DigestKind = 'sha1' | 'git' | 'etag'

/** Larger contents are uploaded to S3 in parts of this size, and the ETag depends on them. */
export const MULTIPART_FROM_BYTES = 16 * 1024 * 1024
export const PART_BYTES = 8 * 1024 * 1024

export type Digests = { sha256: string; digest: string; sizeBytes: number }

/** `count` is called for each piece, and throws if there are too many. */
export async function digestOf(
  content: ReadableStream<Uint8Array>,
  announcedBytes: number,
  kind: DigestKind,
  count: (bytes: Uint8Array) => void,
): Promise<Digests> {
  if (announcedBytes <= SMALL_BYTES) return digestOfSmall(content, announcedBytes, kind, count)
  const sha256 = hasher('SHA-256')
  const own = kind === 'etag' ? etag(announcedBytes) : sha1(kind === 'git' ? announcedBytes : null)
  let sizeBytes = 0
  const pieces: Uint8Array[] = []
  let held = 0
  const flush = async (): Promise<void> => {
    const all = pieces.splice(0)
    held = 0
    for (const piece of all) {
      await sha256.add(piece)
      await own.add(piece)
    }
  }
  for (;;) {
    const isWhole = await eachChunk(content, (piece) => {
      count(piece)
      sizeBytes += piece.byteLength
      held += piece.byteLength
      pieces.push(piece)
      return held < FLUSH_BYTES
    })
    await flush()
    if (isWhole) break
  }
  return { sha256: toHex(await sha256.end()), digest: await own.end(), sizeBytes }
}

const FLUSH_BYTES = 1024 * 1024

/** Hashes in one piece, which takes fewer turns than a stream. */
const SMALL_BYTES = 256 * 1024
const ALGORITHMS = { sha1: 'SHA-1', git: 'SHA-1', etag: 'MD5' } as const

/** `count` throws before more than the announced size is in memory. */
async function digestOfSmall(
  content: ReadableStream<Uint8Array>,
  announcedBytes: number,
  kind: DigestKind,
  count: (bytes: Uint8Array) => void,
): Promise<Digests> {
  const bytes = new Uint8Array(announcedBytes)
  let sizeBytes = 0
  await eachChunk(content, (piece) => {
    count(piece)
    if (sizeBytes + piece.byteLength <= announcedBytes) bytes.set(piece, sizeBytes)
    sizeBytes += piece.byteLength
    return true
  })
  const own = kind === 'git' ? joined(utf8(`blob ${announcedBytes}\0`), bytes) : bytes
  const [sha256, digest] = await Promise.all([
    crypto.subtle.digest('SHA-256', bytes),
    crypto.subtle.digest(ALGORITHMS[kind], own),
  ])
  return { sha256: toHex(new Uint8Array(sha256)), digest: toHex(new Uint8Array(digest)), sizeBytes }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.byteLength + b.byteLength)
  both.set(a)
  both.set(b, a.byteLength)
  return both
}

function hasher(algorithm: 'SHA-256' | 'SHA-1' | 'MD5') {
  const stream = new crypto.DigestStream(algorithm)
  const writer = stream.getWriter()
  return {
    add: (piece: Uint8Array): Promise<void> => writer.write(piece),
    end: async (): Promise<Uint8Array> => {
      await writer.close()
      return new Uint8Array(await stream.digest)
    },
  }
}

/** The id of a Git blob: the hash of its size and content. */
function sha1(gitBytes: number | null) {
  const hash = hasher('SHA-1')
  const begun = gitBytes === null ? Promise.resolve() : hash.add(utf8(`blob ${gitBytes}\0`))
  return {
    add: async (piece: Uint8Array): Promise<void> => {
      await begun
      await hash.add(piece)
    },
    end: async (): Promise<string> => toHex(await hash.end()),
  }
}

/** The MD5. For a larger content, the MD5 of the MD5s of its parts, with their number. */
function etag(sizeBytes: number) {
  if (sizeBytes < MULTIPART_FROM_BYTES) {
    const hash = hasher('MD5')
    return { add: hash.add, end: async (): Promise<string> => toHex(await hash.end()) }
  }
  const parts: Uint8Array[] = []
  let hash = hasher('MD5')
  let inPart = 0
  const endPart = async (): Promise<void> => {
    parts.push(await hash.end())
    hash = hasher('MD5')
    inPart = 0
  }
  return {
    add: async (piece: Uint8Array): Promise<void> => {
      for (let at = 0; at < piece.byteLength; ) {
        const part = piece.subarray(at, at + PART_BYTES - inPart)
        await hash.add(part)
        inPart += part.byteLength
        at += part.byteLength
        if (inPart === PART_BYTES) await endPart()
      }
    },
    end: async (): Promise<string> => {
      if (inPart > 0) await endPart()
      const all = hasher('MD5')
      for (const part of parts) await all.add(part)
      return `${toHex(await all.end())}-${parts.length}`
    },
  }
}
