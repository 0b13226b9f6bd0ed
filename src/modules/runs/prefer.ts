import type { Context } from 'hono'
import { AppError } from '../../core/errors.ts'
import type { AppEnv } from '../../http/app-env.ts'

const MAX_WAIT_S = 60

/** The milliseconds in `Prefer: wait=N`; 0 if the client does not wait. */
export function waitMsOf(c: Context<AppEnv>): number {
  const match = /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/.exec(c.req.header('prefer') ?? '')
  return match === null ? 0 : Math.min(Number(match[1]), MAX_WAIT_S) * 1000
}

/** The run's object keeps the key of its start for as long as the run exists. */
export function idempotencyKeyOf(c: Context<AppEnv>): string | null {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return null
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AppError('request.malformed', {
      detail: 'Idempotency-Key must have 1 to 255 visible ASCII characters.',
    })
  }
  return key
}
