// Reads answers within their limits of size and time.
import { AppError } from '../../core/errors.ts'
import { gather } from '../../core/read-chunks.ts'
import type { OutboundCall } from './call.ts'

export function capped(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = maxBytes
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength
      if (left >= 0) controller.enqueue(chunk)
      else
        controller.error(
          new AppError('outbound.failed', { detail: `The answer is larger than ${maxBytes} bytes.` }),
        )
    },
  })
}

/** Ended by us, not by the other side. */
export const isEnded = (error: unknown): boolean =>
  ['TimeoutError', 'AbortError'].includes(String((error as { name?: unknown } | null)?.name))

/** The body piece by piece. A broken connection is `outbound.failed`. */
export async function* chunksOfAnswer(
  response: Response,
  timeoutMs: number,
): AsyncGenerator<Uint8Array, undefined> {
  try {
    if (response.body !== null) yield* response.body as AsyncIterable<Uint8Array>
  } catch (error) {
    throw failure(error, timeoutMs)
  }
  return undefined
}

export async function readCapped(
  response: Response,
  { maxBytes, timeoutMs }: OutboundCall,
): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const tooLarge = () =>
    new AppError('outbound.failed', { detail: `The answer is larger than ${maxBytes} bytes.` })
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body.cancel()
    throw tooLarge()
  }
  let bytes: Uint8Array | null
  try {
    bytes = await gather(response.body, maxBytes)
    if (bytes === null) await response.body.cancel()
  } catch (error) {
    throw failure(error, timeoutMs)
  }
  if (bytes === null) throw tooLarge()
  return bytes
}

/** Never throws: the part that has come by the end of the call is enough. */
export async function readStart({ body }: Response, maxBytes: number): Promise<Uint8Array> {
  const start = new Uint8Array(maxBytes)
  let length = 0
  const reader = body?.getReader()
  try {
    while (reader !== undefined && length < maxBytes) {
      const { done, value } = (await reader.read()) as ReadableStreamReadResult<Uint8Array>
      if (done) break
      const part = value.subarray(0, maxBytes - length)
      start.set(part, length)
      length += part.length
    }
  } catch {
    // The server has closed the connection, or the time is up: what has arrived so far is enough.
  }
  await reader?.cancel().catch(() => undefined)
  return start.subarray(0, length)
}

export function failure(error: unknown, timeoutMs: number): AppError {
  const name = (error as { name?: unknown } | null)?.name
  if (name === 'TimeoutError')
    return new AppError('outbound.failed', { detail: `No answer within ${timeoutMs} ms.`, cause: error })
  if (name === 'AbortError')
    return new AppError('outbound.failed', { detail: 'The call was cancelled.', cause: error })
  return new AppError('outbound.failed', {
    detail: 'The connection was lost before the answer was complete.',
    cause: error,
  })
}
