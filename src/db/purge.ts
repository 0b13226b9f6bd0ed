// Rows that are deleted some time after they are of no more use. Modules say which; the tick deletes them, a bounded number at a
// time, so that a large backlog never holds it up.
import { DAY_MS } from '../core/clock.ts'
import type { Retained } from '../core/platform-settings.ts'
import { runBatch, type Statement, statement } from './statement.ts'

export type ExpiringRows = {
  table: string
  /** Holds the time from which on it counts. There must be an index for it. */
  column: string
  /** More SQL for the condition, for an index that begins with another column. */
  and?: string
} & (
  | { keepMs: number }
  /** As long as administrators have set for this, by plan. There must be an index on `team_id` and the column as well. */
  | { retained: Retained }
)

const MAX_ROWS = 1_000

/** `longestDays` is how long a kind is kept for the plan that keeps it longest; null is for ever. */
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

/** Of one team. Answers whether there may be more. */
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
