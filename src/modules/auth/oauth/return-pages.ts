// Which pages may receive the code of a sign-in. Invariants:
// 1. On our own origin only the pages below and those in OAUTH_RETURN_PAGES. Everything else there may show what a user
//    chose: a webhook's answer can redirect, and the browser carries the fragment with the code along.
// 2. On our site the browser that started must exchange the code: it has a cookie that no other browser has.
// 3. A page on another site never gets that cookie, so there the page's verifier alone counts. Such a page must be in
//    OAUTH_RETURN_PAGES with its path, so that no other page of its origin gets the code.
import { isSameSite } from '../../../core/site.ts'
import type { Settings } from '../../../env.ts'

/** Pages of ours that redirect nowhere and run no script but ours. */
const OWN_PAGES = ['/', '/account/invitation']

export type ReturnPage = { href: string; sameSite: boolean }

type PageSettings = Pick<Settings, 'PUBLIC_URL' | 'CORS_ORIGINS' | 'OAUTH_RETURN_PAGES'>

/** Null when the code may not go there. URLs are compared parsed, so no look-alike and no other scheme passes. */
export function findReturnPage(settings: PageSettings, text: string): ReturnPage | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || text.includes('#') || url.username !== '' || url.password !== '') return null
  const own = new URL(settings.PUBLIC_URL)
  const sameSite = isSameSite(url, own)
  const isListed = settings.OAUTH_RETURN_PAGES.includes(url.origin + url.pathname)
  const isOwnPage = url.origin === own.origin && OWN_PAGES.includes(url.pathname)
  const isSitePage = sameSite && url.origin !== own.origin && settings.CORS_ORIGINS.includes(url.origin)
  return isListed || isOwnPage || isSitePage ? { href: url.href, sameSite } : null
}
