// First in line: gives each request its id, clock, log and settings, and sends the id back.
import type { MiddlewareHandler } from 'hono'
import { newId } from '../core/ids.ts'
import { createLog } from '../core/log.ts'
import { dbOf } from '../db/client.ts'
import { readSettings, SettingsError } from '../env.ts'
import type { AppEnv } from './app-env.ts'
import type { Authenticator } from './auth.ts'
import { problem } from './problem.ts'

/** What a client may send as its own request id; anything else is replaced, so that a log line cannot be forged. */
const REQUEST_ID = /^[A-Za-z0-9_.:-]{8,128}$/

export function requestContext(now: () => number, authenticator: Authenticator): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : newId('req', now())
    let settings: ReturnType<typeof readSettings>
    try {
      settings = readSettings(c.env)
    } catch (error) {
      if (error instanceof SettingsError) console.error(error.message)
      return problem('service.unavailable', requestId, {
        detail: 'The service is not set up; its log says what is missing.',
      })
    }
    c.set('authenticator', authenticator)
    c.set('request', {
      env: c.env,
      settings,
      db: dbOf(c.env.DB),
      now,
      log: createLog(settings.LOG_LEVEL, { requestId }),
      requestId,
      address: (settings.CLIENT_ADDRESS_HEADER && c.req.header(settings.CLIENT_ADDRESS_HEADER)) || null,
      userAgent: c.req.header('user-agent')?.slice(0, 256) ?? null,
      defer: (work) => c.executionCtx.waitUntil(work),
    })
    await next()
    c.res.headers.set('x-request-id', requestId)
  }
}
