// The "site" of a page, as browsers define it for SameSite cookies: scheme and registrable domain, without the port. Browsers use
// the Public Suffix List; this is a short version of it. If the two differ, a page counts as ours although the browser disagrees.
// Then an expected cookie never arrives, but nothing is exposed.

/** Two-label suffixes under which anybody can register a name: `co.uk`, and shared hosting. */
const SHARED_SUFFIX =
  /^(?:(?:ac|co|com|edu|gov|ne|net|or|org)\.[a-z]{2}|workers\.dev|pages\.dev|github\.io|vercel\.app|netlify\.app)$/

function siteOf(hostname: string): string {
  if (/^[\d.]+$/.test(hostname) || hostname.startsWith('[')) return hostname
  const labels = hostname.split('.')
  const isShared = SHARED_SUFFIX.test(labels.slice(-2).join('.'))
  return labels.slice(isShared ? -3 : -2).join('.')
}

export const isSameSite = (a: URL, b: URL): boolean =>
  a.protocol === b.protocol && siteOf(a.hostname) === siteOf(b.hostname)
