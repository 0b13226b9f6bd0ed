/**
 * The chunks of a body that somebody sends. Leaving the loop early does not cancel the body, as a plain `for await`
 * would: what is left of it has to be read before the answer goes out (http/drain.ts).
 */
export const chunksOf = (body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> =>
  body.values({ preventCancel: true })

/** All that comes as one piece, or null as soon as it is more than so many bytes. */
export async function gather(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const seen: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > maxBytes) return null
    seen.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of seen) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
