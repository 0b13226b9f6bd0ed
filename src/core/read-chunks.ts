/**
 * The chunks of a body that somebody sends. Leaving the loop early does not cancel the body, as a plain `for await`
 * would: what is left of it has to be read before the answer goes out (http/drain.ts).
 */
export const chunksOf = (body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> =>
  body.values({ preventCancel: true })
