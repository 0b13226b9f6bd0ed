// How a file is shown. Nothing is shown as a page: HTML is text, and pictures are images, in which no script runs.

export type Look = 'image' | 'svg' | 'json' | 'table' | 'markdown' | 'text' | 'none'

type Shown = { contentType: string; sizeBytes: number }

const IMAGES = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/vnd.microsoft.icon',
])
const TEXTS =
  /^text\/|^message\/rfc822$|^application\/(?:xml|yaml|toml|sql|geo\+json|x-ndjson|x-ipynb\+json|x-subrip)$/

const MIB = 1024 * 1024
const MAX_IMAGE_BYTES = 25 * MIB
const MAX_SVG_BYTES = MIB
/** Larger ones would be slow to read as a whole. */
const MAX_WHOLE_BYTES = 2 * MIB

/** What is read of a text that is larger. */
export const TEXT_BYTES = 256 * 1024

export function lookOf({ contentType, sizeBytes }: Shown): Look {
  if (IMAGES.has(contentType)) return sizeBytes <= MAX_IMAGE_BYTES ? 'image' : 'none'
  if (contentType === 'image/svg+xml') return sizeBytes <= MAX_SVG_BYTES ? 'svg' : 'text'
  if (contentType === 'application/json' || contentType === 'application/geo+json')
    return sizeBytes <= MAX_WHOLE_BYTES ? 'json' : 'text'
  if (contentType === 'text/csv' || contentType === 'text/tab-separated-values') return 'table'
  if (contentType === 'text/markdown') return sizeBytes <= TEXT_BYTES ? 'markdown' : 'text'
  return TEXTS.test(contentType) ? 'text' : 'none'
}

/** How much of it is read for that; null for all of it. */
export function bytesToRead(look: Look, sizeBytes: number): number | null {
  if (look === 'text' || look === 'table') return sizeBytes > TEXT_BYTES ? TEXT_BYTES : null
  return null
}

/** A character may be cut at the end of what was read. */
export const decoded = (bytes: ArrayBuffer, isCut: boolean): string =>
  new TextDecoder().decode(bytes, { stream: isCut })
