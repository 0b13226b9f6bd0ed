import { decodeCursor } from '../../../core/cursor.ts'
import type { ListOptions } from '../../../db/paginate.ts'

export type OverdueRun = {
  id: string
  teamId: string
  status: string
  wakeBy: number
  stuckSince: number | null
}

const COLUMNS = 'id, team_id AS teamId, status, wake_by AS wakeBy, stuck_since AS stuckSince'

/** Runs that did not respond when woken, and runs that nothing has woken because the tick is not running. */
const overdue = (columns: string, more = ''): string =>
  `SELECT ${columns} FROM runs WHERE stuck_since < ?1 AND wake_by IS NOT NULL${more}
   UNION SELECT ${columns} FROM runs WHERE wake_by < ?1${more}`

export async function findOverdueRuns(
  d1: D1Database,
  before: number,
  { limit, cursor, sort }: ListOptions,
): Promise<OverdueRun[]> {
  const at = cursor === undefined ? { value: 0, id: '' } : decodeCursor(cursor, sort)
  const { results } = await d1
    .prepare(`${overdue(COLUMNS, ' AND (wake_by, id) > (?2, ?3)')} ORDER BY wakeBy, id LIMIT ?4`)
    .bind(before, at.value, at.id, limit + 1)
    .all<OverdueRun>()
  return results
}

export async function countOverdueRuns(d1: D1Database, before: number): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS runs FROM (${overdue('id')})`)
    .bind(before)
    .first<{ runs: number }>()
  return row?.runs ?? 0
}
