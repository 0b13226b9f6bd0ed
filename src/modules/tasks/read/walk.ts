// Walks over all tasks that a filter finds. Invariant: what is read at once has at most `MAX_BYTES` of long texts, or is one task.
import { encodeCursor } from '../../../core/cursor.ts'
import { yieldToEventLoop } from '../../../core/yield.ts'
import { columns, rowsOf } from '../../../db/hot-read.ts'
import { fieldsOf, LONG_BYTES, type TaskRow } from '../repo/columns.ts'
import { findListed, findWalkEnd, type ListFilter } from '../repo/list.ts'
import { findTasks } from '../repo/tasks.ts'

const PAGE = 2_000
const MAX_BYTES = 4 * 1024 * 1024

type Found = Pick<TaskRow, 'id' | 'createdAt' | 'attempt'> & { bytes: number }
const FOUND = columns<Found>({
  id: 't.id',
  createdAt: 't.created_at',
  attempt: 't.attempt',
  bytes: LONG_BYTES,
})

export type WalkPage = { rows: Found[]; cursor: string | null }

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
  const found = await rowsOf(d1, findListed(teamId, filter, options, now, FOUND))
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  if (found.length > limit && last !== undefined)
    return { rows, cursor: encodeCursor({ sort, value: last.createdAt, id: last.id }) }
  const end = await findWalkEnd(d1, teamId, filter, options, now)
  return { rows, cursor: end === null ? null : encodeCursor({ sort, ...end }) }
}

/** All tasks that match a filter, oldest first, with only these fields. The next ones are read while the caller processes the last. */
export async function* walkTasks<Name extends keyof TaskRow>(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  now: number,
  names: readonly Name[],
): AsyncGenerator<Pick<TaskRow, Name>[], undefined> {
  const pages = readTasks(d1, teamId, filter, now, names)
  const ahead = () => {
    const next = pages.next()
    // A failure is thrown where it is awaited.
    next.catch(() => undefined)
    return next
  }
  for (let next = ahead(); ; ) {
    const { done, value } = await next
    if (done) return undefined
    next = ahead()
    yield value
  }
}

async function* readTasks<Name extends keyof TaskRow>(
  d1: D1Database,
  teamId: string,
  filter: ListFilter,
  now: number,
  names: readonly Name[],
): AsyncGenerator<Pick<TaskRow, Name>[], undefined> {
  const what = fieldsOf(names)
  let cursor: string | null = null
  do {
    const page: WalkPage = await walkPage(d1, teamId, filter, { sort: 'created', limit: PAGE, cursor }, now)
    for (const ids of cutByBytes(page.rows)) yield await findTasks(d1, teamId, ids, what)
    cursor = page.cursor
    await yieldToEventLoop()
  } while (cursor !== null)
  return undefined
}

/** Exported for tests. */
export function cutByBytes(found: readonly Pick<Found, 'id' | 'bytes'>[]): string[][] {
  const cuts: string[][] = []
  let bytes = 0
  for (const one of found) {
    const last = cuts.at(-1)
    if (last === undefined || bytes + one.bytes > MAX_BYTES) {
      cuts.push([one.id])
      bytes = 0
    } else last.push(one.id)
    bytes += one.bytes
  }
  return cuts
}
