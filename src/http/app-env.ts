import type { ReadContext, RequestContext, ServiceContext } from '../context.ts'
import type { Env } from '../env.ts'
import type { Authenticator } from './authenticator.ts'

/** Passed down by `app.ts`, so that lower layers do not import higher ones. */
export type AppParts = {
  authenticator: Authenticator
  /** The API description as JSON text. */
  openApi: () => string
  version: string
}

/**
 * Variables of the middleware. `ctx` exists once `access` has accepted the request. Middleware of every request uses `c.get`,
 * because `c.var` builds an object of all variables each time.
 */
export type Variables = {
  request: RequestContext
  ctx: ServiceContext
  readCtx: ReadContext
  parts: AppParts
  /** For a socket opened with a ticket: the channels in the ticket. */
  ticketChannels?: string[] | null
  /** The headers of the rate limit that the request was counted against, once it was counted. */
  rateLimit?: Record<string, string>
}

export type AppEnv = { Bindings: Env; Variables: Variables }
