// Reads the rest of a request body before the response is sent. A response can be ready before the body was read: no sign-in, too
// large, or no body expected. A client that is still sending would find its connection closed and never see the response. Reading
// is limited in bytes and time. After that, the response is sent anyway.
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from './app-env.ts'

export type DrainBounds = { bytes: number; ms: number }

/** Larger than any route accepts, so a client that sends slightly too much still gets its 413. */
const BOUNDS: DrainBounds = { bytes: 16 * 1024 * 1024, ms: 2_000 }

/** The outermost middleware. Requests without a body pass through untouched. */
export function drainUnread(bounds = BOUNDS): MiddlewareHandler<AppEnv> {
  return (c, next) => (c.req.raw.body === null ? next() : next().then(() => drain(c.req.raw, bounds)))
}

async function drain({ body }: Request, { bytes, ms }: DrainBounds): Promise<void> {
  // A locked body was read completely, as text or bytes. Code that reads in pieces releases the body.
  if (body === null || body.locked) return
  const reader = body.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  try {
    for (let left = bytes; left > 0; ) {
      const part = await Promise.race([reader.read(), late])
      if (part === null || part.done) return
      left -= part.value.byteLength
    }
  } catch {
    // The client has disconnected, so the rest does not matter.
  } finally {
    clearTimeout(timer)
  }
}
