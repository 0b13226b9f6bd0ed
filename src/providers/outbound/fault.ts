// Why a connection failed, as text. The runtime hides the reason behind a reference and logs it. With `npm start`,
// the log is read (scripts/server/network-faults.ts). Elsewhere only the message of the error is available.
import { AppError } from '../../core/errors.ts'

/** The logged reason for a reference. Null if it is not available. */
export type FaultLog = (reference: string) => Promise<string | null>

export async function connectionFault(error: unknown, url: URL, log: FaultLog | null): Promise<AppError> {
  const message = error instanceof Error ? error.message : String(error)
  const reference = /reference = (\w{1,100})/.exec(message)?.[1]
  const logged = reference === undefined || log === null ? null : await log(reference).catch(() => null)
  return new AppError('outbound.failed', { detail: describe(logged ?? message, url), cause: error })
}

function describe(reason: string, url: URL): string {
  const { hostname, host } = url
  // One text for both: outsiders must not learn whether a name exists in the operator's network.
  if (/lookup|resolve|ENOTFOUND|EAI_AGAIN|Name or service|is not allowed/i.test(reason))
    return `The name ${hostname} does not lead to a public address (DNS).`
  if (/TLS|SSL|certificate|handshake/i.test(reason))
    return `The TLS connection to ${host} failed: ${tlsReason(reason)}.`
  if (/refused|ECONNREFUSED/i.test(reason)) return `${host} refused the connection.`
  if (/connection lost|reset|disconnected/i.test(reason))
    return `${host} refused the connection, or closed it before it answered.`
  return `The connection to ${host} failed.`
}

/** May contain the other side's name or certificate, never what was sent. */
const tlsReason = (reason: string): string =>
  reason
    .replace(/^.*?(TLS handshake failed|handshake failed):?\s*/i, '')
    .replace(/[^\x20-\x7e]/g, ' ')
    .trim()
    .slice(0, 200) || 'the handshake failed'
