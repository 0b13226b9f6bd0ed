// Text that comes in pieces, as bytes.
import { utf8 } from './crypto.ts'

export async function* encodePieces(text: AsyncIterable<string>): AsyncGenerator<Uint8Array, undefined> {
  for await (const piece of text) yield utf8(piece)
  return undefined
}

/** Asks for the next piece when the reader has room for it. */
export function streamText(text: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const pieces = encodePieces(text)
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}
