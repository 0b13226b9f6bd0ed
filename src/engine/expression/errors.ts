export type ExpressionErrorCode =
  | 'expression.syntax'
  | 'expression.unknown_name'
  | 'expression.unknown_method'
  | 'expression.type'
  | 'expression.budget'
  | 'expression.too_large'
  | 'expression.forbidden'
  | 'expression.not_upstream'

/** `column` counts from 1 in the whole string, including the text around the expression. */
export type ExpressionError = {
  code: ExpressionErrorCode
  message: string
  column: number
  expected?: string
}

// Thrown only inside this folder, and converted to a Result at its border. Not an Error, because the stack trace
// would cost more than the evaluation.
class Failure {
  readonly error: ExpressionError
  constructor(error: ExpressionError) {
    this.error = error
  }
}

/** Ends the evaluation with an error. `at` is an offset from 0 in the whole string. */
export function fail(code: ExpressionErrorCode, at: number, message: string, expected?: string): never {
  const column = at + 1
  throw new Failure(expected === undefined ? { code, message, column } : { code, message, column, expected })
}

/** Thrown by a getter of the scope, around its own error. It ends the evaluation and reaches the caller unchanged. */
export class ScopeFailure extends Error {
  constructor(cause: unknown) {
    super('a value of the scope could not be read', { cause })
  }
}

/** Converts anything thrown to an error of the language. A stack overflow means an exceeded budget, not a defect. */
export function asExpressionError(thrown: unknown): ExpressionError {
  if (thrown instanceof Failure) return thrown.error
  if (thrown instanceof ScopeFailure) throw thrown.cause
  if (thrown instanceof RangeError) {
    return { code: 'expression.budget', message: 'the expression uses too much memory', column: 1 }
  }
  const reason = thrown instanceof Error ? thrown.message : 'unknown reason'
  return { code: 'expression.type', message: `the expression could not be evaluated: ${reason}`, column: 1 }
}

/** The most similar candidate, or undefined if none is similar enough. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > 40) return undefined
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const same = candidate.toLowerCase() === name.toLowerCase()
    const distance = same ? 0 : editDistance(name, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` Did you mean "x"?` or an empty text, to append to a message. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const best = nearest(name, candidates)
  return best === undefined ? '' : `; did you mean "${best}"?`
}

// Two swapped neighbours count as one mistake.
function editDistance(left: string, right: string): number {
  let older: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1
      let distance = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + change)
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      if (isSwap) distance = Math.min(distance, older[j - 2]! + 1)
      row.push(distance)
    }
    older = previous
    previous = row
  }
  return previous[right.length]!
}
