// Redirects, headers and the fallback for client-side routing, in the format of each platform. Pure.
import type { Settings } from '../schema.ts'

const DEFAULT_STATUS = 301

/** For Netlify: one line each. A star at the end of both sides copies the matched text. */
export function netlifyRedirects({ redirects = [], spaFallback }: Settings): string {
  const lines = redirects.map(
    ({ from, to, status = DEFAULT_STATUS }) => `${from} ${to.replace(/\*$/, ':splat')} ${status}!`,
  )
  // Without a mark, existing files come first.
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

/** `vercel.json`. Null if it would be empty. */
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
    // Existing files come first.
    ...(spaFallback === true ? { rewrites: [{ source: '/(.*)', destination: '/index.html' }] } : {}),
  })
}

/** A star at the end gets a name, so that a destination can use its text. Other stars match any characters. */
const vercelSource = (pattern: string): string => {
  const isOpen = pattern.endsWith('/*')
  const bare = isOpen ? pattern.slice(0, -1) : pattern
  const escaped = bare.replace(/[()[\]{}:?+!\\]/g, '\\$&').replaceAll('*', '(.*)')
  return isOpen ? `${escaped}:rest*` : escaped
}
