// Calls to addresses that users choose.
import { AppError } from '../../../src/core/errors.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { HttpPort } from '../../../src/nodes/ports.ts'
import { callOutbound, judgeUrl, type Reach } from '../../../src/providers/outbound/index.ts'

/** `timeoutMs` is the node's own limit: the engine ends the attempt, and this ends what is left of its call. */
export function httpPort(reach: Reach, timeoutMs: number): HttpPort {
  return {
    fetch: async (request) => {
      const judged = judgeUrl(request.url, reach.allowHosts)
      // Judged before anything was sent; the same word about a redirect comes after a first answer.
      if (!judged.ok) throw blocked(judged.error.reason, false)
      try {
        return await callOutbound({ ...request, timeoutMs }, reach)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        if (error.code === 'outbound.blocked') throw blocked(error.message, true)
        throw error.code === 'outbound.redirect_refused' ? redirectRefused(error.message) : failed(error)
      }
    },
  }
}

const blocked = (reason: string, wasSent: boolean): NodeFailure =>
  new NodeFailure({
    code: 'http.blocked',
    message: wasSent ? `A redirect leads to where it may not: ${reason}` : reason,
    retryable: false,
    outcomeUnknown: wasSent,
  })

const redirectRefused = (message: string): NodeFailure =>
  new NodeFailure({ code: 'http.redirect_refused', message, retryable: false, outcomeUnknown: true })

/** Where there is a cause the connection failed, and another try may do better; else the answer itself is at fault. */
function failed(error: AppError): NodeFailure {
  const isConnection = error.cause !== undefined
  return new NodeFailure({
    code: isConnection ? 'http.connection' : 'http.bad_answer',
    message: error.message,
    retryable: isConnection,
    outcomeUnknown: true,
  })
}
