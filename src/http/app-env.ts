import type { ReadContext, RequestContext, ServiceContext } from '../context.ts'
import type { Env } from '../env.ts'
import type { Authenticator } from './authenticator.ts'

/** What `app.ts` hands down, so that nothing low reaches up. */
export type AppParts = {
  authenticator: Authenticator
  /** The contract as JSON text. */
  openApi: () => string
  version: string
}

/**
 * What the middleware hands on. `ctx` exists once `access` has let the request in. Middleware that every request passes takes
 * them by `c.get`: `c.var` makes an object of all of them each time.
 */
export type Variables = {
  request: RequestContext
  ctx: ServiceContext
  readCtx: ReadContext
  parts: AppParts
  /** Of a socket that was opened with a ticket: the channels that the ticket names. */
  ticketChannels?: string[] | null
  /** The headers of the limit that the request was counted against, once it was. */
  rateLimit?: Record<string, string>
}

export type AppEnv = { Bindings: Env; Variables: Variables }
