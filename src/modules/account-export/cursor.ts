// The cursor of an export: which list, which team and after which row.
import { decodeCursor, encodeCursor } from '../../core/cursor.ts'
import { AppError } from '../../core/errors.ts'
import type { ExportList } from '../../db/export-list.ts'

/** `team` is empty in the user's own lists. */
export type ExportPlace = { list: string; team: string; after: (string | number)[] }

const SORT = 'export'

export const encodePlace = ({ list, team, after }: ExportPlace): string =>
  encodeCursor({ sort: SORT, value: list, id: JSON.stringify([team, ...after]) })

export function decodePlace(lists: readonly ExportList[], cursor: string): ExportPlace {
  const { value, id } = decodeCursor(cursor, SORT)
  const list = lists.find((one) => one.name === value)
  const [team, ...after] = parts(id)
  const fits =
    list !== undefined &&
    typeof team === 'string' &&
    after.length === list.start.length &&
    after.every((part, i) => typeof part === typeof list.start[i])
  if (!fits) throw new AppError('request.invalid_cursor')
  return { list: list.name, team, after: after as (string | number)[] }
}

function parts(text: string): unknown[] {
  try {
    const given: unknown = JSON.parse(text)
    return Array.isArray(given) ? given : []
  } catch {
    return []
  }
}
