// Which pages may receive the code of a sign-in. Invariants:
// 1. On our own origin only the pages below and those in OAUTH_RETURN_PAGES. Users control the content of other paths: a
//    webhook's response can redirect, and the browser would keep the fragment with the code.
// 2. On our own site the browser that started the sign-in must exchange the code. Only it has the cookie.
// 3. A page on another site never gets that cookie, so only the page's verifier counts. Such a page must be in
//    OAUTH_RETURN_PAGES with its path, so no other page of its origin gets the code.
import { isSameSite } from '../../../core/site.ts'
import type { Settings } from '../../../env.ts'

/** Our pages that never redirect and run only our scripts. */
const OWN_PAGES = ['/', '/account/invitation', '/sign-in/oauth']

export type ReturnPage = { href: string; sameSite: boolean }

type PageSettings = Pick<Settings, 'PUBLIC_URL' | 'CORS_ORIGINS' | 'OAUTH_RETURN_PAGES'>

/** Returns null if the page may not receive the code. Compares parsed URLs, so look-alikes and other schemes fail. */
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
