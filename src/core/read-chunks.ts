/**
 * Iterates over the chunks of a body. Unlike a plain `for await`, leaving the loop early does not cancel the body: the rest must
 * be read before the response is sent (http/drain.ts).
 */
export const chunksOf = (body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> =>
  body.values({ preventCancel: true })

/**
 * Like `chunksOf`, but without an iterator, which costs more time than reading most bodies. Calls `take` for each chunk until it
 * returns false, and then returns false; the rest must still be read or cancelled.
 */
export async function eachChunk(
  body: ReadableStream<Uint8Array>,
  take: (chunk: Uint8Array) => boolean,
): Promise<boolean> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return true
      if (!take(value)) return false
    }
  } finally {
    reader.releaseLock()
  }
}

/** Reads the whole body. Returns null as soon as it exceeds the limit. */
export async function gather(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const seen: Uint8Array[] = []
  let size = 0
  const isWhole = await eachChunk(body, (chunk) => {
    size += chunk.byteLength
    seen.push(chunk)
    return size <= maxBytes
  })
  if (!isWhole) return null
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of seen) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

const LARGE_BYTES = 256 * 1024

/**
 * Reads in few, large chunks, which is much faster if every chunk passes through several layers. For a stream that is not a byte
 * stream, the chunks stay as they are.
 */
export async function* largeChunksOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  let reader: ReadableStreamBYOBReader
  try {
    reader = body.getReader({ mode: 'byob' })
  } catch {
    yield* chunksOf(body)
    return undefined
  }
  try {
    for (;;) {
      const { done, value } = await reader.readAtLeast(LARGE_BYTES, new Uint8Array(LARGE_BYTES))
      if (value !== undefined && value.byteLength > 0) yield value
      if (done) return undefined
    }
  } finally {
    reader.releaseLock()
  }
}
