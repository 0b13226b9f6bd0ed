// Writes of one row at the same time: each is computed again from what the others have written.
import { AppError } from '../../core/errors.ts'

/** One of those who write wins each time, so as many may write at once. */
export const MAX_TRIES = 50

export const tooManyAtOnce = (): AppError =>
  new AppError('service.unavailable', {
    detail: 'Too many requests write the same row at the same time. Try again.',
    retryAfterSeconds: 1,
  })
