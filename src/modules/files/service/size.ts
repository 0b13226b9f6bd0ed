// How large a file may be.
import { AppError } from '../../../core/errors.ts'

export const MAX_FILE_BYTES = 50 * 1024 * 1024

export function requireSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes === 0) throw emptyFile()
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
}

export const emptyFile = () => new AppError('file.empty', { detail: 'The file has no content.' })

export const tooLarge = (maxBytes: number) =>
  new AppError('file.too_large', {
    detail: `A file can have at most ${maxBytes} bytes.`,
    errors: [{ path: '/sizeBytes', message: `at most ${maxBytes}`, code: 'file.too_large' }],
  })
