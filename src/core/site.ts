// Which "site" a page is on, as browsers decide it when they send a SameSite cookie: scheme and registrable domain, and
// never the port. Browsers use the Public Suffix List; this is the short form of it. Where the two differ, a page counts
// as ours although the browser disagrees: then a cookie is asked for that never comes, and nothing is given away.

/** Two-label suffixes under which anybody can register: `co.uk`, and shared hosting. */
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
