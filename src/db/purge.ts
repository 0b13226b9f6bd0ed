// Deletes rows that are no longer needed after some time. Modules declare them. The tick deletes a limited number at a time, so that
// a large backlog never blocks it.
import { DAY_MS } from '../core/clock.ts'
import type { Retained } from '../core/platform-settings.ts'
import { runBatch, type Statement, statement } from './statement.ts'

export type ExpiringRows = {
  table: string
  /** The column with the start of the retention time. It needs an index. */
  column: string
  /** More SQL for the condition, for an index that begins with another column. */
  and?: string
} & (
  | { keepMs: number }
  /** Uses the retention that administrators have set by plan. This needs an index on `team_id` and the column. */
  | { retained: Retained }
)

const MAX_ROWS = 1_000

/** `longestDays` is the longest retention of any plan; null means forever. */
export const purgeExpired = (
  d1: D1Database,
  rows: readonly ExpiringRows[],
  now: number,
  longestDays: (kind: Retained) => number | null,
): Promise<unknown> =>
  runBatch(
    d1,
    rows.flatMap((one) => {
      const days = 'retained' in one ? longestDays(one.retained) : null
      const keepMs = 'keepMs' in one ? one.keepMs : days === null ? null : days * DAY_MS
      return keepMs === null ? [] : [purgeStatement(one, now - keepMs)]
    }),
  )

const purgeStatement = ({ table, column, and }: ExpiringRows, before: number): Statement =>
  statement(
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${and === undefined ? '' : `${and} AND `}${column} < ? LIMIT ${MAX_ROWS})`,
    before,
  )

/** For one team. Returns whether there may be more. */
export async function purgeOfTeam(
  d1: D1Database,
  teamId: string,
  rows: readonly { one: ExpiringRows; before: number }[],
): Promise<boolean> {
  if (rows.length === 0) return false
  const results = await runBatch(
    d1,
    rows.map(({ one: { table, column }, before }) =>
      statement(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE team_id = ? AND ${column} < ? LIMIT ${MAX_ROWS})`,
        teamId,
        before,
      ),
    ),
  )
  return results.some(({ meta }) => meta.changes >= MAX_ROWS)
}

export type PlannedTeam = { id: string; plan: string }

export async function findTeamsAfter(d1: D1Database, after: string, limit: number): Promise<PlannedTeam[]> {
  const { results } = await d1
    .prepare('SELECT id, plan FROM teams WHERE id > ? ORDER BY id LIMIT ?')
    .bind(after, limit)
    .all<PlannedTeam>()
  return results
}
