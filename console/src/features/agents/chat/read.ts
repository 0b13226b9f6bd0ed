// Reads the stream of an answer.
import { type Chunk, takeChunks } from '../model/frames.ts'
import { type End, endOf } from '../model/message.ts'

/** Passes on the chunks in the order in which they arrive. A stream that breaks or ends early is `lost`. */
export async function readAnswer(
  body: ReadableStream<Uint8Array>,
  onChunks: (chunks: Chunk[]) => void,
): Promise<{ end: End; why: string | null }> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader()
  let text = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return { end: 'lost', why: null }
      const { chunks, rest } = takeChunks(text + value)
      text = rest
      if (chunks.length > 0) onChunks(chunks)
      const last = chunks.find((chunk) => endOf(chunk) !== null)
      if (last !== undefined)
        return {
          end: endOf(last) as End,
          why: last.type === 'error' ? String(last.errorText) : null,
        }
    }
  } catch (error) {
    // The connection broke, or nobody is interested any more.
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    return { end: 'lost', why: null }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
