// Keys, headers and changes of a site in a bucket. Pure.
import type { FileRow } from '../../repo/files.ts'
import type { Settings } from '../../schema.ts'
import type { SiteFile } from '../platform.ts'
import type { Listed } from './xml.ts'

/** Pages are revalidated each time, files with a hash in their name are cached forever, and all others for an hour. */
const PAGES = 'public, max-age=0, must-revalidate'
const HASHED = 'public, max-age=31536000, immutable'
const OTHERS = 'public, max-age=3600'

/** A hash between two separators, as bundlers write it: `app-B7x9_kQ2.js`, `main.3f2a91bc.css`. It contains a digit. */
const HASH = /[.-](?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_]{8,64}\.[a-z0-9]{1,8}(\.map)?$/
const PAGE = /(\.(html?|xhtml|xml|json|webmanifest|txt)$)|(^|\/)(service-worker|sw)\.js$/i

export function cacheRuleOf(path: string, settings: Settings): string {
  for (const { path: pattern, values } of settings.headers ?? []) {
    const rule = Object.entries(values).find(([name]) => name.toLowerCase() === 'cache-control')
    if (rule !== undefined && fitsPattern(`/${path}`, pattern)) return rule[1]
  }
  if (PAGE.test(path)) return PAGES
  return HASH.test(path) ? HASHED : OTHERS
}

export function fitsPattern(path: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const [first = '', ...rest] = parts
  if (rest.length === 0) return path === pattern
  const last = rest.pop() ?? ''
  if (!path.startsWith(first) || path.length < first.length + last.length || !path.endsWith(last))
    return false
  let at = first.length
  const end = path.length - last.length
  for (const part of rest) {
    const found = path.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** A redirect is an empty object with this header. */
export type Meta = { cache: string; redirect?: string }

export function metaOf(path: string, settings: Settings): string {
  const redirect = (settings.redirects ?? []).find(({ from }) => from.replace(/^\//, '') === path)
  const meta: Meta = {
    cache: cacheRuleOf(path, settings),
    ...(redirect === undefined ? {} : { redirect: redirect.to }),
  }
  return JSON.stringify(meta)
}

/** `/` is the whole bucket. */
export const prefixOf = (project: string): string => {
  const bare = project.replace(/^\/+|\/+$/g, '')
  return bare === '' ? '' : `${bare}/`
}

/** The path in the encoding of SigV4: everything except unreserved characters is encoded, segment by segment. */
export const encodeKey = (key: string): string =>
  key
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/')

/**
 * Servers compute the ETag of multipart uploads in different ways. In that case, the last published manifest and the
 * size are compared.
 */
const isInParts = ({ digest }: Pick<SiteFile, 'digest'>): boolean => digest.includes('-')

/**
 * The files to upload, and the objects to delete. A file is up to date if the store has the same content, and it was
 * published with the same headers. Objects that no deployment has created are not touched.
 */
export function changesOf(
  files: readonly SiteFile[],
  listed: ReadonlyMap<string, Listed>,
  published: readonly FileRow[] | null,
): { send: Set<number>; removed: string[] } {
  const before = new Map(
    (published ?? []).filter(({ state }) => state !== 'removed').map((one) => [one.path, one]),
  )
  const send = new Set<number>()
  for (const file of files) {
    const there = listed.get(file.path)
    const known = before.get(file.path)
    const isSame =
      there !== undefined &&
      there.sizeBytes === file.sizeBytes &&
      (there.etag === file.digest || (isInParts(file) && known?.digest === file.digest)) &&
      known !== undefined &&
      known.meta === file.meta &&
      known.contentType === file.contentType
    if (!isSame) send.add(file.n)
  }
  const paths = new Set(files.map(({ path }) => path))
  return { send, removed: [...before.keys()].filter((path) => !paths.has(path) && listed.has(path)) }
}
