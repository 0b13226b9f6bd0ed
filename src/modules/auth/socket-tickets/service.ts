// Tickets for WebSockets, because browsers send no Authorization header with them. Invariants:
// 1. A ticket opens one socket: the statement that reads it also deletes it, even if opening the socket then fails.
// 2. A ticket grants no rights. It refers to a session or an API key, whose rights are checked as in any request.
// 3. It is valid for 30 seconds, and only from the origin that requested it.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { SECOND_MS, toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import type { TicketCredential } from '../../../http/authenticator.ts'
import { consumeSocketTicket, insertSocketTicket } from './repo.ts'

export const SOCKET_TICKET_LIFE_MS = 30 * SECOND_MS

/** `channels`: the channels that the socket starts on, instead of the defaults. */
export async function createSocketTicket(
  ctx: ServiceContext,
  { origin, channels }: { origin: string | null; channels: string[] | null },
): Promise<{ ticket: string; expiresAt: string }> {
  const { userId, teamId, sessionId, keyId } = ctx.actor
  const ticket = randomToken()
  const expiresAt = ctx.now() + SOCKET_TICKET_LIFE_MS
  const ticketHash = await sha256Hex(ticket)
  await insertSocketTicket(ctx.env.DB, {
    ...{ ticketHash, userId, teamId, sessionId, keyId, origin, channels, expiresAt },
  })
  return { ticket, expiresAt: toIso(expiresAt) }
}

export async function redeemSocketTicket(
  request: RequestContext,
  ticket: string,
  origin: string | null,
): Promise<TicketCredential> {
  const row = await consumeSocketTicket(request.env.DB, await sha256Hex(ticket))
  if (row === null || row.expiresAt <= request.now() || row.origin !== origin)
    throw new AppError('auth.invalid_ticket')
  const { userId, teamId, sessionId, tokenVersion, keyHash } = row
  const channels = row.channels === null ? null : (JSON.parse(row.channels) as string[])
  if (keyHash !== null) return { credential: { kind: 'api_key', keyHash }, teamId, channels }
  if (sessionId === null) throw new AppError('auth.invalid_ticket')
  return {
    credential: { kind: 'user', userId, sessionId, tokenVersion, personalTeamId: teamId },
    teamId,
    channels,
  }
}
