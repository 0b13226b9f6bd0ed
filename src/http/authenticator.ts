// How a request is told whose it is: asked here, answered by the auth module.
import type { Actor, RequestContext } from '../context.ts'
import type { HotRead } from '../db/hot-read.ts'

/** What a credential says before the database is asked. */
export type Credential =
  | { kind: 'user'; userId: string; sessionId: string; tokenVersion: number; personalTeamId: string }
  | { kind: 'api_key'; keyHash: string }

/** Given by the auth module through app.ts, so that nothing low reaches up. */
export type Authenticator = {
  /** Signature or shape only; throws 401. */
  readCredential: (request: RequestContext, text: string) => Promise<Credential>
  principalQuery: (credential: Credential, teamId: string | null) => HotRead<unknown>
  /** Throws 401 or 404 when the row does not bear the credential out. */
  toActor: (request: RequestContext, credential: Credential, row: unknown) => Actor
}
