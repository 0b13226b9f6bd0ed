// Conditions and ranges of a download (RFC 9110, 13 and 14), evaluated without reading the content.

export type Stored = { sizeBytes: number; etag: string; modifiedAt: number }

export type Wanted =
  | { kind: 'not_modified' }
  | { kind: 'whole' }
  | { kind: 'part'; offset: number; length: number }
  | { kind: 'unsatisfiable' }

type Headers = (name: string) => string | undefined

export function wantedPart(header: Headers, stored: Stored): Wanted {
  const noneMatch = header('if-none-match')
  if (noneMatch !== undefined ? listNames(noneMatch, stored.etag) : notModifiedSince(header, stored))
    return { kind: 'not_modified' }
  const range = header('range')
  if (range === undefined || !rangeHolds(header('if-range'), stored)) return { kind: 'whole' }
  return partOf(range, stored.sizeBytes)
}

/** Weak comparison, as required for If-None-Match. */
const listNames = (list: string, etag: string): boolean =>
  list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)

const seconds = (ms: number): number => Math.floor(ms / 1000)

function notModifiedSince(header: Headers, { modifiedAt }: Stored): boolean {
  const since = Date.parse(header('if-modified-since') ?? '')
  return !Number.isNaN(since) && seconds(modifiedAt) <= seconds(since)
}

/** Strong comparison: a weak tag, or a different date, means that the whole file is sent. */
function rangeHolds(condition: string | undefined, { etag, modifiedAt }: Stored): boolean {
  if (condition === undefined) return true
  const text = condition.trim()
  if (text.startsWith('"') || text.startsWith('W/')) return text === etag
  return seconds(Date.parse(text)) === seconds(modifiedAt)
}

/** Supports a single byte range. For several ranges, or other forms, the whole file is sent. */
function partOf(range: string, sizeBytes: number): Wanted {
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(range)
  if (match === null || (match[1] === '' && match[2] === '')) return { kind: 'whole' }
  const [first, last] = [match[1] as string, match[2] as string]
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes)
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', offset: sizeBytes - length, length }
  }
  const offset = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < offset) return { kind: 'whole' }
  if (offset >= sizeBytes) return { kind: 'unsatisfiable' }
  return { kind: 'part', offset, length: end - offset + 1 }
}
