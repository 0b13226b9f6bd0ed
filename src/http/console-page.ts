// The page of the console, which is the same whatever its path: the console itself knows its paths.
import type { Context } from 'hono'
import type { AppEnv } from './app-env.ts'
import { isBrowser } from './html-page.ts'
import { staticFile } from './static-file.ts'

/** Scripts and styles come from files of ours, and the page talks to this server only. */
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

/** Paths that are never a page of the console, so that an unknown one is a problem there. */
const NO_PAGE = /^\/(?:api|assets|dev|mcp|v1|\.well-known)(?:\/|$)/

export const wantsConsole = (c: Context<AppEnv>): boolean =>
  (c.req.method === 'GET' || c.req.method === 'HEAD') && isBrowser(c) && !NO_PAGE.test(c.req.path)

export async function consolePage(c: Context<AppEnv>): Promise<Response> {
  const page = await staticFile(c, '/console/index.html', {
    'content-security-policy': CONSOLE_POLICY,
    'cache-control': 'no-cache',
    vary: 'Accept',
  })
  // Small, and the same address has other answers for who is no browser.
  page.headers.delete('etag')
  return page
}
