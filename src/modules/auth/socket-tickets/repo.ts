export type NewTicket = {
  ticketHash: string
  userId: string
  teamId: string
  sessionId: string | null
  keyId: string | null
  origin: string | null
  channels: string[] | null
  expiresAt: number
}

/** A ticket contains what its credential was when the ticket was created. */
export async function insertSocketTicket(d1: D1Database, ticket: NewTicket): Promise<void> {
  const { ticketHash, userId, teamId, sessionId, keyId, origin, channels, expiresAt } = ticket
  await d1
    .prepare(
      `INSERT INTO realtime_tickets (ticket_hash, user_id, team_id, session_id, token_version, key_hash, origin, channels, expires_at)
       SELECT ?1, u.id, ?3, ?4, u.token_version, k.key_hash, ?6, ?7, ?8
       FROM users u LEFT JOIN api_keys k ON k.id = ?5 WHERE u.id = ?2`,
    )
    .bind(
      ticketHash,
      userId,
      teamId,
      sessionId,
      keyId,
      origin,
      channels && JSON.stringify(channels),
      expiresAt,
    )
    .run()
}

export type TicketRow = {
  userId: string
  teamId: string
  sessionId: string | null
  tokenVersion: number
  keyHash: string | null
  origin: string | null
  channels: string | null
  expiresAt: number
}

/** If two requests use the same ticket, only one gets it. */
export function consumeSocketTicket(d1: D1Database, ticketHash: string): Promise<TicketRow | null> {
  return d1
    .prepare(
      `DELETE FROM realtime_tickets WHERE ticket_hash = ?
       RETURNING user_id AS userId, team_id AS teamId, session_id AS sessionId, token_version AS tokenVersion,
         key_hash AS keyHash, origin, channels, expires_at AS expiresAt`,
    )
    .bind(ticketHash)
    .first<TicketRow>()
}
