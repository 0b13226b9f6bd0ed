// The page of the console. It is the same for every path, because the console does its own routing.
import type { Context } from 'hono'
import type { AppEnv } from './app-env.ts'
import { isBrowser } from './html-page.ts'
import { staticFile } from './static-file.ts'

/** Scripts and styles come only from our files, and the page connects only to this server. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Paths that never show the console, so that unknown ones return a problem. */
const NO_PAGE = /^\/(?:api|assets|dev|mcp|v1|\.well-known)(?:\/|$)/

export const wantsConsole = (c: Context<AppEnv>): boolean =>
  (c.req.method === 'GET' || c.req.method === 'HEAD') && isBrowser(c) && !NO_PAGE.test(c.req.path)

export async function consolePage(c: Context<AppEnv>): Promise<Response> {
  const page = await staticFile(c, '/console/index.html', {
    'content-security-policy': CONSOLE_POLICY,
    'cache-control': 'no-cache',
    vary: 'Accept',
  })
  // The page is small, and the same URL has other responses for clients that are not browsers.
  page.headers.delete('etag')
  return page
}
