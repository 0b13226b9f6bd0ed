/**
 * The chunks of a body that somebody sends. Leaving the loop early does not cancel the body, as a plain `for await`
 * would: what is left of it has to be read before the answer goes out (http/drain.ts).
 */
export const chunksOf = (body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> =>
  body.values({ preventCancel: true })

/**
 * The same for who needs no iterator, which costs more than reading most bodies does: each chunk in turn, until `take` wants
 * no more. False when it wanted no more; what is left is still to be read or cancelled.
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

/** All that comes as one piece, or null as soon as it is more than so many bytes. */
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
 * The same in few, large chunks, which costs a fraction of the time where every chunk passes through several hands. A stream
 * that is no stream of bytes gives the chunks that it has.
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
