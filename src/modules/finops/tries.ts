// Writes of one row at the same time: each is computed again from what the others have written.
import { AppError } from '../../core/errors.ts'

/** Of concurrent writes, one succeeds each time. So this many can be made at once. */
const MAX_TRIES = 50

/** Repeats a write that returns null when another was faster. */
export async function untilWritten<T>(write: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const written = await write()
    if (written !== null) return written
  }
  throw new AppError('service.unavailable', {
    detail: 'Too many requests write the same row at the same time. Try again.',
    retryAfterSeconds: 1,
  })
}
