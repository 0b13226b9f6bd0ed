// The first middleware: gives each request its id, clock, log and settings, and returns the id.
import type { MiddlewareHandler } from 'hono'
import { openContext } from '../context.ts'
import { newId } from '../core/ids.ts'
import { SettingsError } from '../env.ts'
import type { AppEnv, AppParts } from './app-env.ts'
import { addressFrom } from './network.ts'
import { problem } from './problem.ts'

/** The accepted form of a client's request id. Any other value is replaced, so that clients cannot forge log lines. */
const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/

export function requestContext(now: () => number, parts: AppParts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : newId('req', now())
    try {
      const request = openContext(c.env, {
        now,
        requestId,
        userAgent: c.req.header('user-agent')?.slice(0, 256) ?? null,
        defer: (work) => c.executionCtx.waitUntil(work),
      })
      const { CLIENT_ADDRESS_HEADER } = request.settings
      request.address = CLIENT_ADDRESS_HEADER ? addressFrom(c.req.header(CLIENT_ADDRESS_HEADER)) : null
      c.set('request', request)
    } catch (error) {
      if (error instanceof SettingsError) console.error(error.message)
      return problem('service.unavailable', requestId, {
        detail: 'The service is not configured. Its log lists what is missing.',
      })
    }
    c.set('parts', parts)
    await next()
    c.res.headers.set('x-request-id', requestId)
  }
}
