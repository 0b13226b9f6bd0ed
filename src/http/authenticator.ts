// The interface for authenticating requests. The auth module implements it.
import type { Actor, RequestContext } from '../context.ts'
import type { HotRead } from '../db/hot-read.ts'

/** What a credential contains, before the database is asked. */
export type Credential =
  | { kind: 'user'; userId: string; sessionId: string; tokenVersion: number; personalTeamId: string }
  | { kind: 'api_key'; keyHash: string }

/** What a socket ticket refers to. `channels` are those that the socket starts on. */
export type TicketCredential = { credential: Credential; teamId: string; channels: string[] | null }

/** Provided by the auth module through app.ts. */
export type Authenticator = {
  /** Checks only the signature or form. Throws 401. */
  readCredential: (request: RequestContext, text: string) => Promise<Credential>
  /** Uses up the ticket. Throws 401. */
  readTicket: (request: RequestContext, ticket: string, origin: string | null) => Promise<TicketCredential>
  principalQuery: (credential: Credential, teamId: string | null) => HotRead<unknown>
  /** Throws 401 or 404 unless the row confirms the credential. */
  toActor: (request: RequestContext, credential: Credential, row: unknown) => Actor
}
