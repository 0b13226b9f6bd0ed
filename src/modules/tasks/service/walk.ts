import { encodeCursor } from '../../../core/cursor.ts'
import { rowsOf } from '../../../db/hot-read.ts'
import { ALL, findListed, findWalkEnd, type ListFilter } from '../repo/list.ts'
import type { TaskRow } from '../repo/tasks.ts'

const PAGE = 1_000

export type WalkPage = { rows: TaskRow[]; cursor: string | null }

type Place = { sort: 'created' | '-created'; limit: number; cursor: string | null }

/** The next tasks that match a filter. A page may have fewer than requested, or none, and still have a cursor. */
export async function walkPage(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  { sort, limit, cursor }: Place,
  now: number,
): Promise<WalkPage> {
  const options = { limit, sort, ...(cursor === null ? {} : { cursor }) }
  const found = await rowsOf(d1, findListed(teamId, filter, options, now, ALL))
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  if (found.length > limit && last !== undefined)
    return { rows, cursor: encodeCursor({ sort, value: last.createdAt, id: last.id }) }
  const end = await findWalkEnd(d1, teamId, filter, options, now)
  return { rows, cursor: end === null ? null : encodeCursor({ sort, ...end }) }
}

/** All tasks that match a filter, oldest first, page by page. */
export async function* walkTasks(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  now: number,
): AsyncGenerator<TaskRow[], undefined> {
  const pageAt = (cursor: string | null): Promise<WalkPage> => {
    const page = walkPage(d1, teamId, filter, { sort: 'created', limit: PAGE, cursor }, now)
    // Read while the previous page is processed. A failure is thrown where it is awaited.
    page.catch(() => undefined)
    return page
  }
  let next: Promise<WalkPage> | null = pageAt(null)
  while (next !== null) {
    const { rows, cursor }: WalkPage = await next
    next = cursor === null ? null : pageAt(cursor)
    if (rows.length > 0) yield rows
  }
  return undefined
}
