// The interface through which requests are authenticated; the auth module implements it.
import type { Actor, RequestContext } from '../context.ts'
import type { HotRead } from '../db/hot-read.ts'

/** What a credential says before the database is asked. */
export type Credential =
  | { kind: 'user'; userId: string; sessionId: string; tokenVersion: number; personalTeamId: string }
  | { kind: 'api_key'; keyHash: string }

/** What a ticket that opens a socket stands for. `channels` are those that the socket starts on. */
export type TicketCredential = { credential: Credential; teamId: string; channels: string[] | null }

/** Given by the auth module through app.ts. */
export type Authenticator = {
  /** Signature or shape only; throws 401. */
  readCredential: (request: RequestContext, text: string) => Promise<Credential>
  /** Spends the ticket; throws 401. */
  readTicket: (request: RequestContext, ticket: string, origin: string | null) => Promise<TicketCredential>
  principalQuery: (credential: Credential, teamId: string | null) => HotRead<unknown>
  /** Throws 401 or 404 if the row does not confirm the credential. */
  toActor: (request: RequestContext, credential: Credential, row: unknown) => Actor
}
