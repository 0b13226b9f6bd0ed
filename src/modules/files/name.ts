// Names of files: Unicode in NFC, `/` between folders, at most 255 bytes per segment, so that every file system can
// store them.
import { utf8 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { hasLongMarks, MAX_MARKS } from '../../core/marks.ts'

export const MAX_SEGMENT_BYTES = 255
export const MAX_NAME_BYTES = 1_024

/** Control characters, lone surrogates, line ends, and characters that change the reading order. */
const UNSEEN = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/u

/** The stored form of a name. Throws `file.invalid_name` with the reason. */
export function fileName(given: string): string {
  const refuse = (why: string) =>
    new AppError('file.invalid_name', {
      detail: `The name ${why}.`,
      errors: [{ path: '/name', message: `The name ${why}`, code: 'file.invalid_name' }],
    })
  if (hasLongMarks(given)) throw refuse(`has more than ${MAX_MARKS} combining marks in a row`)
  const name = given.normalize('NFC')
  if (name === '') throw refuse('is empty')
  if (UNSEEN.test(name)) throw refuse('has control characters, or ones that change the direction of text')
  if (name.includes('\\')) throw refuse('has a backslash; use / between folders')
  if (utf8(name).length > MAX_NAME_BYTES) throw refuse(`is longer than ${MAX_NAME_BYTES} bytes`)
  for (const segment of name.split('/')) {
    if (segment.trim() === '') throw refuse('has an empty segment; it neither begins nor ends with /')
    if (segment !== segment.trim()) throw refuse('has a segment that begins or ends with a space')
    if (/^\.+$/.test(segment)) throw refuse('has a segment of dots only')
    if (utf8(segment).length > MAX_SEGMENT_BYTES)
      throw refuse(`has a segment longer than ${MAX_SEGMENT_BYTES} bytes`)
  }
  return name
}

/** `plan.pdf` → `plan (1).pdf`, shortened if it would be too long. */
export function numberedName(name: string, n: number): string {
  const slash = name.lastIndexOf('/')
  const folder = name.slice(0, slash + 1)
  const last = name.slice(slash + 1)
  const dot = last.lastIndexOf('.')
  const [stem, extension] = dot < 1 ? [last, ''] : [last.slice(0, dot), last.slice(dot)]
  const suffix = ` (${n})${extension}`
  return `${folder}${cut(stem, MAX_SEGMENT_BYTES - utf8(suffix).length)}${suffix}`
}

function cut(text: string, maxBytes: number): string {
  const characters = Array.from(text)
  while (utf8(characters.join('')).length > maxBytes) characters.pop()
  return characters.join('').trimEnd()
}

/** The name under which a browser saves the file: the last segment. */
export const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
