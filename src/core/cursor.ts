// A cursor names the last row seen by its sort value and id, so that a walk never repeats or loses a row while rows
// are added. It also names the list's sort: a cursor of one order is refused by another.
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
    // Falls through: a cursor is opaque, so why it could not be read is of no use to the client.
  }
  throw new AppError('request.invalid_cursor')
}
