import { AppError, ERRORS, type FieldError } from '../../core/errors.ts'

export function bulkError(error: unknown): FieldError {
  if (!(error instanceof AppError)) throw error
  const { code, message, runId } = error
  return { code, message, retryable: ERRORS[code].retryable, ...(runId && { resourceId: runId }) }
}
