// The limits of a source, and their error messages.
import { AppError } from '../../../core/errors.ts'

export const MAX_ENTRIES = 10_000
export const MAX_BYTES = 500 * 1024 * 1024
/** The maximum ratio of the unpacked to the packed size of a zip. */
export const MAX_RATIO = 100

export const invalid = (detail: string): AppError =>
  new AppError('deployment.invalid_source', {
    detail,
    errors: [{ path: '/source', message: detail, code: 'deployment.invalid_source' }],
  })

export const tooManyEntries = (entries: number): AppError =>
  new AppError('deployment.too_large', {
    detail: `The source has ${entries} files; at most ${MAX_ENTRIES} are deployed. Leave some out, or split the site.`,
  })

export const tooManyBytes = (bytes: number): AppError =>
  new AppError('deployment.too_large', {
    detail: `The files have more than ${MAX_BYTES} bytes together (${bytes}). Leave some out, or split the site.`,
  })

export const tooPacked = (): AppError =>
  new AppError('deployment.too_large', {
    detail: `The zip unpacks to more than ${MAX_RATIO} times its size, which is unusual for a site. Check the zip.`,
  })
