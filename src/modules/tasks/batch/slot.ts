// An item of a request, with its result.
import { AppError, ERRORS, type FieldError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import { BatchTask, type TaskResult } from './schema.ts'

export function errorOf(error: unknown): FieldError {
  if (!(error instanceof AppError)) throw error
  const { code, message, errors = [] } = error
  const [first] = errors
  if (first === undefined) return { code, message, retryable: ERRORS[code].retryable }
  return { ...first, message: errors.map((one) => `${one.path ?? ''} ${one.message}`.trim()).join('; ') }
}

export const refusal = (error: FieldError): TaskResult => ({ ok: false, id: null, error })

export type Slot = { id: string; item: BatchTask | null; result: TaskResult | null }

export function slotOf(item: unknown, id: string): Slot {
  const parsed = BatchTask.safeParse(item)
  if (parsed.success) return { id, item: parsed.data, result: null }
  const [first, ...others] = fieldErrors(parsed.error.issues as Parameters<typeof fieldErrors>[0])
  const message = [first, ...others]
    .map((one) => `${one?.path ?? ''} ${one?.message ?? ''}`.trim())
    .join('; ')
  return { id, item: null, result: refusal({ ...first, code: first?.code ?? 'request.invalid', message }) }
}
