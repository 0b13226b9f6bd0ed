// A body that is read while it is sent, so that it is never whole in memory. Invariants:
// 1. It has a known length, which goes out as Content-Length: many services take nothing else.
// 2. It is opened anew for each request that is sent, also after a redirect or a refusal.
// 3. A source that fails or ends early breaks the request off. What the source says is the failure, not the broken connection.
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
  /** What the source has failed with. */
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
    // The other side may have answered without reading to the end; then this ends nothing that anybody waits for.
    await Promise.allSettled([writer.abort(error), reader.cancel(error)])
  })
  return { body: readable, fault: () => fault }
}
