// An answer may be there before the body was read: refused for want of a sign-in, too large, not wanted at all. A
// client that is still sending then finds its connection closed under it and never sees the answer. So what is left of
// the body is read and thrown away first, up to a bound of bytes and time; beyond that the answer goes out all the same.
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from './app-env.ts'

export type DrainBounds = { bytes: number; ms: number }

/** Larger than any route accepts, so a client that sends somewhat too much still gets its 413. */
const BOUNDS: DrainBounds = { bytes: 16 * 1024 * 1024, ms: 2_000 }

/** Outermost. A request without a body passes through as if this were not there. */
export function drainUnread(bounds = BOUNDS): MiddlewareHandler<AppEnv> {
  return (c, next) => (c.req.raw.body === null ? next() : next().then(() => drain(c.req.raw, bounds)))
}

async function drain({ body }: Request, { bytes, ms }: DrainBounds): Promise<void> {
  // What is locked was read whole, as text or bytes: whoever reads in pieces gives the body back.
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
    // The client has gone away: nobody waits for the rest, nor for the answer.
  } finally {
    clearTimeout(timer)
  }
}
