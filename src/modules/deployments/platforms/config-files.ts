// Redirects, headers and the fallback of pages that route by themselves, as each platform writes them. Pure.
import type { Settings } from '../schema.ts'

const DEFAULT_STATUS = 301

/** Of Netlify: a line each. A star at the end of both takes over what it stood for. */
export function netlifyRedirects({ redirects = [], spaFallback }: Settings): string {
  const lines = redirects.map(
    ({ from, to, status = DEFAULT_STATUS }) => `${from} ${to.replace(/\*$/, ':splat')} ${status}!`,
  )
  // Without a mark files come first.
  return [...lines, ...(spaFallback === true ? ['/* /index.html 200'] : [])]
    .map((line) => `${line}\n`)
    .join('')
}

export const netlifyHeaders = ({ headers = [] }: Settings): string =>
  headers
    .map(
      ({ path, values }) =>
        `${path}\n${Object.entries(values)
          .map(([name, value]) => `  ${name}: ${value}\n`)
          .join('')}`,
    )
    .join('')

/** `vercel.json`; null where there is nothing to say. */
export function vercelConfig({ redirects = [], headers = [], spaFallback }: Settings): string | null {
  if (redirects.length === 0 && headers.length === 0 && spaFallback !== true) return null
  return JSON.stringify({
    ...(redirects.length === 0
      ? {}
      : {
          redirects: redirects.map(({ from, to, status = DEFAULT_STATUS }) => ({
            source: vercelSource(from),
            destination: from.endsWith('*') ? to.replace(/\*$/, ':rest*') : to,
            statusCode: status,
          })),
        }),
    ...(headers.length === 0
      ? {}
      : {
          headers: headers.map(({ path, values }) => ({
            source: vercelSource(path),
            headers: Object.entries(values).map(([key, value]) => ({ key, value })),
          })),
        }),
    // Files come first.
    ...(spaFallback === true ? { rewrites: [{ source: '/(.*)', destination: '/index.html' }] } : {}),
  })
}

/** A star at the end has a name, so that a destination can take it over; others stand for any characters. */
const vercelSource = (pattern: string): string => {
  const isOpen = pattern.endsWith('/*')
  const bare = isOpen ? pattern.slice(0, -1) : pattern
  const escaped = bare.replace(/[()[\]{}:?+!\\]/g, '\\$&').replaceAll('*', '(.*)')
  return isOpen ? `${escaped}:rest*` : escaped
}
