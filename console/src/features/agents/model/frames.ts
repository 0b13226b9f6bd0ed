// Server-sent events of a chat, out of the pieces in which they arrive.

export type Chunk = { type: string; [field: string]: unknown }

/** The chunks that are complete, and the text that is not yet. */
export function takeChunks(text: string): { chunks: Chunk[]; rest: string } {
  const frames = text.split('\n\n')
  const rest = frames.pop() ?? ''
  const chunks = frames.flatMap((frame): Chunk[] => {
    const data = frame.split('\n').find((line) => line.startsWith('data: '))
    // Comments keep the connection open. The last frame only says that the stream ends.
    if (data === undefined || data === 'data: [DONE]') return []
    return [JSON.parse(data.slice('data: '.length)) as Chunk]
  })
  return { chunks, rest }
}
