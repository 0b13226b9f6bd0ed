// Calls of our own bindings. One that does not answer is nobody's failure (G8): the attempt is put off. One that
// answers with a refusal would do so for ever, so that is the node's failure and the policy's to bound.
import { AppError, ERRORS } from '../../../src/core/errors.ts'
import { NodeFailure, PlatformUnavailable } from '../../../src/nodes/node.ts'

/** What SQLite says about the statement or the data, as against about itself. */
const REFUSED = /SQLITE_(CONSTRAINT|ERROR|TOOBIG|MISMATCH|RANGE)|D1_TYPE_ERROR/

export async function ask<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof NodeFailure || error instanceof AppError) throw error
    if (isRefusal(error))
      throw new NodeFailure({ code: 'node.error', message: `${what} did not take the operation` })
    throw new PlatformUnavailable(what, error)
  }
}

function isRefusal(error: unknown): boolean {
  const { remote, retryable, overloaded, durableObjectReset } = (error ?? {}) as Record<string, unknown>
  // An error that another object's own code has thrown; one that was moved or evicted says so.
  if (remote === true && !retryable && !overloaded && !durableObjectReset) return true
  return REFUSED.test(String(error))
}

/** A use case that refuses fails the node as it says. */
export const failureOf = ({ code, message, retryAfterSeconds }: AppError): NodeFailure =>
  new NodeFailure({
    code,
    message,
    retryable: ERRORS[code].retryable,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
  })
