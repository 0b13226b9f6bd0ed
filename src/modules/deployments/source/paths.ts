// Which paths of published files are valid. Pure.
import { utf8 } from '../../../core/crypto.ts'
import { hasLongMarks, MAX_MARKS, toNfc } from '../../../core/marks.ts'

export type PathVerdict =
  | { is: 'path'; path: string }
  /** Left out, with a message to the user. */
  | { is: 'secret'; path: string }
  /** Left out without a message: not a file, or a leftover of a file manager. */
  | { is: 'nothing' }
  | { is: 'refused'; reason: string }

const MAX_PATH_BYTES = 1_000
const MAX_SEGMENT_BYTES = 255

const UNSEEN = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/u
const SYSTEM_FILES = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i
/** Sources, settings and keys that are never meant to be published. */
const SECRET =
  /(^|\/)(\.git(\/|$)|\.env(\.[^/]*)?$|\.npmrc$|\.netrc$|\.htpasswd$|\.(ssh|aws|gnupg|kube)(\/|$)|\.docker\/config\.json$|id_(rsa|dsa|ecdsa|ed25519)(\.pub)?$|[^/]*\.(pem|key|p12|pfx|jks|keystore|ppk|asc)$|(credentials|service-account)[^/]*\.json$)/i

/** `name` is the name in the source. The part before `base` is removed; names outside `base` are ignored. */
export function judgePath(name: string, base = ''): PathVerdict {
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return refused(name, 'is an absolute path')
  if (name.includes('\\')) return refused(name, 'has a backslash; use / between folders')
  if (name.split('/').includes('..')) return refused(name, 'has ".." in it')
  if (hasLongMarks(name)) return refused(name, `has more than ${MAX_MARKS} combining marks in a row`)
  const whole = name.normalize('NFC').replace(/^(\.\/)+/, '')
  if (!whole.startsWith(base)) return { is: 'nothing' }
  const path = whole.slice(base.length)
  if (path === '' || path.endsWith('/') || SYSTEM_FILES.test(path)) return { is: 'nothing' }
  if (UNSEEN.test(path))
    return refused(name, 'has control characters, or ones that change the direction of text')
  const segments = path.split('/')
  if (segments.includes('')) return refused(name, 'has an empty segment')
  if (segments.includes('.')) return refused(name, 'has a segment "."')
  if (utf8(path).length > MAX_PATH_BYTES) return refused(name, `is longer than ${MAX_PATH_BYTES} bytes`)
  if (segments.some((segment) => utf8(segment).length > MAX_SEGMENT_BYTES))
    return refused(name, `has a segment longer than ${MAX_SEGMENT_BYTES} bytes`)
  return SECRET.test(path) ? { is: 'secret', path } : { is: 'path', path }
}

const refused = (name: string, reason: string): PathVerdict => ({
  is: 'refused',
  reason: `${JSON.stringify(name.slice(0, 200))} ${reason}`,
})

/** `./dist`, `/dist` and `dist/` are the same folder. An empty text is all folders. */
export function folderOf(text: string): string {
  const bare = toNfc(text)
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
  return bare === '' ? '' : `${bare}/`
}

export type PathFaults = {
  twice: string[]
  /** Also rejects a file with the name of a folder. */
  folders: string[]
  /** Many file systems and some platforms treat these as equal. */
  onlyCase: [string, string][]
}

export function faultsOf(paths: readonly string[]): PathFaults {
  const seen = new Set<string>()
  const small = new Map<string, string>()
  const twice: string[] = []
  const onlyCase: [string, string][] = []
  for (const path of paths) {
    if (seen.has(path)) twice.push(path)
    seen.add(path)
    const other = small.get(path.toLowerCase())
    if (other === undefined) small.set(path.toLowerCase(), path)
    else if (other !== path) onlyCase.push([other, path])
  }
  return { twice, folders: filesAsFolders(seen), onlyCase }
}

/** Searched in the sorted list, because a set of all folders would be many times as large as the paths. */
function filesAsFolders(paths: ReadonlySet<string>): string[] {
  const sorted = [...paths].sort()
  return [...paths].filter((path) => sorted[placeOf(`${path}/`, sorted)]?.startsWith(`${path}/`))
}

/** The index of the first path that is not before `text`. */
function placeOf(text: string, sorted: readonly string[]): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle] ?? '') < text) from = middle + 1
    else to = middle
  }
  return from
}

/**
 * Files are sent before the pages that refer to them: pages come last, and the start page at the very end. So a store
 * without atomic deployments never shows a page with missing parts.
 */
export function inOrder<Entry extends { path: string; zipOffset?: number | null }>(
  entries: readonly Entry[],
): Entry[] {
  const byPath = (a: Entry, b: Entry): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
  const inZip = (a: Entry, b: Entry): number => (a.zipOffset ?? 0) - (b.zipOffset ?? 0)
  return [...entries].sort((a, b) => rankOf(a.path) - rankOf(b.path) || inZip(a, b) || byPath(a, b))
}

export const rankOf = (path: string): number =>
  path === 'index.html' ? 2 : /\.(html?|xhtml)$/i.test(path) ? 1 : 0
