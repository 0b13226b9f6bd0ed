// Versioned things answer with an ETag; If-Match makes an update safe. Without it, the last writer wins.
import type { Context } from 'hono'
import { AppError } from '../core/errors.ts'
import type { AppEnv } from './app-env.ts'

export const setEtag = (c: Context<AppEnv>, version: number): void => c.header('ETag', `"${version}"`)

/** The version that the client has seen, or null when it does not care. */
export function expectedVersion(c: Context<AppEnv>): number | null {
  const header = c.req.header('if-match')
  if (header === undefined || header === '*') return null
  const match = /^"(\d{1,15})"$/.exec(header)
  if (match === null)
    throw new AppError('resource.stale', { detail: 'If-Match is not an ETag of this thing.' })
  return Number(match[1])
}
