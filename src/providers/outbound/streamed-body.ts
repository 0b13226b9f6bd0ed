// A body that is read while it is sent, so that it is never in memory as a whole. Invariants:
// 1. Its length is known and sent as Content-Length, because many services accept nothing else.
// 2. It is opened again for each request, also after a redirect or a refusal.
// 3. If the source fails or ends early, the request is aborted. The error is that of the source, not the broken
//    connection.
export class StreamedBody {
  readonly sizeBytes: number
  readonly open: () => Promise<ReadableStream<Uint8Array>>

  constructor(sizeBytes: number, open: () => Promise<ReadableStream<Uint8Array>>) {
    this.sizeBytes = sizeBytes
    this.open = open
  }
}

export type OutboundBody = string | Uint8Array | FormData | URLSearchParams | StreamedBody

type Opened = {
  body: BodyInit | undefined
  /** The error of the source. */
  fault: () => unknown
}

export async function openBody(body: OutboundBody | undefined): Promise<Opened> {
  if (!(body instanceof StreamedBody)) return { body: body as BodyInit | undefined, fault: () => null }
  const source = await body.open()
  const { readable, writable } = new FixedLengthStream(body.sizeBytes)
  let fault: unknown = null
  const reader = source.getReader()
  const writer = writable.getWriter()
  writer.closed.catch(() => undefined)
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        fault = error
        throw error
      })
      if (done) return writer.close()
      await writer.write(value)
    }
  }
  void pump().catch(async (error: unknown) => {
    // The other side may have responded without reading to the end. Then nothing waits for this.
    await Promise.allSettled([writer.abort(error), reader.cancel(error)])
  })
  return { body: readable, fault: () => fault }
}
