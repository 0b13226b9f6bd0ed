// Versioned objects have an ETag. If-Match makes a change safe; without it, the last writer wins.
import type { Context } from 'hono'
import { type Expected, isVersioned, type Versioned } from '../core/version.ts'
import type { AppEnv } from './app-env.ts'

export const setEtag = (c: Context<AppEnv>, version: number): void => c.header('ETag', `"${version}"`)

/** Responds with a view and its ETag. */
export function versioned<T extends object>(
  c: Context<AppEnv>,
  { view, revision }: Versioned<T>,
  status: 200 | 201 | 202 = 200,
) {
  setEtag(c, revision)
  return c.json(view as never, status)
}

/** Responds with a view, and its ETag if it has one. */
export const answerView = (c: Context<AppEnv>, found: object, status: 200 | 201 | 202): Response =>
  isVersioned(found) ? versioned(c, found, status) : c.json(found as never, status)

/** The tags in If-Match, which may be a list. Weak tags never match (RFC 9110, 13.1.1), and neither does invalid text. */
export function expectedVersion(c: Context<AppEnv>): Expected {
  const header = c.req.header('if-match')
  if (header === undefined || header.trim() === '*') return null
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)]
    .filter(([, weak]) => weak === undefined)
    .map(([, , tag]) => String(tag))
}
