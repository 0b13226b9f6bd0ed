// The HTTP port of nodes. Every URL that users choose passes the outbound guard.
import { AppError } from '../../../src/core/errors.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { HttpPort, OutboundRequest } from '../../../src/nodes/ports.ts'
import {
  chunksOfAnswer,
  judgeUrl,
  type OutboundCall,
  type Reach,
  streamOutbound,
  type TakeAnswer,
  wholeAnswer,
} from '../../../src/providers/outbound/index.ts'

export type CallSigned = <T>(credential: string, call: OutboundCall, take: TakeAnswer<T>) => Promise<T>

/**
 * `timeoutMs` is the node's own limit: the engine ends the attempt, and this ends the rest of its call. A request may
 * set a shorter one.
 */
export function httpPort(reach: Reach, timeoutMs: number, callSigned: CallSigned): HttpPort {
  async function send<T>(
    { credential, ...request }: OutboundRequest,
    takeOf: (call: OutboundCall) => TakeAnswer<T>,
  ): Promise<T> {
    const judged = judgeUrl(request.url, reach.allowHosts)
    // Checked before anything is sent. If a redirect is refused, a first request was already sent.
    if (!judged.ok) throw blocked(judged.error.reason, false)
    try {
      const call = { ...request, timeoutMs: Math.min(request.timeoutMs ?? timeoutMs, timeoutMs) }
      const take = takeOf(call)
      return await (credential === undefined
        ? streamOutbound(call, reach, take)
        : callSigned(credential, call, take))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === 'outbound.blocked') throw blocked(error.message, true)
      throw error.code === 'outbound.redirect_refused' ? redirectRefused(error.message) : failed(error)
    }
  }
  return {
    fetch: (request) => send(request, wholeAnswer),
    stream: (request, take) =>
      send(request, () => async (head, response) => {
        try {
          return await take({ ...head, chunks: chunksOfAnswer(response, timeoutMs) })
        } finally {
          if (response.body !== null && !response.body.locked) await response.body.cancel()
        }
      }),
  }
}

const blocked = (reason: string, wasSent: boolean): NodeFailure =>
  new NodeFailure({
    code: 'http.blocked',
    message: wasSent ? `A redirect was refused: ${reason}` : reason,
    retryable: false,
    outcomeUnknown: wasSent,
  })

const redirectRefused = (message: string): NodeFailure =>
  new NodeFailure({ code: 'http.redirect_refused', message, retryable: false, outcomeUnknown: true })

/**
 * If the error has a cause, the connection failed and a retry may succeed. Otherwise, the response itself is the
 * problem.
 */
function failed(error: AppError): NodeFailure {
  const isConnection = error.cause !== undefined
  return new NodeFailure({
    code: isConnection ? 'http.connection' : 'http.bad_answer',
    message: error.message,
    retryable: isConnection,
    outcomeUnknown: true,
  })
}
