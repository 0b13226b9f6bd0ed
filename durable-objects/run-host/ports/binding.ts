// Calls of our own bindings. If one does not answer, the node has not failed (G8) and the attempt is deferred. A
// refusal would repeat forever, so it fails the node, and its retry policy limits it.
import { AppError, ERRORS } from '../../../src/core/errors.ts'
import { NodeFailure, PlatformUnavailable } from '../../../src/nodes/node.ts'

/** SQLite errors about the statement or the data, as opposed to errors of the database itself. */
const REFUSED = /SQLITE_(CONSTRAINT|ERROR|TOOBIG|MISMATCH|RANGE)|D1_TYPE_ERROR/

export async function ask<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof NodeFailure || error instanceof AppError) throw error
    if (isRefusal(error))
      throw new NodeFailure({ code: 'node.error', message: `${what} refused the operation` })
    throw new PlatformUnavailable(what, error)
  }
}

function isRefusal(error: unknown): boolean {
  const { remote, retryable, overloaded, durableObjectReset } = (error ?? {}) as Record<string, unknown>
  // An error that the code of another object threw. An object that was moved or evicted sets one of these flags.
  if (remote === true && !retryable && !overloaded && !durableObjectReset) return true
  return REFUSED.test(String(error))
}

/** The refusal of a use case fails the node with the same code and message. */
export const failureOf = ({ code, message, retryAfterSeconds }: AppError): NodeFailure =>
  new NodeFailure({
    code,
    message,
    retryable: ERRORS[code].retryable,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
  })
