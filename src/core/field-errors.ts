import type { FieldError } from './errors.ts'
import './plain-issues.ts'
import { pointerOf } from './pointer.ts'

const MAX_FIELD_ERRORS = 50

/** Converts zod issues to field errors, with one error for each unknown field. */
export const fieldErrors = (
  issues: readonly { path: PropertyKey[]; message: string; code?: string | undefined; keys?: string[] }[],
): FieldError[] =>
  issues
    .flatMap((issue) =>
      (issue.keys ?? [undefined]).map((key) =>
        key === undefined
          ? { path: pointerOf(issue.path), message: issue.message, code: issue.code ?? 'invalid' }
          : { path: pointerOf([...issue.path, key]), message: 'Unknown field', code: 'unrecognized_keys' },
      ),
    )
    .slice(0, MAX_FIELD_ERRORS)
