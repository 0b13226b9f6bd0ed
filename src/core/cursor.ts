// A cursor contains the sort value and id of the last row, so that paging never repeats or skips a row while rows are added. It
// also contains the sort order of the list, and is rejected by a list with another order.
import { fromBase64Url, toBase64Url, utf8 } from './crypto.ts'
import { AppError } from './errors.ts'

export type CursorPosition = { sort: string; value: string | number; id: string }

export const encodeCursor = (at: CursorPosition): string =>
  toBase64Url(utf8(JSON.stringify([at.sort, at.value, at.id])))

export function decodeCursor(cursor: string, sort: string): CursorPosition {
  try {
    const parts: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(fromBase64Url(cursor)),
    )
    if (Array.isArray(parts) && parts.length === 3 && parts[0] === sort && typeof parts[2] === 'string') {
      const value: unknown = parts[1]
      if (typeof value === 'string' || typeof value === 'number') return { sort, value, id: parts[2] }
    }
  } catch {
    // Falls through: a cursor is opaque, so clients do not need to know why it cannot be read.
  }
  throw new AppError('request.invalid_cursor')
}
