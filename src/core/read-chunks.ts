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
